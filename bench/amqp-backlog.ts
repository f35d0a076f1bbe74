/**
 * What draining a queue costs whose messages are in the log, in one process without sockets and disks, and what many idle queues
 * hold whose consumer has one of some messages in hand: `node --expose-gc --import tsx bench/amqp-backlog.ts [messages] [queues]`.
 */
import { encodeProperties } from '../src/message/amqp-properties-codec.ts';
import { Peer, start, TurnClock } from './in-process.ts';

const MESSAGES = Number(process.argv[2] ?? 200_000);
const QUEUES = Number(process.argv[3] ?? 200);
const ROUNDS = 5;
const PER_QUEUE = 20;
/** Of another queue, between the messages of two: each has its own piece of a segment. */
const BETWEEN = 512;
const IN_A_TURN = 200;
const MEBIBYTE = 1024 * 1024;
const PERSISTENT = encodeProperties({ deliveryMode: 2 });

const clock = new TurnClock();
// Nothing is read from the tail: everything comes from segments.
const node = await start(clock, { 'tail-cache-bytes-max': '0' });
const peer = new Peer(node.amqp.accept, clock);
const body = Buffer.alloc(1024, 'x');

async function turn(): Promise<void> {
  clock.endTurn();
  await new Promise((resolve) => setImmediate(resolve));
}

async function publish(count: number, queueOf: (i: number) => string): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    peer.writer.method(1, 'basic.publish', { exchange: '', routingKey: queueOf(i) });
    peer.writer.content(1, PERSISTENT, body);
    if (i % IN_A_TURN > 0) continue;
    peer.data(Buffer.concat(peer.writer.take()));
    await turn();
  }
  peer.data(Buffer.concat(peer.writer.take()));
  for (let i = 0; i < 20; i += 1) await turn();
}

async function drain(): Promise<number> {
  peer.send(1, 'queue.declare', { queue: 'backlog', durable: true });
  await publish(MESSAGES, () => 'backlog');
  const consumer = new Peer(node.amqp.accept, clock);
  const wanted = consumer.receivedBytes + MESSAGES * body.length;
  const before = process.cpuUsage();
  consumer.send(1, 'basic.consume', { queue: 'backlog', noAck: true });
  while (consumer.receivedBytes < wanted) await turn();
  const { user, system } = process.cpuUsage(before);
  peer.send(1, 'queue.delete', { queue: 'backlog' });
  await turn();
  return (MESSAGES * 1e6) / (user + system);
}

function held(): number {
  globalThis.gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

async function idle(): Promise<void> {
  for (let i = 0; i < QUEUES; i += 1) peer.send(1, 'queue.declare', { queue: `idle${i}`, durable: true });
  peer.send(1, 'queue.declare', { queue: 'between', durable: true });
  for (let queue = 0; queue < QUEUES; queue += 1) {
    await publish(PER_QUEUE + BETWEEN, (i) => (i < PER_QUEUE ? `idle${queue}` : 'between'));
  }
  const before = held();
  peer.send(1, 'basic.qos', { prefetchCount: 1 });
  for (let i = 0; i < QUEUES; i += 1) peer.send(1, 'basic.consume', { queue: `idle${i}` });
  for (let i = 0; i < 200; i += 1) await turn();
  const kib = (held() - before) / 1024 / QUEUES;
  process.stdout.write(
    `${QUEUES} queues with ${PER_QUEUE} KiB and a consumer with one in hand: ${kib.toFixed(1)} KiB each\n`,
  );
}

await idle();
for (let round = 1; round <= ROUNDS; round += 1) {
  const perSecond = await drain();
  const { rss } = process.memoryUsage();
  process.stdout.write(
    `drained ${Math.round(perSecond / 1000)} k/s of processor time, ${Math.round(rss / MEBIBYTE)} MiB resident\n`,
  );
}
process.exit(0);
