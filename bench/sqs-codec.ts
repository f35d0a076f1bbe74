/**
 * What the SQS byte layer costs without sockets or queues: decoding and checking what is sent, received and deleted, and
 * encoding the answers, in both protocols. Run with `node --import tsx bench/sqs-codec.ts`. Each row is the best of many short
 * rounds, which is what the code can do when nothing else takes the processor.
 */
import { createHash, createHmac } from 'node:crypto';
import { md5OfAttributes, md5OfBody } from '../src/gateway/sqs/message-digest.ts';
import type { HttpRequest } from '../src/gateway/sqs/protocol/http.ts';
import type { OutputOf } from '../src/gateway/sqs/protocol/operations.ts';
import { decodeRequest, encodeResult, wireOf } from '../src/gateway/sqs/protocol/wire.ts';
import { ReceiptHandles } from '../src/gateway/sqs/receipt-handles.ts';
import { parseQueueUrl } from '../src/gateway/sqs/rules/queue-url.ts';
import { checkSendMessage, checkSendMessageBatch } from '../src/gateway/sqs/rules/send.ts';
import { formatAmzDate } from '../src/security/sigv4/amz-date.ts';
import { SigV4Verifier } from '../src/security/sigv4/verifier.ts';

const CALLS = 500;
const ROUNDS = 300;
const REQUEST_ID = '9b8c7a6e-0000-4000-8000-000000000001';
const QueueUrl = 'http://localhost:9324/000000000000/orders';
const RULES = { fifo: false, contentBasedDeduplication: false, maximumMessageBytes: 1_048_576 };
const JSON_WIRE = { protocol: 'json', queryErrors: false } as const;
const QUERY_WIRE = { protocol: 'query', queryErrors: true } as const;

const handles = new ReceiptHandles(Buffer.from('secret'));
const handle = handles.encode({ queueId: 7, messageId: 123_456, receiveCount: 1 });
const attributes = {
  traceId: { DataType: 'String', StringValue: '00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01' },
  attempt: { DataType: 'Number', StringValue: '3' },
};
/** Text that needs no escaping, and JSON, which does. */
const PLAIN = 'x'.repeat(1024);
const QUOTED = JSON.stringify({ orderId: 12_345, items: [{ sku: 'abc', count: 2 }] })
  .repeat(20)
  .slice(0, 1024);

function json(action: string, input: object): HttpRequest {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` };
  return { method: 'POST', target: '/', headers, body: Buffer.from(JSON.stringify(input)) };
}

function form(parameters: Record<string, string>): HttpRequest {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', target: '/', headers, body: Buffer.from(new URLSearchParams(parameters).toString()) };
}

/** Everything that the gateway does with the bytes of a request before it asks a queue. */
function receive(request: HttpRequest): number {
  const decoded = decodeRequest(wireOf(request.headers), request);
  switch (decoded.action) {
    case 'SendMessage': {
      const { input } = decoded;
      const { name } = parseQueueUrl(input.QueueUrl);
      const { body } = checkSendMessage(input, RULES);
      return name.length + md5OfBody(body).length + (md5OfAttributes(input.MessageAttributes)?.length ?? 0);
    }
    case 'SendMessageBatch': {
      let sum = parseQueueUrl(decoded.input.QueueUrl).name.length;
      for (const checked of checkSendMessageBatch(decoded.input.Entries, RULES)) {
        if ('body' in checked) sum += md5OfBody(checked.body).length;
      }
      return sum;
    }
    case 'DeleteMessage':
      return handles.decode(decoded.input.ReceiptHandle).messageId;
    case 'DeleteMessageBatch': {
      let sum = 0;
      for (const { ReceiptHandle } of decoded.input.Entries) sum += handles.decode(ReceiptHandle).messageId;
      return sum;
    }
    default:
      return decoded.action.length;
  }
}

function received(Body: string, count: number): OutputOf<'ReceiveMessage'> {
  const message = {
    MessageId: REQUEST_ID,
    ReceiptHandle: handle,
    MD5OfBody: 'd41d8cd98f00b204e9800998ecf8427e',
    Body,
    Attributes: new Map([
      ['SenderId', '000000000000'],
      ['SentTimestamp', '1700000000000'],
      ['ApproximateReceiveCount', '1'],
      ['ApproximateFirstReceiveTimestamp', '1700000000001'],
    ]),
  };
  return { Messages: new Array(count).fill(message) };
}

/** Bytes, because that is what a socket takes. */
function bytes(text: string): number {
  return Buffer.from(text).length;
}

function signed(request: HttpRequest, nowMs: number): HttpRequest {
  const date = formatAmzDate(nowMs);
  const scope = `${date.slice(0, 8)}/us-east-1/sqs/aws4_request`;
  const headers = { ...request.headers, host: 'localhost:9324', 'x-amz-date': date } as Record<string, string>;
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${sha256(request.body)}`;
  let key: Buffer = Buffer.from('AWS4secret');
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=key/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization } };
}

