/** Compiles the Java conformance programs against the clients' jars, once per checkout and change, and says how to run them. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildOnce, digestOf } from './clients-lock.ts';
import { runClient } from './clients-process.ts';
import {
  amqpClientJars,
  amqpClientVersion,
  awsSdkJars,
  awsSdkVersion,
  cacheFolder,
  kafkaJars,
  kafkaVersion,
} from './java.ts';

interface JavaCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const COMPILE_TIME_LIMIT_MS = 120_000;
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-Dlog4j2.level=OFF'];
const sources = join(import.meta.dirname, '../conformance/java');

/** The command line of one of the programs for Kafka and AMQP, without its own arguments. */
export async function javaProgram(mainClass: string): Promise<JavaCommand> {
  const jars = await Promise.all([kafkaJars(), amqpClientJars()]);
  return compiled(mainClass, 'conformance-classes', sourcesIn(sources), jars, [kafkaVersion, amqpClientVersion]);
}

/** The same of the program for SQS, which has classes of its own. */
export async function sqsJavaProgram(): Promise<JavaCommand> {
  const paths = [join(sources, 'Checks.java'), ...sourcesIn(join(sources, 'sqs'))];
  return compiled('SqsSuite', 'conformance-classes-sqs', paths, [await awsSdkJars()], [awsSdkVersion]);
}

function sourcesIn(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.java'));
  return files.map((name) => join(folder, name));
}

async function compiled(
  mainClass: string,
  folder: string,
  paths: readonly string[],
  jarFolders: readonly string[],
  versions: readonly string[],
): Promise<JavaCommand> {
  const jars = jarFolders.map((each) => join(each, '*')).join(':');
  const classes = join(cacheFolder, folder);
  const names = paths.map((path) => basename(path));
  const digest = digestOf(...versions, ...names, ...paths.map((path) => readFileSync(path)));
  await buildOnce(classes, digest, async () => {
    const args = ['-nowarn', '-J-XX:TieredStopAtLevel=1', '-cp', jars, '-d', classes, ...paths];
    await runClient('javac', args, { timeLimitMs: COMPILE_TIME_LIMIT_MS });
  });
  return { command: 'java', args: [...SHORT_LIVED, '-cp', `${classes}:${jars}`, mainClass] };
}
