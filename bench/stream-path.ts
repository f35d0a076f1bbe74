/**
 * The path of a message through a stream in one process, without sockets and disks: AMQP publishes become record batches, and record
 * batches of AMQP and Kafka clients become deliveries. Processor time, as in `amqp-path.ts`.
 *
 *   node --import tsx bench/stream-path.ts [messages]
 */
import { UUID_ZERO } from '../src/catalog/uuid.ts';
import { FrameWriter } from '../src/gateway/amqp/protocol/frame-writer.ts';
import { encodeProperties } from '../src/message/amqp-properties-codec.ts';
import type { FieldTable } from '../src/message/field-table.ts';
import type { Transport } from '../src/net/transport.ts';
import { buildBatch } from '../src/record/build.ts';
import type { Node } from '../src/server/node.ts';
import { produce as produceApi } from '../test/crash/apis.ts';
import { encodeRequest } from '../test/crash/wire-client.ts';
import { Peer, start, TurnClock, turns } from './in-process.ts';

const MESSAGES = 400_000;
const CHUNK_BYTES = 64 * 1024;
const PREFETCH = 1000;
const BODY_BYTES = [16, 1024];
const KAFKA_BATCH_RECORDS = 100;
const HEADERS: FieldTable = new Map([['tenant', { type: 'longstr', value: 'a' }]]);
const PROPERTIES = encodeProperties({ contentType: 'text/plain', deliveryMode: 2, headers: HEADERS });
const STREAM: FieldTable = new Map([['x-queue-type', { type: 'longstr', value: 'stream' }]]);
const FROM_FIRST: FieldTable = new Map([['x-stream-offset', { type: 'longstr', value: 'first' }]]);
const PRODUCE_VERSION = 9;
const NOW_MS = Date.now();

/** A client that is not interested in answers. */
class Silent implements Transport {
  readonly remoteAddress = '127.0.0.1';
  readonly bufferedBytes = 0;
  write(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

async function main(): Promise<void> {
  const messages = Number(process.argv[2] ?? MESSAGES);
  for (const bodyBytes of BODY_BYTES) {
    const clock = new TurnClock();
    const node = await start(clock);
    const peer = new Peer(node.amqp.accept, clock);
    for (const queue of ['published', 'produced']) {
      peer.send(1, 'queue.declare', { queue, durable: true, arguments: STREAM });
      await turns(clock);
    }
    const rounds = { node, clock, messages, bodyBytes };
    tell(bodyBytes, 'published with AMQP', messages, await publish(peer, rounds));
    tell(bodyBytes, 'consumed, of AMQP', messages, await consume('published', rounds));
    await produce(rounds);
    tell(bodyBytes, 'consumed, of Kafka', messages, await consume('produced', rounds));
  }
}

function tell(bodyBytes: number, what: string, messages: number, cpuSeconds: number): void {
  const rate = Math.round(messages / cpuSeconds / 1000);
  process.stdout.write(
    `${String(bodyBytes).padStart(5)} bytes, ${what.padEnd(22)} ${rate} k per second of processor time\n`,
  );
}

async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}

interface Rounds {
  readonly node: Node;
  readonly clock: TurnClock;
  readonly messages: number;
  readonly bodyBytes: number;
}

function publish(peer: Peer, { clock, messages, bodyBytes }: Rounds): Promise<number> {
  const writer = new FrameWriter(131072);
  const body = Buffer.alloc(bodyBytes, 'x');
  let count = 0;
  while (writer.byteLength < CHUNK_BYTES) {
    writer.method(1, 'basic.publish', { exchange: '', routingKey: 'published' });
    writer.content(1, PROPERTIES, body);
    count += 1;
  }
  const chunk = Buffer.concat(writer.take());
  return cpuSeconds(async () => {
    for (let sent = 0; sent < messages; sent += count) {
      peer.data(chunk);
      clock.endTurn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await turns(clock);
  });
}

/** Acknowledges all that came once per turn, until all has come. */
function consume(queue: string, { node, clock, messages }: Rounds): Promise<number> {
  const { catalog, queues } = node.amqp.services;
  const id = catalog.requireQueue('/', queue).id;
  const peer = new Peer(node.amqp.accept, clock);
  peer.send(1, 'basic.qos', { prefetchCount: PREFETCH });
  return cpuSeconds(async () => {
    peer.send(1, 'basic.consume', { queue, arguments: FROM_FIRST });
    for (let acknowledged = 0; acknowledged < messages; ) {
      clock.endTurn();
      await new Promise((resolve) => setImmediate(resolve));
      const delivered = queues.stats(id)?.delivered ?? 0;
      if (delivered > acknowledged) peer.send(1, 'basic.ack', { deliveryTag: delivered, multiple: true });
      acknowledged = delivered;
    }
  });
}

/** Batches as a Kafka producer sends them, each record with a key and a header. */
async function produce({ node, clock, messages, bodyBytes }: Rounds): Promise<void> {
  const value = Buffer.alloc(bodyBytes, 'x');
  const headers = [{ key: 'tenant', value: Buffer.from('a') }];
  const record = { timestampMs: NOW_MS, key: Buffer.from('key'), value, headers };
  const records = Array.from({ length: KAFKA_BATCH_RECORDS }, (_, offsetDelta) => ({ ...record, offsetDelta }));
  const client = node.kafka.accept(new Silent());
  for (let sent = 0; sent < messages; sent += KAFKA_BATCH_RECORDS) {
    const partitionData = [{ index: 0, records: buildBatch({ baseOffset: 0, records }) }];
    const topicData = [{ name: 'produced', topicId: UUID_ZERO, partitionData }];
    const request = { transactionalId: null, acks: -1, timeoutMs: 1000, topicData };
    client?.data(encodeRequest(produceApi, PRODUCE_VERSION, 1, request));
    clock.endTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await turns(clock);
}

await main();
