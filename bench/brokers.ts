/**
 * The two brokers under measurement behind one face. Data folders lie under the benchmark's work folder (a real disk,
 * unless `--dir` says otherwise), are fresh at each start and removed at each stop.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTrilog } from '../test/support/broker-process.ts';
import type { Exit } from '../test/support/child.ts';
import { startKafkaPeer } from '../test/support/kafka-peer.ts';

export const brokerNames = ['kafka', 'trilog'] as const;
export type BrokerName = (typeof brokerNames)[number];

/**
 * `as-shipped`: each with its defaults (Kafka leaves flushing to the operating system, Trilog syncs before it answers).
 * `equal`: both sync each append before they answer. `page-cache`: neither does.
 */
export type Durability = 'as-shipped' | 'equal' | 'page-cache';

export interface Broker {
  readonly name: BrokerName;
  readonly bootstrap: string;
  readonly port: number;
  readonly pid: number;
  readonly spawnedAtMs: number;
  readonly exited: Promise<Exit>;
  output(): string;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly durability: Durability;
  readonly workFolder: string;
  readonly trilogArgs: readonly string[];
  readonly nodeArgs?: readonly string[];
  /** False returns before the broker accepts connections. */
  readonly wait?: boolean;
}

let started = 0;

export async function startBroker(name: BrokerName, options: StartOptions): Promise<Broker> {
  started += 1;
  const dataDir = join(options.workFolder, `${name}-${process.pid}-${started}`);
  await mkdir(dataDir, { recursive: true });
  const wait = options.wait ?? true;
  const fsync = options.durability === 'page-cache' ? ['--fsync', 'never'] : [];
  const process_ =
    name === 'kafka'
      ? await startKafkaPeer({ dataDir, wait, fsync: options.durability === 'equal' ? 'every-commit' : 'as-shipped' })
      : await startTrilog({
          ...{ dataDir, wait, entry: 'built', nodeArgs: options.nodeArgs ?? [] },
          args: ['--log-level', 'warn', ...fsync, ...options.trilogArgs],
        });
  return {
    name,
    bootstrap: process_.bootstrap,
    port: process_.port,
    pid: process_.pid,
    spawnedAtMs: process_.spawnedAtMs,
    exited: process_.exited,
    output: process_.output,
    stop: async () => {
      await process_.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
