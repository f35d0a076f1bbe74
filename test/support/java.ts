/**
 * Kafka's own jars, those of RabbitMQ's Java client, of its PerfTest, of the AWS SDK and of ElasticMQ, and running their main classes. Jars come from Maven Central once, into a
 * cache folder that is shared by every process of this clone: `$TRILOG_CACHE` or `.cache/`, then `kafka-4.2.0/libs`. A lock
 * lets one process fetch; the folder appears complete or not at all. Refuses (JavaUnavailableError) without java, or without
 * maven when the cache is empty; callers that may skip do so on that error alone.
 */
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunResult, run } from './child.ts';
import { tryLock } from './clients-lock.ts';

export const kafkaVersion = '4.2.0';
export const perfTestVersion = '2.22.1';
export const amqpClientVersion = '5.37.1';
export const awsSdkVersion = '2.57.8';
export const elasticMqVersion = '1.7.1';
export const repositoryRoot = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const cacheFolder = resolve(process.env.TRILOG_CACHE ?? join(repositoryRoot, '.cache'));

interface JarSet {
  readonly title: string;
  /** In the cache folder. */
  readonly folder: string;
  readonly artifacts: readonly (readonly [group: string, artifact: string, version: string])[];
  /** What they depend on and do without. */
  readonly without?: readonly (readonly [group: string, artifact: string])[];
}

const kafkaSet: JarSet = {
  title: `Kafka ${kafkaVersion}`,
  folder: `kafka-${kafkaVersion}`,
  artifacts: [
    ['org.apache.kafka', 'kafka_2.13', kafkaVersion],
    ['org.apache.kafka', 'kafka-tools', kafkaVersion],
    ['org.apache.logging.log4j', 'log4j-slf4j-impl', '2.25.1'],
  ],
};

const perfTestSet: JarSet = {
  title: `RabbitMQ PerfTest ${perfTestVersion}`,
  folder: `perf-test-${perfTestVersion}`,
  artifacts: [['com.rabbitmq', 'perf-test', perfTestVersion]],
};

const amqpClientSet: JarSet = {
  title: `RabbitMQ's Java client ${amqpClientVersion}`,
  folder: `amqp-client-${amqpClientVersion}`,
  artifacts: [['com.rabbitmq', 'amqp-client', amqpClientVersion]],
};

const awsSdkSet: JarSet = {
  title: `the AWS SDK for Java ${awsSdkVersion}`,
  folder: `aws-sdk-${awsSdkVersion}`,
  artifacts: [
    ['software.amazon.awssdk', 'sqs', awsSdkVersion],
    ['software.amazon.awssdk', 'url-connection-client', awsSdkVersion],
  ],
  without: [
    ['software.amazon.awssdk', 'netty-nio-client'],
    ['software.amazon.awssdk', 'apache-client'],
    ['software.amazon.awssdk', 'apache5-client'],
  ],
};

const elasticMqSet: JarSet = {
  title: `ElasticMQ ${elasticMqVersion}`,
  folder: `elasticmq-${elasticMqVersion}`,
  artifacts: [['org.elasticmq', 'elasticmq-server_2.13', elasticMqVersion]],
};

const fetchTimeoutMs = 240_000;
const fetchAttempts = 3;

class JavaUnavailableError extends Error {
  override readonly name = 'JavaUnavailableError';
}

function pom({ artifacts, without = [] }: JarSet): string {
  const exclusions = without.map(
    ([group, artifact]) => `<exclusion><groupId>${group}</groupId><artifactId>${artifact}</artifactId></exclusion>`,
  );
  const dependencies = artifacts.map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>` +
      `<exclusions>${exclusions.join('')}</exclusions></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependencies.join('\n    ')}
  </dependencies>
