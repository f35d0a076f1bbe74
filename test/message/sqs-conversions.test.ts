import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { amqpFromSqs } from '../../src/message/amqp-from-sqs.ts';
import { NO_PROPERTIES, PROPERTY_KINDS, PROPERTY_NAMES } from '../../src/message/amqp-properties.ts';
import { decodeProperties, encodeProperties, type PropertiesInput } from '../../src/message/amqp-properties-codec.ts';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';
import type { Message } from '../../src/message/message.ts';
import { MessageDecoder } from '../../src/message/message-from-record.ts';
import { RecordEncoder } from '../../src/message/record-from-message.ts';
import { sqsFromMessage } from '../../src/message/sqs-from-message.ts';
import { encodeSqsProperties, type SqsAttribute, type SqsProperties } from '../../src/message/sqs-properties.ts';
import { buildRawBatch, rawRecordBytes } from '../../src/record/raw-records.ts';
import { RecordReader } from '../../src/record/record-reader.ts';
import { recordBytes } from '../../src/record/records.ts';
import { arbitrarySqsProperties } from './arbitrary-sqs.ts';
import { arbitraryTable } from './arbitrary-table.ts';

const NOW_MS = 1_700_000_000_123;
const ID = '11111111-2222-3333-4444-555555555555';
const DERIVED = '99999999-2222-3333-4444-555555555555';
const NOTHING: SqsProperties = {
  messageId: ID,
  senderId: undefined,
  attributes: undefined,
  messageGroupId: undefined,
  deduplicationId: undefined,
  traceHeader: undefined,
  deadLetterSource: undefined,
  bodyMd5: undefined,
};

function message(origin: Message['origin'], properties: Buffer, options: Partial<Message> = {}): Message {
  const body = Buffer.from('body');
  const common = { exchange: '', routingKey: 'orders', persistent: true, priority: 0, ttlMs: undefined };
  return { origin, properties, body, ...common, ...options };
}

function sent(properties: Partial<SqsProperties>, options: Partial<Message> = {}): Message {
  return message('sqs', encodeSqsProperties({ ...NOTHING, ...properties }), options);
}

function attributes(of: Record<string, SqsAttribute>): ReadonlyMap<string, SqsAttribute> {
  return new Map(Object.entries(of));
}

const string = (StringValue: string, custom = ''): SqsAttribute => ({ DataType: `String${custom}`, StringValue });
const number = (StringValue: string, custom = ''): SqsAttribute => ({ DataType: `Number${custom}`, StringValue });
const text = (value: string): FieldValue => ({ type: 'longstr', value });
const derived = () => DERIVED;

function inAmqp(from: Message): Message {
  return message('amqp', amqpFromSqs(from).properties, { body: amqpFromSqs(from).body });
}

function headersOf(from: Message): Record<string, FieldValue> {
  return Object.fromEntries(decodeProperties(amqpFromSqs(from).properties).headers ?? []);
}

function published(headers: Record<string, FieldValue>, more: PropertiesInput = {}, options: Partial<Message> = {}) {
  return message('amqp', encodeProperties({ headers: new Map(Object.entries(headers)), ...more }), options);
}

function throughKafka(from: Message): Message {
  const record = new RecordEncoder().encode(from);
  const batch = buildRawBatch([record], rawRecordBytes(record, 0), NOW_MS);
  const reader = new RecordReader(batch, recordBytes(batch, 0) as Buffer);
  assert.ok(reader.next());
  return new MessageDecoder().decode(reader);
}

const arbitraryBody = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((it) => Buffer.from(it)),
  fc.uint8Array().map((it) => Buffer.from(it)),
  fc.uint8Array().map((it) => Buffer.from(Buffer.from(it).toString('base64'))),
);
const shortstr = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((it) => Buffer.byteLength(it) <= 255);
const values = { shortstr, table: arbitraryTable, octet: fc.nat(255), timestamp: fc.bigInt(0n, 2n ** 64n - 1n) };
const arbitraryProperties = fc.record(
  Object.fromEntries(PROPERTY_NAMES.map((name) => [name, values[PROPERTY_KINDS[name]]])),
  { requiredKeys: [] },
) as fc.Arbitrary<PropertiesInput>;

