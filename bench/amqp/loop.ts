/**
 * The AMQP gateway without sockets and without a disk: publishes through one connection of a node in this process and consumes
 * through another, and prints messages per second of processor time. What PerfTest sees of a change drowns in what PerfTest
 * itself and the kernel cost; here it doesn't. `--persistent`: persistent messages with confirms and acknowledgements.
 * Usage: node --import tsx bench/amqp/loop.ts [--persistent] [--bytes N] [--messages N] [--rounds N]
 */
import { parseArgs } from 'node:util';
import { silentLogger } from '../../src/base/logger.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { systemRandom } from '../../src/base/system-random.ts';
import { resolveSettings } from '../../src/config/resolve.ts';
import { encodeProperties } from '../../src/gateway/amqp/protocol/properties-codec.ts';
import type { Transport, TransportHandler } from '../../src/net/transport.ts';
import { type Node, startNode } from '../../src/server/node.ts';
import { MemoryMedium } from '../../src/storage/medium/memory.ts';
import { publishFrames, RawClient } from './raw-client.ts';

/** What a socket gives at once. */
const CHUNK_BYTES = 64 * 1024;
/** As a client's window of unconfirmed publishes, and of unacknowledged deliveries. */
const WINDOW = 500;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A client whose bytes reach the node in the next turn, and the other way round. */
function connect(node: Node): { client: RawClient; isPaused: () => boolean } {
  let handler: TransportHandler | undefined;
  let isPaused = false;
  const waiting: Buffer[] = [];
  const deliver = (): void => {
    while (!isPaused && waiting.length > 0) handler?.data(waiting.shift() as Buffer);
  };
  const client = new RawClient({
    write: (bytes) => {
      waiting.push(bytes);
      if (waiting.length === 1) setImmediate(deliver);
      return true;
    },
    drained: turn,
    close: () => handler?.closed(),
  });
  const transport: Transport = {
    remoteAddress: '127.0.0.1',
    bufferedBytes: 0,
    write: (buffers) => {
      for (const buffer of buffers) client.receive(buffer);
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      setImmediate(deliver);
    },
    end: () => client.ended(new Error('the node has closed the connection')),
    destroy: () => client.ended(new Error('the node has cut the connection')),
  };
  handler = node.amqp.accept(transport);
  return { client, isPaused: () => isPaused };
}

interface Load {
  readonly bytes: number;
  readonly messages: number;
  readonly isPersistent: boolean;
}

async function consume(client: RawClient, queue: string, noAck: boolean): Promise<void> {
  if (!noAck) await client.call('basic.qos', { prefetchCount: WINDOW });
  await client.call('basic.consume', { queue, consumerTag: 'c', noAck });
  if (noAck) return;
  let acked = 0;
  client.onInput = () => {
    if (client.lastTag - acked < WINDOW / 5) return;
    acked = client.lastTag;
    client.ack(acked);
  };
}

/** Publishes and waits until everything was delivered. Gives the processor seconds that it took. */
async function run(
  publisher: RawClient,
  consumer: RawClient,
  frames: Buffer,
  perChunk: number,
  load: Load,
): Promise<number> {
  const until = consumer.delivered + load.messages;
  const sentBefore = publisher.confirmedTag;
  const before = process.cpuUsage();
  for (let sent = 0; sent < load.messages; sent += perChunk) {
    // A socket gives every chunk its own memory.
    await publisher.send(Buffer.from(frames));
    await turn();
    while (load.isPersistent && sent + perChunk - (publisher.confirmedTag - sentBefore) > WINDOW) await turn();
  }
  while (consumer.delivered < until) {
    if (consumer.failure !== undefined) throw consumer.failure;
    await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function readLoad(): { load: Load; rounds: number } {
  const { values } = parseArgs({
    options: {
      persistent: { type: 'boolean', default: false },
      bytes: { type: 'string', default: '16' },
      messages: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const { persistent, bytes, messages, rounds } = values;
  return {
    load: { bytes: Number(bytes), messages: Number(messages), isPersistent: persistent },
    rounds: Number(rounds),
  };
}

async function main(): Promise<void> {
  const { load, rounds } = readLoad();
  const settings = resolveSettings({ flags: { 'data-dir': '.', 'amqp-port': '0', 'kafka-port': '0' }, env: {} });
  const node = await startNode({
    ...{ settings, medium: new MemoryMedium(), clock: systemClock, random: systemRandom, logger: silentLogger },
    onFatal: (error) => {
      throw error;
    },
  });
  const queue = 'loop';
  const publisher = await connect(node).client.open();
  const consumer = await connect(node).client.open();
  await publisher.call('queue.declare', { queue, durable: true });
  if (load.isPersistent) await publisher.call('confirm.select', {});
  await consume(consumer, queue, !load.isPersistent);
  const properties = load.isPersistent ? encodeProperties({ deliveryMode: 2 }) : encodeProperties({});
  const body = Buffer.alloc(load.bytes, 'x');
  const one = publishFrames('', [queue], properties, body).length;
  const perChunk = Math.max(1, Math.min(Math.floor(CHUNK_BYTES / one), load.isPersistent ? WINDOW / 5 : 2 ** 20));
  const frames = publishFrames('', new Array<string>(perChunk).fill(queue), properties, body);
  for (let round = 1; round <= rounds; round++) {
    const seconds = await run(publisher, consumer, frames, perChunk, load);
    const perSecond = Math.round(load.messages / seconds).toLocaleString('en-US');
    console.log(
      `${perSecond} messages per processor second (${((seconds / load.messages) * 1e6).toFixed(2)} s per million)`,
    );
  }
  process.exit(0);
}

await main();