</project>
`;
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

async function fetchJars(set: JarSet, folder: string, libs: string): Promise<void> {
  const incomplete = join(folder, 'libs.incomplete');
  await writeFile(join(folder, 'pom.xml'), pom(set));
  let last = '';
  for (let attempt = 1; attempt <= fetchAttempts; attempt++) {
    await rm(incomplete, { recursive: true, force: true });
    const args = ['-q', '-B', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies'];
    const result = await run('mvn', [...args, `-DoutputDirectory=${incomplete}`], {
      cwd: folder,
      timeoutMs: fetchTimeoutMs,
    }).catch((error: Error) => ({ code: 1, output: error.message }));
    if (result.code === 0) {
      await rename(incomplete, libs);
      return;
    }
    last = result.output.slice(-2000);
    if (result.code === 127) break;
    await delay(2000 * attempt);
  }
  throw new JavaUnavailableError(
    `${set.title} could not be fetched with mvn into ${folder}. Install maven and allow it to reach Maven ` +
      `Central, or put the jars into ${libs}. The last attempt said:\n${last}`,
  );
}

async function prepareJars(set: JarSet): Promise<string> {
  const java = await run('java', ['-version'], { timeoutMs: 30_000 });
  if (java.code !== 0) throw new JavaUnavailableError('`java` is not installed (17 or newer is needed)');
  const folder = join(cacheFolder, set.folder);
  const libs = join(folder, 'libs');
  const lock = join(folder, 'lock');
  await mkdir(folder, { recursive: true });
  const deadline = performance.now() + fetchAttempts * fetchTimeoutMs;
  while (!(await exists(libs))) {
    if (await tryLock(lock)) {
      try {
        if (!(await exists(libs))) await fetchJars(set, folder, libs);
      } finally {
        await rm(lock, { force: true });
      }
    } else if (performance.now() > deadline) {
      throw new JavaUnavailableError(`another process holds ${lock} for too long; remove it if none is running`);
    } else {
      await delay(200);
    }
  }
  return libs;
}

const prepared = new Map<JarSet, Promise<string>>();

function jarsOf(set: JarSet): Promise<string> {
  const known = prepared.get(set) ?? prepareJars(set);
  prepared.set(set, known);
  return known;
}

/** The folder that holds Kafka's jars, fetched when it is missing. */
export function kafkaJars(): Promise<string> {
  return jarsOf(kafkaSet);
}

/** The folder that holds the jars of RabbitMQ's Java client. */
export function amqpClientJars(): Promise<string> {
  return jarsOf(amqpClientSet);
}

/** The folder that holds the jars of the AWS SDK's client of SQS. */
export function awsSdkJars(): Promise<string> {
  return jarsOf(awsSdkSet);
}

/** The folder that holds PerfTest's jars, fetched when it is missing. */
export function perfTestJars(): Promise<string> {
  return jarsOf(perfTestSet);
}

/** The folder that holds the jars of ElasticMQ, fetched when it is missing. */
export function elasticMqJars(): Promise<string> {
  return jarsOf(elasticMqSet);
}

export interface JavaOptions {
  readonly timeoutMs?: number;
  readonly input?: string;
  /** Flags of the virtual machine; by default those that start a short-lived tool fastest. */
  readonly jvmArgs?: readonly string[];
  /** The folder of the jars; Kafka's by default. */
  readonly jars?: string;
}

const shortLived = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto'];

/** Runs a main class of the jars, such as `org.apache.kafka.tools.TopicCommand`, to its end. */
async function runJava(mainClass: string, args: readonly string[], options: JavaOptions = {}): Promise<RunResult> {
  const classPath = join(options.jars ?? (await kafkaJars()), '*');
  return run('java', [...(options.jvmArgs ?? shortLived), '-cp', classPath, mainClass, ...args], {
    name: mainClass,
    timeoutMs: options.timeoutMs ?? 60_000,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
}

/** As runJava, but an exit code other than 0 is an error. Returns standard output. */
export async function javaOutput(
  mainClass: string,
  args: readonly string[],
  options: JavaOptions = {},
): Promise<string> {
  const result = await runJava(mainClass, args, options);
  if (result.code !== 0) throw new Error(`${mainClass} ${args.join(' ')} ended with ${result.code}:\n${result.output}`);
  return result.stdout;
}