let sink = 0;

function measure(name: string, call: () => number): void {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (let i = 0; i < CALLS; i++) sink += call();
    best = Math.min(best, performance.now() - startMs);
  }
  const us = ((best * 1000) / CALLS).toFixed(2);
  const perSecond = Math.round((CALLS / best) * 1000).toLocaleString('en');
  process.stdout.write(`${name.padEnd(44)} ${us.padStart(7)} µs  ${perSecond.padStart(10)} /s\n`);
}

const entries = (each: (index: number) => object) =>
  Array.from({ length: 10 }, (_, i) => ({ Id: `id-${i}`, ...each(i) }));
const small = json('SendMessage', { QueueUrl, MessageBody: 'hello' });

for (const [name, request] of [
  ['SendMessage 5 B, JSON', small],
  ['SendMessage 1 KiB, JSON', json('SendMessage', { QueueUrl, MessageBody: PLAIN })],
  ['SendMessage 1 KiB of JSON, JSON', json('SendMessage', { QueueUrl, MessageBody: QUOTED })],
  [
    'SendMessage 1 KiB, 2 attributes, JSON',
    json('SendMessage', { QueueUrl, MessageBody: PLAIN, MessageAttributes: attributes }),
  ],
  ['SendMessage 1 KiB, Query', form({ Action: 'SendMessage', QueueUrl, MessageBody: PLAIN })],
  ['SendMessage 1 KiB of JSON, Query', form({ Action: 'SendMessage', QueueUrl, MessageBody: QUOTED })],
  [
    'SendMessageBatch 10 × 1 KiB, JSON',
    json('SendMessageBatch', { QueueUrl, Entries: entries(() => ({ MessageBody: PLAIN })) }),
  ],
  ['ReceiveMessage, JSON', json('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 })],
  ['DeleteMessage, JSON', json('DeleteMessage', { QueueUrl, ReceiptHandle: handle })],
  [
    'DeleteMessageBatch 10, JSON',
    json('DeleteMessageBatch', { QueueUrl, Entries: entries(() => ({ ReceiptHandle: handle })) }),
  ],
  ['DeleteMessage, Query', form({ Action: 'DeleteMessage', QueueUrl, ReceiptHandle: handle })],
] as const) {
  measure(`read ${name}`, () => receive(request));
}

const sent = { MD5OfMessageBody: 'd41d8cd98f00b204e9800998ecf8427e', MessageId: REQUEST_ID };
measure('write SendMessage, JSON', () => bytes(encodeResult(JSON_WIRE, 'SendMessage', sent, REQUEST_ID).body));
for (const [name, body] of [
  ['1 KiB', PLAIN],
  ['1 KiB of JSON', QUOTED],
] as const) {
  for (const wire of [JSON_WIRE, QUERY_WIRE]) {
    const output = received(body, 10);
    measure(`write ReceiveMessage 10 × ${name}, ${wire.protocol}`, () => {
      return bytes(encodeResult(wire, 'ReceiveMessage', output, REQUEST_ID).body);
    });
  }
}
measure('make a receipt handle', () => handles.encode({ queueId: 7, messageId: sink, receiveCount: 1 }).length);

const nowMs = Date.UTC(2026, 0, 1);
const verifier = new SigV4Verifier({ service: 'sqs', region: undefined, clockSkewMs: 900_000 }, () => 'secret');
const request = signed(json('SendMessage', { QueueUrl, MessageBody: PLAIN }), nowMs);
measure('check a signature, 1 KiB', () => verifier.verify(request, nowMs).accessKeyId.length);
if (sink === 0) throw new Error('nothing was measured');
