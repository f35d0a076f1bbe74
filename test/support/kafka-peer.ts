/**
 * Apache Kafka itself as a single KRaft node on 127.0.0.1: the peer of differential tests and side-by-side benchmarks.
 * Settings are those of the shipped `server.properties` where it says something, except: replication factors 1 (there is
 * one node), `group.initial.rebalance.delay.ms=0`, and what the caller overrides. The data folder is fresh on each start
 * and is removed by `stop` when it was made here.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type Exit, freePort, waitForPort } from './child.ts';
import { javaOutput, kafkaJars } from './java.ts';

/** `as-shipped` leaves writing to the operating system; `every-commit` flushes each appended batch to disk. */
export type KafkaFsync = 'as-shipped' | 'every-commit';

export interface KafkaPeerOptions {
  readonly fsync?: KafkaFsync;
  readonly port?: number;
  /** Flags for the heap; by default the ones of `kafka-server-start.sh`. */
  readonly heap?: readonly string[];
  readonly dataDir?: string;
  /** Broker settings that replace or add to the ones here. */
  readonly config?: Readonly<Record<string, string>>;
  /** False returns as soon as the process is started, for measuring the start. */
  readonly wait?: boolean;
}

export interface KafkaPeer {
  readonly name: 'kafka';
  readonly bootstrap: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** `performance.now()` of this process when the broker's was spawned. */
  readonly spawnedAtMs: number;
  readonly exited: Promise<Exit>;
  output(): string;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const stopGraceMs = 15_000;
const startAttempts = 3;

/** The flags that Kafka's start scripts give to the broker's virtual machine. */
const shippedJvmArgs = [
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
];

function properties(port: number, controllerPort: number, dataDir: string, options: KafkaPeerOptions): string {
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'num.network.threads': '3',
    'num.io.threads': '8',
    'socket.send.buffer.bytes': '102400',
    'socket.receive.buffer.bytes': '102400',
    'socket.request.max.bytes': '104857600',
    'log.dirs': join(dataDir, 'logs'),
    'num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.retention.hours': '168',
    'log.segment.bytes': '1073741824',
    'log.retention.check.interval.ms': '300000',
    ...(options.fsync === 'every-commit' ? { 'log.flush.interval.messages': '1' } : {}),
    ...options.config,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

async function formatStorage(file: string): Promise<void> {
  const id = (await javaOutput('kafka.tools.StorageTool', ['random-uuid'])).trim();
  await javaOutput('kafka.tools.StorageTool', ['format', '--standalone', '-t', id, '-c', file]);
}

async function startOnce(options: KafkaPeerOptions, dataDir: string): Promise<{ child: Child; port: number }> {
  const port = options.port ?? (await freePort());
  const file = join(dataDir, 'server.properties');
  await rm(join(dataDir, 'logs'), { recursive: true, force: true });
  await writeFile(file, properties(port, await freePort(), dataDir, options));
  await formatStorage(file);
  const heap = options.heap ?? ['-Xms1G', '-Xmx1G'];
  const classPath = join(await kafkaJars(), '*');
  const child = new Child('kafka.Kafka', 'java', [...heap, ...shippedJvmArgs, '-cp', classPath, 'kafka.Kafka', file]);
  if (options.wait !== false) await waitForPort(child, port, startTimeoutMs);
  return { child, port };
}

export async function startKafkaPeer(options: KafkaPeerOptions = {}): Promise<KafkaPeer> {
  await kafkaJars();
  const owned = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'trilog-kafka-peer-')));
  await mkdir(dataDir, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      const { child, port } = await startOnce(options, dataDir);
      return {
        name: 'kafka',
        bootstrap: `127.0.0.1:${port}`,
        port,
        pid: child.pid,
        dataDir,
        spawnedAtMs: child.spawnedAtMs,
        exited: child.exited,
        output: () => child.output,
        stop: async () => {
          await child.stop(stopGraceMs);
          if (owned) await rm(dataDir, { recursive: true, force: true });
        },
      };
    } catch (error) {
      // Only a port that was lost to another process in between is worth another attempt.
      const portLost = options.port === undefined && /Address already in use/i.test(String(error));
      if (portLost && attempt < startAttempts) continue;
      if (owned) await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }
}
