/**
 * The path of an AMQP message through one process, without sockets and disks: frames in, routed, queued, frames out. A publisher's
 * chunks go into its connection as a socket would hand them over, and what consumers are sent is counted.
 *
 *   node --import tsx bench/amqp-path.ts [messages] [name of a scenario]
 *   npm run build && node --cpu-prof bench/... profiles it: see `bench/README.md`
 */
import type { Clock, Timer } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import { systemRandom } from '../src/base/system-random.ts';
import { resolveSettings } from '../src/config/resolve.ts';
import { PROTOCOL_HEADER } from '../src/gateway/amqp/protocol/constants.ts';
import { FrameWriter } from '../src/gateway/amqp/protocol/frame-writer.ts';
import type { MethodInput, MethodName } from '../src/gateway/amqp/protocol/methods.ts';
import { encodeProperties } from '../src/message/amqp-properties-codec.ts';
import { encodeShortstr } from '../src/message/shortstr.ts';
import type { Accept, Transport, TransportHandler } from '../src/net/transport.ts';
import { type Node, startNode } from '../src/server/node.ts';
import { MemoryMedium } from '../src/storage/medium/memory.ts';

const CHUNK_BYTES = 64 * 1024;
const MESSAGES = 2_000_000;
/** Of which the best counts: what other programs take away is no property of ours. */
const ROUNDS = 10;
const PREFETCH = 1000;
const PROPERTIES = encodeProperties({ contentType: 'text/plain', deliveryMode: 1 });

/** Deferred work runs when the loop says so, as at the end of a turn of the event loop. */
class TurnClock implements Clock {
  #deferred: (() => void)[] = [];

  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const handle = setTimeout(callback, delayMs).unref();
    return { cancel: () => clearTimeout(handle) };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  endTurn(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const callback of deferred) callback();
  }
}

class Peer implements Transport {
  readonly remoteAddress = '127.0.0.1';
  readonly bufferedBytes = 0;
  readonly writer = new FrameWriter(131072);
  receivedBytes = 0;
  readonly #handler: TransportHandler;
  readonly #clock: TurnClock;

  constructor(accept: Accept, clock: TurnClock) {
    const handler = accept(this);
    if (handler === undefined) throw new Error('the connection was refused');
    this.#handler = handler;
    this.#clock = clock;
    this.data(PROTOCOL_HEADER);
    this.send(0, 'connection.start-ok', { clientProperties: new Map(), response: Buffer.from('\0guest\0guest') });
    this.send(0, 'connection.tune-ok', { channelMax: 100, frameMax: 131072, heartbeat: 0 });
    this.send(0, 'connection.open', {});
    this.send(1, 'channel.open', {});
  }

  data(bytes: Buffer): void {
    this.#handler.data(bytes);
  }

  send<N extends MethodName>(channel: number, method: N, methodArguments: MethodInput<N>): void {
    this.writer.method(channel, method, methodArguments);
    this.data(Buffer.concat(this.writer.take()));
    this.#clock.endTurn();
  }

