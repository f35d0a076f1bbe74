/** From settings to a running broker on this machine: a node with a real clock, a medium and listening sockets. */
import { type Logger, silentLogger } from '../base/logger.ts';
import { systemClock } from '../base/system-clock.ts';
import { systemRandom } from '../base/system-random.ts';
import type { Settings } from '../config/settings.ts';
import type { Listener } from '../net/socket.ts';
import { listenTcp } from '../net/tcp.ts';
import { listenTls } from '../net/tls.ts';
import { readTlsFiles } from '../net/tls-files.ts';
import { DiskMedium } from '../storage/medium/disk.ts';
import type { Medium } from '../storage/medium/medium.ts';
import { MemoryMedium } from '../storage/medium/memory.ts';
import { type Node, startNode } from './node.ts';

export interface BrokerDeps {
  readonly logger?: Logger;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Broker {
  readonly kafkaAddress: Address;
  readonly amqpAddress: Address;
  /** Undefined without a certificate. */
  readonly amqpTlsAddress: Address | undefined;
  stop(): Promise<void>;
  /** Settles when the broker has stopped: with the error that stopped it, or `undefined` after `stop`. */
  readonly stopped: Promise<Error | undefined>;
}

/** Rejects with a message for the operator when the data can't be served or the port is taken. */
export async function startBroker(settings: Settings, deps: BrokerDeps = {}): Promise<Broker> {
  const logger = deps.logger ?? silentLogger;
  let end: (error: Error | undefined) => void = () => {};
  const stopped = new Promise<Error | undefined>((resolve) => {
    end = resolve;
  });
  const medium = await openMedium(settings);
  const { node, listeners } = await serve(settings, medium, logger, end);
  const all = Object.values(listeners).filter((listener) => listener !== undefined);
  let stopping: Promise<void> | undefined;
  return {
    kafkaAddress: addressOf(listeners.kafka),
    amqpAddress: addressOf(listeners.amqp),
    amqpTlsAddress: listeners.amqpTls === undefined ? undefined : addressOf(listeners.amqpTls),
    stopped,
    stop: () => {
      stopping ??= stop(node, all).then(() => end(undefined));
      return stopping;
    },
  };
}

function addressOf({ host, port }: Listener): Address {
  return { host, port };
}

async function serve(settings: Settings, medium: Medium, logger: Logger, onFatal: (error: Error) => void) {
  let node: Node | undefined;
  const listening: Listener[] = [];
  try {
    node = await startNode({ settings, medium, clock: systemClock, random: systemRandom, logger, onFatal });
    const { host, port, advertisedHost, advertisedPort } = settings.kafka;
    const kafka = await listenTcp(host, port, node.kafka.accept, { sharedReads: true });
    listening.push(kafka);
    const amqp = await listenTcp(settings.amqp.host, settings.amqp.port, node.amqp.accept, { sharedReads: true });
    listening.push(amqp);
    const amqpTls = await listenAmqpTls(settings, node);
    node.advertise(advertisedHost ?? host, advertisedPort ?? kafka.port);
    return { node, listeners: { kafka, amqp, amqpTls } };
  } catch (error) {
    // Leave nothing behind that would make the next start look like a crash.
    if (node === undefined) await medium.close();
    else await stop(node, listening);
    throw error;
  }
}

async function listenAmqpTls({ amqp }: Settings, node: Node): Promise<Listener | undefined> {
  const { host, tlsPort, tlsCertificate, tlsKey, tlsAuthorities, tlsClients, connectionsMax } = amqp;
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  const { certificate, key, authorities } = await readTlsFiles({ tlsCertificate, tlsKey, tlsAuthorities });
  const clients = authorities === undefined ? {} : { clients: { authorities, required: tlsClients === 'required' } };
  return await listenTls(host, tlsPort, { certificate, key, ...clients, connectionsMax }, node.amqp.accept);
}

/** A client that doesn't read the rest of its responses holds nobody up: what is left is cut off. */
const CLIENT_DRAIN_MS = 1000;

async function stop(node: Node, listening: readonly Listener[]): Promise<void> {
  const closed = Promise.all(listening.map((listener) => listener.close()));
  await node.stop();
  const timer = systemClock.setTimer(CLIENT_DRAIN_MS, () => {
    node.kafka.destroy();
    node.amqp.destroy();
  });
  await closed;
  timer.cancel();
}

async function openMedium({ storage }: Settings): Promise<Medium> {
  return storage.medium === 'memory' ? new MemoryMedium() : DiskMedium.open(storage.dataDir);
}
