/**
 * The brokers under measurement behind one face: Trilog and the peers that it is compared with. Data folders lie under the benchmark's work folder (a real disk,
 * unless `--dir` says otherwise), are fresh at each start and removed at each stop.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTrilog } from '../test/support/broker-process.ts';
import type { Exit } from '../test/support/child.ts';
import { startElasticMqPeer } from '../test/support/elasticmq-peer.ts';
import { startKafkaPeer } from '../test/support/kafka-peer.ts';
import { startMotoPeer } from '../test/support/moto-peer.ts';
import { startRabbitPeer } from '../test/support/rabbitmq-peer.ts';

export type PeerName = 'kafka' | 'rabbitmq' | 'elasticmq' | 'moto';
export type BrokerName = PeerName | 'trilog';

/**
 * `as-shipped`: each with its defaults (Kafka leaves flushing to the operating system, Trilog syncs before it answers).
 * `equal`: both sync each append before they answer. `page-cache`: neither does. RabbitMQ runs as shipped, whatever is asked.
 */
export type Durability = 'as-shipped' | 'equal' | 'page-cache';

export interface Broker {
  readonly name: BrokerName;
  readonly bootstrap: string;
  readonly port: number;
  /** Of a broker that speaks AMQP. */
  readonly amqpPort: number | undefined;
  /** Of a broker that speaks SQS. */
  readonly sqsPort: number | undefined;
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

type Started = Omit<Broker, 'stop'> & { stop(): Promise<unknown> };

async function startKafka(dataDir: string, { durability, wait = true }: StartOptions): Promise<Started> {
  const fsync = durability === 'equal' ? 'every-commit' : 'as-shipped';
  return { ...(await startKafkaPeer({ dataDir, wait, fsync })), amqpPort: undefined, sqsPort: undefined };
}

async function startRabbit(dataDir: string): Promise<Started> {
  const peer = await startRabbitPeer({ dataDir });
  return { ...peer, bootstrap: `amqp://127.0.0.1:${peer.port}`, amqpPort: peer.port, sqsPort: undefined };
}

async function startElasticMq(dataDir: string, { wait }: StartOptions): Promise<Started> {
  const peer = await startElasticMqPeer(dataDir, wait);
  return { ...peer, bootstrap: `http://127.0.0.1:${peer.port}`, amqpPort: undefined, sqsPort: peer.port };
}

async function startMoto({ wait }: StartOptions): Promise<Started> {
  const peer = await startMotoPeer(wait);
  return { ...peer, bootstrap: `http://127.0.0.1:${peer.port}`, amqpPort: undefined, sqsPort: peer.port };
}

function startOurs(dataDir: string, options: StartOptions): Promise<Started> {
  const { durability, trilogArgs, nodeArgs = [], wait = true } = options;
  const fsync = durability === 'page-cache' ? ['--fsync', 'never'] : [];
  return startTrilog({
    dataDir,
    wait,
    entry: 'built',
    nodeArgs,
    args: ['--log-level', 'warn', ...fsync, ...trilogArgs],
  });
}

const STARTERS: Readonly<Record<BrokerName, (dataDir: string, options: StartOptions) => Promise<Started>>> = {
  kafka: startKafka,
  rabbitmq: startRabbit,
  elasticmq: startElasticMq,
  moto: (_dataDir, options) => startMoto(options),
  trilog: startOurs,
};

export async function startBroker(name: BrokerName, options: StartOptions): Promise<Broker> {
  started += 1;
  const dataDir = join(options.workFolder, `${name}-${process.pid}-${started}`);
  await mkdir(dataDir, { recursive: true });
  const broker = await STARTERS[name](dataDir, options);
  return {
    ...broker,
    name,
    stop: async () => {
      await broker.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
