/**
 * What the AMQP byte layer costs without sockets: reading publishes and writing deliveries, acks and returns. Run with
 * `node --import tsx bench/amqp-codec.ts`. Each row is the best of many short rounds, which is what the code can do when
 * nothing else takes the processor.
 */
import { FrameType } from '../src/gateway/amqp/protocol/constants.ts';
import { decodeContentHeader } from '../src/gateway/amqp/protocol/content-header.ts';
import { FrameReader } from '../src/gateway/amqp/protocol/frame-reader.ts';
import { type Content, FrameWriter } from '../src/gateway/amqp/protocol/frame-writer.ts';
import { decodeMethod } from '../src/gateway/amqp/protocol/methods.ts';
import { encodeProperties } from '../src/message/amqp-properties-codec.ts';
import { PropertiesReader } from '../src/message/amqp-properties-reader.ts';
import { encodeShortstr } from '../src/message/shortstr.ts';

const FRAME_MAX = 131_072;
const CHUNK_BYTES = 65_536;
const MESSAGES = 2000;
const ROUNDS = 400;
const TAKEN_EVERY = 100;
const exchange = 'orders.exchange';
const properties = encodeProperties({ deliveryMode: 2, contentType: 'application/json' });
const consumerTag = encodeShortstr('amq.ctag-0123456789abcdefghijkl');

function contents(bodyBytes: number, routingKeys: number): Content[] {
  const body = Buffer.alloc(bodyBytes, 'x');
  return Array.from({ length: MESSAGES }, (_, i) => {
    return { exchange, routingKey: `orders.created.${i % routingKeys}`, properties, body };
  });
}

/** What a socket would hand over of these publishes. */
function published(list: readonly Content[]): Buffer[] {
  const writer = new FrameWriter(FRAME_MAX);
  for (const { routingKey, body } of list) {
    writer.method(1, 'basic.publish', { exchange, routingKey });
    writer.content(1, properties, body);
  }
  const bytes = Buffer.concat(writer.take());
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return chunks;
}

/** Everything that the gateway does to the bytes of a publish. Returns something that depends on all of it. */
function receive(chunks: readonly Buffer[]): number {
  const reader = new FrameReader(FRAME_MAX);
  const view = new PropertiesReader();
  let sum = 0;
  for (const chunk of chunks) {
    reader.push(chunk);
    while (reader.next()) {
      const { type, bytes, start, end } = reader;
      if (type === FrameType.METHOD) {
        const method = decodeMethod(bytes, start, end);
        if (method.method === 'basic.publish') sum += method.routingKey.length;
      } else if (type === FrameType.HEADER) {
        const header = decodeContentHeader(bytes, start, end);
        sum += header.bodySize + (view.read(header.properties).deliveryMode ?? 0);
      } else sum += reader.payload.length;
    }
  }
  return sum;
}

function write(each: (writer: FrameWriter, index: number) => void): () => number {
  const writer = new FrameWriter(FRAME_MAX);
  return () => {
    let parts = 0;
    for (let i = 0; i < MESSAGES; i++) {
      each(writer, i);
      if (i % TAKEN_EVERY === 0) parts += writer.take().length;
    }
    return parts + writer.take().length;
  };
}

function deliver(bodyBytes: number): () => number {
  const list = contents(bodyBytes, 100);
  return write((writer, i) => {
    const content = list[i];
    if (content !== undefined) writer.deliver(1, consumerTag, i, false, content);
  });
}

let sink = 0;

function measure(name: string, round: () => number): void {
  for (let i = 0; i < ROUNDS / 4; i++) sink += round();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const startMs = performance.now();
    sink += round();
    best = Math.min(best, performance.now() - startMs);
  }
  const ns = ((best * 1e6) / MESSAGES).toFixed(0);
  const perSecond = Math.round((MESSAGES / best) * 1000).toLocaleString('en');
  process.stdout.write(`${name.padEnd(36)} ${ns.padStart(5)} ns  ${perSecond.padStart(11)} /s\n`);
}

for (const [bodyBytes, routingKeys] of [
  [16, 1],
  [16, 100],
  [16, MESSAGES],
  [1024, 1],
] as const) {
  const chunks = published(contents(bodyBytes, routingKeys));
  measure(`publish ${bodyBytes} B, ${routingKeys} routing keys`, () => receive(chunks));
}
for (const bodyBytes of [16, 512, 1024, 16_384]) measure(`deliver ${bodyBytes} B`, deliver(bodyBytes));
measure(
  'ack',
  write((writer, i) => writer.ack(1, i, false)),
);
if (sink === 0) throw new Error('nothing was measured');
