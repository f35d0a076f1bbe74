/** From settings to a running broker on this machine: a node with a real clock, a medium and listening sockets. */
import { X509Certificate } from 'node:crypto';
import { type Logger, silentLogger } from '../base/logger.ts';
import { systemClock } from '../base/system-clock.ts';
import { systemFacts } from '../base/system-facts.ts';
import { systemRandom } from '../base/system-random.ts';
import type { Settings } from '../config/settings.ts';
import type { ListenerFacts } from '../gateway/admin/services.ts';
import type { Listener } from '../net/socket.ts';
import { listenTcp } from '../net/tcp.ts';
import { listenTls } from '../net/tls.ts';
import { readTlsFiles } from '../net/tls-files.ts';
import { DiskMedium } from '../storage/medium/disk.ts';
import type { Medium } from '../storage/medium/medium.ts';
import { MemoryMedium } from '../storage/medium/memory.ts';
import { encryptionKeyOf } from './encryption-key.ts';
import { Management } from './management.ts';
import { type Node, startNode } from './node.ts';

export interface BrokerDeps {
  readonly logger?: Logger;
  /** Of the program, for those who ask. */
  readonly version?: string;
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
  /** Undefined if SQS is off. */
  readonly sqsAddress: Address | undefined;
  /** Undefined if SQS is off, or without a certificate. */
  readonly sqsTlsAddress: Address | undefined;
  /** Undefined if the management API is off. */
  readonly managementAddress: Address | undefined;
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
  const { node, listeners, management } = await serve({
    settings,
    medium,
    logger,
    version: deps.version ?? UNKNOWN_VERSION,
    onFatal: end,
  });
  const listening = Object.values(listeners).filter((listener) => listener !== undefined);
  let stopping: Promise<void> | undefined;
  return {
    kafkaAddress: addressOf(listeners.kafka),
    amqpAddress: addressOf(listeners.amqp),
    amqpTlsAddress: listeners.amqpTls && addressOf(listeners.amqpTls),
    sqsAddress: listeners.sqs && addressOf(listeners.sqs),
    sqsTlsAddress: listeners.sqsTls && addressOf(listeners.sqsTls),
    managementAddress: listeners.management && addressOf(listeners.management),
    stopped,
    stop: () => {
      stopping ??= stop(node, listening, management).then(() => end(undefined));
      return stopping;
    },
  };
}

function addressOf({ host, port }: Listener): Address {
  return { host, port };
}

/** When the embedding program does not say. */
const UNKNOWN_VERSION = 'unknown';

interface ServeDeps {
  readonly settings: Settings;
  readonly medium: Medium;
  readonly logger: Logger;
  readonly version: string;
  onFatal(error: Error): void;
}

interface Listeners {
  readonly kafka: Listener;
  readonly amqp: Listener;
  readonly amqpTls: TlsListener | undefined;
  readonly sqs: Listener | undefined;
  readonly sqsTls: TlsListener | undefined;
  readonly management: Listener | undefined;
}

interface TlsListener extends Listener {
  readonly certificateEndsAtMs: number;
}

interface Serving {
  readonly node: Node;
  readonly listeners: Listeners;
  readonly management: Management | undefined;
}

async function serve(deps: ServeDeps): Promise<Serving> {
  const { settings, medium, logger, onFatal } = deps;
  let node: Node | undefined;
  let management: Management | undefined;
  const listening: Listener[] = [];
  try {
    node = await startNode({
      settings,
      medium,
      clock: systemClock,
      random: systemRandom,
      logger,
      encryptionKey: encryptionKeyOf(settings.storage),
      onFatal,
    });
    const { host, port, advertisedHost, advertisedPort } = settings.kafka;
    const kafka = await listenTcp(host, port, node.kafka.accept, { sharedReads: true });
    listening.push(kafka);
    const amqp = await listenTcp(settings.amqp.host, settings.amqp.port, node.amqp.accept, { sharedReads: true });
    listening.push(amqp);
    const amqpTls = await listenAmqpTls(settings, node);
    if (amqpTls !== undefined) listening.push(amqpTls);
    const sqs = await listenSqs(settings, node);
    if (sqs !== undefined) listening.push(sqs);
    const sqsTls = await listenSqsTls(settings, node);
    if (sqsTls !== undefined) listening.push(sqsTls);
    const listeners = { kafka, amqp, amqpTls, sqs, sqsTls };
    const facts = listenerFacts(listeners);
    management = settings.management.enabled ? newManagement(deps, node, () => facts) : undefined;
    const http = management && (await listenManagement(settings, management));
    if (http !== undefined) {
      listening.push(http);
      facts.push({ protocol: 'http', ...addressOf(http) });
    }
    node.advertise(advertisedHost ?? host, advertisedPort ?? kafka.port);
    return { node, listeners: { ...listeners, management: http }, management };
  } catch (error) {
    // Leave nothing behind that would make the next start look like a crash.
    if (node === undefined) await medium.close();
    else await stop(node, listening, management);
    throw error;
  }
}