  write(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.receivedBytes += buffer.length;
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

interface Scenario {
  readonly bodyBytes: number;
  readonly exchange: string;
  readonly noAck: boolean;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  '16 bytes, default exchange, no acks': { bodyBytes: 16, exchange: '', noAck: true },
  '16 bytes, direct exchange, no acks': { bodyBytes: 16, exchange: 'amq.direct', noAck: true },
  '16 bytes, topic exchange, no acks': { bodyBytes: 16, exchange: 'amq.topic', noAck: true },
  '16 bytes, default exchange, acks of several': { bodyBytes: 16, exchange: '', noAck: false },
  '1 KiB, default exchange, no acks': { bodyBytes: 1024, exchange: '', noAck: true },
};

async function main(): Promise<void> {
  const messages = Number(process.argv[2] ?? MESSAGES);
  const wanted = process.argv[3] ?? '';
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (!name.includes(wanted)) continue;
    const { perSecond, perCpuSecond } = await run(scenario, messages);
    const figures = [perSecond, perCpuSecond].map((figure) => `${Math.round(figure / 1000)} k`.padStart(6));
    process.stdout.write(`${name.padEnd(45)} ${figures[0]} messages/s  ${figures[1]} per second of processor time\n`);
  }
}

interface Rate {
  readonly perSecond: number;
  /** What it would be if nobody else used the machine. */
  readonly perCpuSecond: number;
}

async function run(scenario: Scenario, messages: number): Promise<Rate> {
  const clock = new TurnClock();
  const node = await start(clock);
  const queue = 'bench-queue';
  const consumerTag = 'bench-consumer';
  const { exchange, noAck } = scenario;
  const consumer = new Peer(node.amqp.accept, clock);
  consumer.send(1, 'queue.declare', { queue, exclusive: false, durable: false });
  await turns(clock);
  if (exchange !== '') consumer.send(1, 'queue.bind', { queue, exchange, routingKey: queue });
  await turns(clock);
  if (!noAck) consumer.send(1, 'basic.qos', { prefetchCount: PREFETCH });
  const publisher = new Peer(node.amqp.accept, clock);
  consumer.send(1, 'basic.consume', { queue, noAck, consumerTag });
  const delivered = countDeliveries(consumer, scenario, queue, consumerTag);
  const { chunk, count } = publishes(scenario, queue);
  const turnsNeeded = Math.ceil(messages / ROUNDS / count);
  let best: Rate = { perSecond: 0, perCpuSecond: 0 };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const rate = measured(turnsNeeded * count, () => {
      for (let turn = 0; turn < turnsNeeded; turn += 1) {
        publisher.data(chunk);
        clock.endTurn();
        if (!noAck) delivered.acknowledge();
      }
    });
    if (rate.perCpuSecond > best.perCpuSecond) best = rate;
    const sent = round * turnsNeeded * count;
    if (delivered.count() !== sent) throw new Error(`${delivered.count()} of ${sent} came`);
  }
  return best;
}

function measured(messages: number, work: () => void): Rate {
  const begun = performance.now();
  const cpuBegun = process.cpuUsage();
  work();
  const seconds = (performance.now() - begun) / 1000;
  const cpu = process.cpuUsage(cpuBegun);
  return { perSecond: messages / seconds, perCpuSecond: (messages * 1e6) / (cpu.user + cpu.system) };
}

async function start(clock: TurnClock): Promise<Node> {
  const flags = { storage: 'memory' };
  const starting = startNode({
    settings: resolveSettings({ flags, env: {} }),
    medium: new MemoryMedium(),
    clock,
    random: systemRandom,
    logger: silentLogger,
    onFatal: (error) => {
      throw error;
    },
  });
  const timer = setInterval(() => clock.endTurn(), 1);
  const node = await starting;
  clearInterval(timer);
  return node;
}

/** Lets what was appended become durable. */
async function turns(clock: TurnClock): Promise<void> {
  for (let i = 0; i < 20; i += 1) {
    clock.endTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** One chunk of whole publishes, as a socket gives them to a busy server. */
function publishes({ exchange, bodyBytes }: Scenario, routingKey: string): { chunk: Buffer; count: number } {
  const writer = new FrameWriter(131072);
  const body = Buffer.alloc(bodyBytes, 'x');
  let count = 0;
  while (writer.byteLength < CHUNK_BYTES) {
    writer.method(1, 'basic.publish', { exchange, routingKey });
    writer.content(1, PROPERTIES, body);
    count += 1;
  }
  return { chunk: Buffer.concat(writer.take()), count };
}

/** Counts what a consumer is given by its bytes, which costs nothing: every delivery of a scenario has as many. */
function countDeliveries(consumer: Peer, { exchange, bodyBytes }: Scenario, routingKey: string, consumerTag: string) {
  const writer = new FrameWriter(131072);
  const content = { exchange, routingKey, properties: PROPERTIES, body: Buffer.alloc(bodyBytes) };
  writer.deliver(1, encodeShortstr(consumerTag), 1, false, content);
  const bytesEach = writer.byteLength;
  const bytesBefore = consumer.receivedBytes;
  let acknowledged = 0;
  const count = () => (consumer.receivedBytes - bytesBefore) / bytesEach;
  const acknowledge = () => {
    for (let tag = count(); tag > acknowledged; tag = count()) {
      acknowledged = tag;
      consumer.send(1, 'basic.ack', { deliveryTag: tag, multiple: true });
    }
  };
  return { count, acknowledge };
}

await main();
