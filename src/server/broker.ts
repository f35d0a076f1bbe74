/** From settings to a running broker on this machine: a node with a real clock, a medium and listening sockets. */
import { type Logger, silentLogger } from '../base/logger.ts';
import { systemClock } from '../base/system-clock.ts';
import { systemRandom } from '../base/system-random.ts';
import type { Settings } from '../config/settings.ts';
import { listenTcp } from '../net/tcp.ts';
import { DiskMedium } from '../storage/medium/disk.ts';
import type { Medium } from '../storage/medium/medium.ts';
import { MemoryMedium } from '../storage/medium/memory.ts';
import { type Node, startNode } from './node.ts';

export interface BrokerDeps {
  readonly logger?: Logger;
}

export interface Broker {
  readonly kafkaAddress: { readonly host: string; readonly port: number };
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
  const { node, listener } = await serve(settings, medium, logger, end);
  let stopping: Promise<void> | undefined;
  return {
    kafkaAddress: { host: listener.host, port: listener.port },
    stopped,
    stop: () => {
      stopping ??= stop(node, listener.close()).then(() => end(undefined));
      return stopping;
    },
  };
}

async function serve(settings: Settings, medium: Medium, logger: Logger, onFatal: (error: Error) => void) {
  let node: Node | undefined;
  try {
    node = await startNode({ settings, medium, clock: systemClock, random: systemRandom, logger, onFatal });
    const { host, port, advertisedHost, advertisedPort } = settings.kafka;
    const listener = await listenTcp(host, port, node.kafka.accept, { sharedReads: true });
    node.advertise(advertisedHost ?? host, advertisedPort ?? listener.port);
    return { node, listener };
  } catch (error) {
    // Leave nothing behind that would make the next start look like a crash.
    if (node === undefined) await medium.close();
    else await node.stop();
    throw error;
  }
}

/** A client that doesn't read the rest of its responses holds nobody up: what is left is cut off. */
const CLIENT_DRAIN_MS = 1000;

async function stop(node: Node, closed: Promise<void>): Promise<void> {
  await node.stop();
  const timer = systemClock.setTimer(CLIENT_DRAIN_MS, () => node.kafka.destroy());
  await closed;
  timer.cancel();
}

async function openMedium({ storage }: Settings): Promise<Medium> {
  return storage.medium === 'memory' ? new MemoryMedium() : DiskMedium.open(storage.dataDir);
}