async function listenAmqpTls({ amqp }: Settings, node: Node): Promise<TlsListener | undefined> {
  const { host, tlsPort, tlsCertificate, tlsKey, tlsAuthorities, tlsClients, connectionsMax } = amqp;
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  const { certificate, key, authorities } = await readTlsFiles({ tlsCertificate, tlsKey, tlsAuthorities });
  const clients = authorities === undefined ? {} : { clients: { authorities, required: tlsClients === 'required' } };
  const options = { certificate, key, ...clients, connectionsMax };
  return withEnd(await listenTls(host, tlsPort, options, node.amqp.accept), certificate);
}

/** Until when clients will take its certificate. */
function withEnd(listener: Listener, certificate: Buffer): TlsListener {
  return { ...listener, certificateEndsAtMs: Date.parse(new X509Certificate(certificate).validTo) };
}

async function listenSqs({ sqs }: Settings, node: Node): Promise<Listener | undefined> {
  return sqs.enabled ? await listenTcp(sqs.host, sqs.port, node.sqs.accept, { sharedReads: true }) : undefined;
}

/** Clients prove who they are by signatures and not by certificates. */
async function listenSqsTls({ sqs }: Settings, node: Node): Promise<TlsListener | undefined> {
  const { enabled, host, tlsPort, tlsCertificate, tlsKey, connectionsMax } = sqs;
  if (!enabled || tlsCertificate === undefined || tlsKey === undefined) return undefined;
  const { certificate, key } = await readTlsFiles({ tlsCertificate, tlsKey, tlsAuthorities: undefined });
  const listener = await listenTls(host, tlsPort, { certificate, key, connectionsMax }, node.sqs.accept);
  return withEnd(listener, certificate);
}

function listenerFacts({ kafka, amqp, amqpTls, sqs, sqsTls }: Omit<Listeners, 'management'>): ListenerFacts[] {
  const facts: ListenerFacts[] = [
    { protocol: 'amqp', ...addressOf(amqp) },
    { protocol: 'kafka', ...addressOf(kafka) },
  ];
  if (amqpTls !== undefined) facts.push(tlsFacts('amqp/ssl', amqpTls));
  if (sqs !== undefined) facts.push({ protocol: 'sqs', ...addressOf(sqs) });
  if (sqsTls !== undefined) facts.push(tlsFacts('sqs/ssl', sqsTls));
  return facts;
}

function newManagement(deps: ServeDeps, node: Node, listeners: () => readonly ListenerFacts[]): Management {
  const { settings, medium, version, onFatal } = deps;
  const freeDiskBytes = () => medium.freeBytes();
  return new Management({ node, settings, version, listeners, system: systemFacts, freeDiskBytes, onFatal });
}

async function listenManagement({ management: { host, port } }: Settings, { server }: Management): Promise<Listener> {
  return await listenTcp(host, port, server.accept, { sharedReads: true });
}

function tlsFacts(protocol: string, listener: TlsListener): ListenerFacts {
  return { protocol, ...addressOf(listener), certificateEndsAtMs: listener.certificateEndsAtMs };
}

/** A client that doesn't read the rest of its responses holds nobody up: what is left is cut off. */
const CLIENT_DRAIN_MS = 1000;

async function stop(node: Node, listening: readonly Listener[], management: Management | undefined): Promise<void> {
  await management?.freeze();
  const closed = listening.map((listener) => listener.close());
  await node.stop();
  const timer = systemClock.setTimer(CLIENT_DRAIN_MS, () => {
    node.kafka.destroy();
    node.amqp.destroy();
    node.sqs.destroy();
    management?.server.destroy();
  });
  management?.server.close();
  await Promise.all(closed);
  timer.cancel();
}

async function openMedium({ storage }: Settings): Promise<Medium> {
  return storage.medium === 'memory' ? new MemoryMedium() : DiskMedium.open(storage.dataDir);
}
