/**
 * ElasticMQ on 127.0.0.1, a peer of side-by-side benchmarks that speaks SQS: as its distribution runs it, in memory, with its own
 * defaults. Its log is at level INFO, since at the shipped level it is busy with writing.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Child, type Exit, freePort, waitForPort } from './child.ts';
import { elasticMqJars } from './java.ts';

const startTimeoutMs = 60_000;
const stopGraceMs = 10_000;

export interface SqsPeer<Name extends string> {
  readonly name: Name;
  readonly port: number;
  readonly pid: number;
  readonly spawnedAtMs: number;
  readonly exited: Promise<Exit>;
  output(): string;
  stop(): Promise<void>;
}

function configuration(port: number): string {
  return [
    'include classpath("application.conf")',
    'pekko.loglevel = "INFO"',
    'pekko.http.server.request-timeout = 21 s',
    `node-address { protocol = http, host = 127.0.0.1, port = ${port}, context-path = "" }`,
    `rest-sqs { enabled = true, bind-hostname = "127.0.0.1", bind-port = ${port}, sqs-limits = strict }`,
    'rest-stats { enabled = false }',
    '',
  ].join('\n');
}

/** @param wait false returns before it accepts connections */
export async function startElasticMqPeer(dataDir: string, wait = true): Promise<SqsPeer<'elasticmq'>> {
  const jars = await elasticMqJars();
  const port = await freePort();
  const file = join(dataDir, 'elasticmq.conf');
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, configuration(port));
  const main = ['-cp', join(jars, '*'), 'org.elasticmq.server.Main'];
  const child = new Child('elasticmq', 'java', ['-Xmx8g', `-Dconfig.file=${file}`, ...main]);
  if (wait) await waitForPort(child, port, startTimeoutMs);
  return peer('elasticmq', child, port);
}

export function peer<Name extends string>(name: Name, child: Child, port: number): SqsPeer<Name> {
  return {
    name,
    port,
    pid: child.pid,
    spawnedAtMs: child.spawnedAtMs,
    exited: child.exited,
    output: () => child.output,
    stop: async () => {
      await child.stop(stopGraceMs);
    },
  };
}
