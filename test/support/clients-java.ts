/** Compiles the Java conformance programs against the clients' jars, once per checkout and change, and says how to run them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, digestOf } from './clients-lock.ts';
import { runClient } from './clients-process.ts';
import { amqpClientJars, amqpClientVersion, cacheFolder, kafkaJars, kafkaVersion } from './java.ts';

const COMPILE_TIME_LIMIT_MS = 120_000;
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-Dlog4j2.level=OFF'];
const sources = join(import.meta.dirname, '../conformance/java');

/** The command line of one of the programs, without its own arguments. */
export async function javaProgram(mainClass: string): Promise<{ command: string; args: readonly string[] }> {
  const folders = await Promise.all([kafkaJars(), amqpClientJars()]);
  const jars = folders.map((folder) => join(folder, '*')).join(':');
  const classes = join(cacheFolder, 'conformance-classes');
  const files = readdirSync(sources).filter((name) => name.endsWith('.java'));
  const paths = files.map((name) => join(sources, name));
  const digest = digestOf(kafkaVersion, amqpClientVersion, ...files, ...paths.map((path) => readFileSync(path)));
  await buildOnce(classes, digest, async () => {
    const args = ['-nowarn', '-J-XX:TieredStopAtLevel=1', '-cp', jars, '-d', classes, ...paths];
    await runClient('javac', args, { timeLimitMs: COMPILE_TIME_LIMIT_MS });
  });
  return { command: 'java', args: [...SHORT_LIVED, '-cp', `${classes}:${jars}`, mainClass] };
}