test('what was sent through SQS comes back through AMQP as it was, but for its sender', () => {
  fc.assert(
    fc.property(
      arbitrarySqsProperties,
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.boolean(),
      (sqs, body, isStored) => {
        // What AMQP has no room for is counted instead.
        fc.pre(![...(sqs.attributes?.keys() ?? [])].some((name) => name.length > 200));
        const options = { body: Buffer.from(body), ...(isStored ? { enqueuedAtMs: NOW_MS } : {}) };
        fc.pre(!/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(body));
        const from = message('sqs', encodeSqsProperties(sqs), options);
        for (const back of [inAmqp(from), throughKafka(from), throughKafka(inAmqp(from))]) {
          assert.deepEqual(sqsFromMessage(back, derived), {
            properties: { ...sqs, senderId: undefined, bodyMd5: undefined },
            body: options.body,
          });
        }
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('what AMQP publishes comes back as it was when somebody sends on what was received from SQS', () => {
  const header = fc.tuple(fc.stringMatching(/^[a-z-]{1,9}$/), arbitraryTable).map(([name, table]) => {
    const [field = text('x')] = table.values();
    return [name, field] as const;
  });
  const headers = fc.array(header, { maxLength: 4 }).map((fields): FieldTable => new Map(fields));
  const names = ['contentType', 'correlationId', 'type', 'priority', 'timestamp'] as const;
  const some = fc.record(Object.fromEntries(names.map((name) => [name, values[PROPERTY_KINDS[name]]])), {
    requiredKeys: [],
    noNullPrototype: true,
  }) as fc.Arbitrary<PropertiesInput>;
  fc.assert(
    fc.property(some, headers, arbitraryBody, (properties, table, body) => {
      const all = { ...properties, deliveryMode: 2, messageId: ID, ...(table.size > 0 ? { headers: table } : {}) };
      const received = sqsFromMessage(message('amqp', encodeProperties(all), { body }), derived);
      const back = amqpFromSqs(sent(received.properties, { body: received.body }));
      assert.deepEqual(decodeProperties(back.properties), decodeProperties(encodeProperties(all)));
      assert.deepEqual(back.body, body);
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('every message can be received, with ten attributes at the most that SQS would take', () => {
  const routing = fc.record(
    { exchange: shortstr, routingKey: shortstr, body: arbitraryBody },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(arbitraryProperties, routing, (properties, options) => {
      const from = message('amqp', encodeProperties(properties), options);
      for (const each of [from, throughKafka(from)]) {
        const { properties: sqs, body } = sqsFromMessage(each, derived);
        const all = [...(sqs.attributes ?? [])];
        assert.ok(all.length <= 10);
        for (const [name, { DataType, StringValue, BinaryValue }] of all) {
          assert.match(name, /^[a-zA-Z0-9_.\u00c0-\u017f-]{1,256}$/);
          assert.match(DataType, /^(String|Number|Binary)(\.\w+)?$/);
          assert.ok((StringValue ?? BinaryValue ?? '').length > 0);
          assert.doesNotMatch(StringValue ?? '', /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
        }
        assert.doesNotMatch(body.toString(), /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
        amqpFromSqs(message('sqs', encodeSqsProperties(sqs), { body }));
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('AMQP clients see attributes as headers of the types they expect', () => {
  const from = sent(
    {
      senderId: 'AIDA',
      messageGroupId: 'g',
      deduplicationId: 'd',
      traceHeader: 'Root=1',
      deadLetterSource: 'orders',
      attributes: attributes({
        name: string('Ann'),
        json: string('{}', '.json'),
        count: number('5'),
        ratio: number('0.25'),
        padded: number('007'),
        small: number('5', '.int8'),
        flag: string('true', '.bool'),
        bytes: { DataType: 'Binary', BinaryValue: Buffer.of(1) },
        'amqp.content-type': string('text/plain'),
        MessageGroupId: string('mine'),
      }),
    },
    { enqueuedAtMs: NOW_MS },
  );
  const { headers, ...properties } = decodeProperties(amqpFromSqs(from).properties);
  const { headers: _, ...absent } = decodeProperties(NO_PROPERTIES);
  const set = { contentType: 'text/plain', deliveryMode: 2, messageId: ID, timestamp: 1_700_000_000n };
  assert.deepEqual(properties, { ...absent, ...set });
  assert.deepEqual(Object.fromEntries(headers ?? []), {
    'aws.sent-timestamp': { type: 'int64', value: BigInt(NOW_MS) },
    MessageGroupId: text('g'),
    MessageDeduplicationId: text('d'),
    AWSTraceHeader: text('Root=1'),
    'aws.dead-letter-source': text('orders'),
    'aws.sender-id': text('AIDA'),
    name: text('Ann'),
    json: text('{}'),
    count: { type: 'int64', value: 5n },
    ratio: { type: 'double', value: 0.25 },
    padded: text('007'),
    small: { type: 'int8', value: 5 },
    flag: { type: 'bool', value: true },
    bytes: { type: 'binary', value: Buffer.of(1) },
    'aws.attribute.MessageGroupId': text('mine'),
    'aws.attribute-types': text('{"json":"String.json","padded":"Number"}'),
  });
});

test('receivers see headers and properties as attributes, headers first', () => {
  const from = published(
    { name: text('Ann'), n: { type: 'int32', value: 5 }, 'amqp.x': text('x'), MessageGroupId: text('g') },
    { contentType: 'a/b', priority: 3, timestamp: 7n, messageId: 'm-1', userId: 'guest', deliveryMode: 1 },
    { exchange: 'topics', routingKey: 'eu.new' },
  );
  const { properties, body } = sqsFromMessage(from, derived);
  assert.equal(body.toString(), 'body');
  assert.deepEqual(
    { ...properties, attributes: [...(properties.attributes ?? [])] },
    {
      ...NOTHING,
      messageId: DERIVED,
      senderId: 'guest',
      messageGroupId: 'g',
      attributes: [
        ['name', string('Ann')],
        ['n', number('5', '.int32')],
        ['amqp.header.amqp.x', string('x')],
        ['amqp.routing-key', string('eu.new')],
        ['amqp.exchange', string('topics')],
        ['amqp.content-type', string('a/b')],
        ['amqp.priority', number('3')],
        ['amqp.message-id', string('m-1')],
        ['amqp.timestamp', number('7')],
      ],
    },
  );
});

test('a message id that is a UUID is the id of the message', () => {
  assert.equal(sqsFromMessage(published({}, { messageId: ID }), derived).properties.messageId, ID);
  assert.equal(sqsFromMessage(message('amqp', NO_PROPERTIES), derived).properties.messageId, DERIVED);
  assert.equal(sqsFromMessage(message('kafka', Buffer.alloc(0)), derived).properties.messageId, DERIVED);
});

test('values that SQS refuses have types that say what they are', () => {
  const shown = (field: FieldValue) => sqsFromMessage(published({ h: field }), derived).properties.attributes?.get('h');
  assert.deepEqual(shown(text('')), string(' ', '.empty'));
  assert.deepEqual(shown(text('\0')), { DataType: 'Binary.text', BinaryValue: Buffer.of(0) });
  assert.deepEqual(shown({ type: 'void' }), string('null', '.void'));
  assert.deepEqual(shown({ type: 'double', value: Number.NaN }), string('NaN', '.double'));
  assert.deepEqual(shown({ type: 'timestamp', value: 5n }), number('5', '.timestamp'));
  assert.deepEqual(shown({ type: 'array', value: [text('\uffff')] }), string('[["longstr","\\uffff"]]', '.array'));
});

test('a body that is no text is in base64, and says so; one that is text is not touched', () => {
  for (const body of [Buffer.of(0xff), Buffer.from('a\0'), Buffer.from('\uffff')]) {
    const { properties, body: shown } = sqsFromMessage(message('amqp', NO_PROPERTIES, { body }), derived);
    assert.deepEqual(properties.attributes, attributes({ 'Content-Transfer-Encoding': string('base64') }));
    assert.equal(shown.toString(), body.toString('base64'));
    assert.deepEqual(amqpFromSqs(sent(properties, { body: shown })).body, body);
  }
  const { properties, body } = sqsFromMessage(
    message('amqp', NO_PROPERTIES, { body: Buffer.from('ä\t😀\ufffd') }),
    derived,
  );
  assert.deepEqual([properties.attributes, body.toString()], [undefined, 'ä\t😀\ufffd']);
});

test('what is more than ten attributes, or has no legal name, is counted by the last one', () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`h${i}`, text('x')]));
  const shown = (headers: Record<string, FieldValue>) => [
    ...(sqsFromMessage(published(headers), derived).properties.attributes ?? []),
  ];
  const all = shown(many);
  assert.deepEqual([all.length, all[9]], [10, ['amqp.headers-left-out', number('3')]]);
  assert.deepEqual(shown({ 'two words': text('x'), 'aws.unknown': text('x'), '': text('x') }), [
    ['amqp.headers-left-out', number('3')],
  ]);
});

test('the broker tells SQS which queue a message was dead-lettered from, and its history comes last', () => {
  const history = { 'x-death': { type: 'array', value: [] }, 'x-first-death-reason': text('rejected') } as const;
  const { properties } = sqsFromMessage(
    published({ ...history, 'x-first-death-queue': text('q'), a: text('b') }),
    derived,
  );
  assert.equal(properties.deadLetterSource, 'q');
  assert.deepEqual(
    [...(properties.attributes?.keys() ?? [])],
    ['a', 'x-death', 'x-first-death-reason', 'x-first-death-queue'],
  );
  const forged = published({ 'x-first-death-queue': text('q') });
  assert.equal(sqsFromMessage(forged, derived).properties.deadLetterSource, undefined);
});

test('no attribute becomes a header by which the broker routes or tells the history of a message', () => {
  const names = ['x-death', 'x-first-death-reason', 'CC', 'BCC', 'aws.sent-timestamp'];
  const from = sent({ attributes: attributes(Object.fromEntries(names.map((name) => [name, string('x')]))) });
  assert.deepEqual(
    Object.keys(headersOf(from)),
    names.map((name) => `aws.attribute.${name}`),
  );
});

test('attributes that do not fit into a content header are left out and counted', () => {
  const from = sent({
    attributes: attributes({ big: string('x'.repeat(200_000)), small: string('y'), ['z'.repeat(256)]: string('n') }),
  });
  assert.deepEqual(headersOf(from), { small: text('y'), 'aws.attributes-left-out': { type: 'int32', value: 2 } });
});

test('a table in JSON with names that no table can have stays text', () => {
  const json = `[["${'n'.repeat(256)}","int8",1]]`;
  const from = sent({ attributes: attributes({ t: string(json, '.table') }) });
  assert.deepEqual(headersOf(from).t, text(json));
  assert.deepEqual(
    sqsFromMessage(inAmqp(from), derived).properties.attributes,
    attributes({ t: string(json, '.table') }),
  );
});

test('properties that are not UTF-8 are bytes', () => {
  const from = message('amqp', Buffer.concat([Buffer.from('8480', 'hex'), Buffer.from('01ff02c3c301ff', 'hex')]));
  assert.deepEqual(sqsFromMessage(from, derived).properties.attributes?.get('amqp.content-type'), {
    DataType: 'Binary',
    BinaryValue: Buffer.of(0xff),
  });
});

test('a record that was sent through SQS can be read by Kafka clients', () => {
  const from = sent({ messageGroupId: 'g', attributes: attributes({ n: number('5') }) }, { enqueuedAtMs: NOW_MS });
  const back = decodeProperties(throughKafka(from).properties);
  assert.deepEqual([back.messageId, back.deliveryMode, back.timestamp], [ID, 2, 1_700_000_000n]);
  assert.deepEqual(back.headers?.get('n'), { type: 'int64', value: 5n });
});
