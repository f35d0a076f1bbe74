import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type BasicProperties,
  NO_PROPERTIES,
  PROPERTY_KINDS,
  PROPERTY_NAMES,
} from '../../src/message/amqp-properties.ts';
import { decodeProperties, encodeProperties, type PropertiesInput } from '../../src/message/amqp-properties-codec.ts';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';
import type { Message } from '../../src/message/message.ts';
import { MessageDecoder } from '../../src/message/message-from-record.ts';
import { RecordEncoder } from '../../src/message/record-from-message.ts';
import { buildBatch, type RecordSpec } from '../../src/record/build.ts';
import { checkUncompressedRecords } from '../../src/record/check.ts';
import { buildRawBatch, rawRecordBytes } from '../../src/record/raw-records.ts';
import { RecordReader } from '../../src/record/record-reader.ts';
import { decodeRecords, type RecordHeader, recordBytes } from '../../src/record/records.ts';
import { arbitraryTable } from './arbitrary-table.ts';

const NOW_MS = 1_700_000_000_123;
const ABSENT: BasicProperties = decodeProperties(NO_PROPERTIES);

function message(properties: PropertiesInput | Buffer = {}, options: Partial<Message> = {}): Message {
  const bytes = Buffer.isBuffer(properties) ? properties : encodeProperties(properties);
  const { deliveryMode, priority = 0, expiration } = decodeProperties(bytes);
  return {
    origin: 'amqp',
    exchange: '',
    routingKey: 'key',
    properties: bytes,
    body: Buffer.from('body'),
    persistent: deliveryMode === 2,
    priority,
    ttlMs: expiration !== undefined && /^\d{1,10}$/.test(expiration) ? Number(expiration) : undefined,
    ...options,
  };
}

function batchOf(messages: readonly Message[]): Buffer {
  const encoder = new RecordEncoder();
  const records = messages.map((each) => encoder.encode(each));
  const bytes = records.reduce((sum, record, i) => sum + rawRecordBytes(record, i), 0);
  return buildRawBatch(records, bytes, NOW_MS);
}

function messagesOf(batch: Buffer, decoder = new MessageDecoder()): Message[] {
  const reader = new RecordReader(batch, recordBytes(batch, 0) as Buffer);
  const messages: Message[] = [];
  while (reader.next()) messages.push(decoder.decode(reader));
  return messages;
}

function record(spec: Partial<RecordSpec>): Message {
  const full = { offsetDelta: 0, timestampMs: NOW_MS, key: null, value: Buffer.from('v'), ...spec };
  const [only] = messagesOf(buildBatch({ baseOffset: 0, records: [full] }));
  assert.ok(only);
  return only;
}

function headersOf(properties: PropertiesInput): Record<string, string | null> {
  const batch = batchOf([message(properties)]);
  const [only] = decodeRecords(batch, recordBytes(batch, 0) as Buffer);
  return Object.fromEntries(only?.headers.map(({ key, value }) => [key, value?.toString() ?? null]) ?? []);
}

const text = (value: string): FieldValue => ({ type: 'longstr', value });
const header = (key: string, value: string | Buffer | null): RecordHeader => ({
  key,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});
const tableOf = (of: Message): FieldTable => decodeProperties(of.properties).headers ?? new Map();

const shortstr = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((it) => Buffer.byteLength(it) <= 255);
const values = { shortstr, table: arbitraryTable, octet: fc.nat(255), timestamp: fc.bigInt(0n, 2n ** 64n - 1n) };
const arbitraryProperties = fc.record(
  Object.fromEntries(PROPERTY_NAMES.map((name) => [name, values[PROPERTY_KINDS[name]]])),
  { requiredKeys: [] },
) as fc.Arbitrary<PropertiesInput>;
const awkwardName = fc.oneof(
  fc.constantFrom(
    'amqp.exchange',
    'amqp.type',
    'amqp.header.x',
    'amqp.header-types',
    'kafka.key',
    '__proto__',
    '',
    'x',
  ),
  fc.constantFrom('timestamp_in_ms', 'kafka.tombstone', '1', 'constructor'),
);
const awkwardTable = fc
  .tuple(
    arbitraryTable,
    fc.array(
      fc.tuple(
        awkwardName,
        fc.constantFrom(text('t'), text('5'), { type: 'binary', value: Buffer.from('text') } as const),
      ),
    ),
  )
  .map(([table, more]): FieldTable => new Map([...table, ...more]));

test('every message comes back from a record as it was, with all properties, headers and their types', () => {
  const arbitraryMessage = fc.record({
    properties: fc.tuple(arbitraryProperties, awkwardTable).map(([all, headers]) => ({ ...all, headers })),
    options: fc.record({
      exchange: shortstr,
      routingKey: shortstr,
      body: fc.uint8Array().map((it) => Buffer.from(it)),
    }),
  });
  fc.assert(
    fc.property(fc.array(arbitraryMessage, { maxLength: 4 }), (specs) => {
      const messages = specs.map(({ properties, options }) => message(properties, options));
      const batch = batchOf(messages);
      if (messages.length > 0) checkUncompressedRecords(batch);
      const back = messagesOf(batch);
      const decoded = (each: Message) => ({ ...each, properties: decodeProperties(each.properties) });
      assert.deepEqual(back.map(decoded), messages.map(decoded));
    }),
    { seed: 4, numRuns: 400 },
  );
});

test('property texts that are not UTF-8 come back byte by byte', () => {
  const properties = Buffer.concat([Buffer.from('8400', 'hex'), Buffer.from('01ff02c3c3', 'hex')]);
  const [back] = messagesOf(batchOf([message(properties)]));
  assert.deepEqual(back?.properties, properties);
});

test('no headers, empty headers and some headers are told apart', () => {
  for (const properties of [{}, { headers: new Map() }, { headers: new Map([['a', text('b')]]) }]) {
    const [back] = messagesOf(batchOf([message(properties)]));
    assert.deepEqual(back?.properties, encodeProperties(properties));
  }
});

test('a Kafka user reads properties and headers as text', () => {
  const headers = new Map<string, FieldValue>([
    ['name', text('Ann')],
    ['retries', { type: 'int32', value: 3 }],
    ['big', { type: 'int64', value: 2n ** 60n }],
    ['price', { type: 'decimal', scale: 2, value: 1999 }],
    ['ratio', { type: 'double', value: 0.25 }],
    ['flag', { type: 'bool', value: true }],
    ['list', { type: 'array', value: [text('x'), { type: 'int8', value: 1 }] }],
    ['nothing', { type: 'void' }],
    ['amqp.mine', text('escaped')],
  ]);
  const properties = {
    contentType: 'application/json',
    deliveryMode: 2,
    priority: 7,
    correlationId: 'c-1',
    timestamp: 1_600_000_000n,
    appId: 'shop',
    headers,
  };
  assert.deepEqual(headersOf(properties), {
    'amqp.exchange': '',
    'amqp.content-type': 'application/json',
    'amqp.delivery-mode': '2',
    'amqp.priority': '7',
    'amqp.correlation-id': 'c-1',
    'amqp.timestamp': '1600000000',
    'amqp.app-id': 'shop',
    name: 'Ann',
    retries: '3',
    big: '1152921504606846976',
    price: '1999e-2',
    ratio: '0.25',
    flag: 'true',
    list: '[["longstr","x"],["int8",1]]',
    nothing: null,
    'amqp.header.amqp.mine': 'escaped',
    'amqp.header-types':
      '{"retries":"int32","big":"int64","price":"decimal","ratio":"double","flag":"bool","list":"array"}',
  });
});

test('the routing key is the key of the record, an empty one is none', () => {
  const batch = batchOf([message({}, { routingKey: 'a.b' }), message({}, { routingKey: '' })]);
  const keys = [...decodeRecords(batch, recordBytes(batch, 0) as Buffer)].map(({ key }) => key?.toString() ?? null);
  assert.deepEqual(keys, ['a.b', null]);
});

test('a record of a Kafka client is a persistent message with its key, headers and time', () => {
  const headers = [header('trace', 'abc'), header('bytes', Buffer.of(0xff)), header('none', null)];
  const back = record({ key: Buffer.from('user-1'), value: Buffer.from('hello'), headers });
  const { headers: table, ...properties } = decodeProperties(back.properties);
  assert.deepEqual(
    { ...back, properties: undefined },
    {
      origin: 'amqp',
      exchange: '',
      routingKey: 'user-1',
      properties: undefined,
      body: Buffer.from('hello'),
      persistent: true,
      priority: 0,
      ttlMs: undefined,
    },
  );
  const { headers: _, ...absent } = ABSENT;
  assert.deepEqual(properties, { ...absent, deliveryMode: 2, timestamp: BigInt(Math.floor(NOW_MS / 1000)) });
  assert.deepEqual(Object.fromEntries(table ?? []), {
    timestamp_in_ms: { type: 'int64', value: BigInt(NOW_MS) },
    trace: text('abc'),
    bytes: { type: 'binary', value: Buffer.of(0xff) },
    none: { type: 'void' },
  });
});

test('a key that is no routing key is kept in a header, byte by byte', () => {
  for (const key of [Buffer.of(0xff, 1), Buffer.alloc(256, 'k'), Buffer.alloc(0)]) {
    const back = record({ key });
    assert.equal(back.routingKey, '');
    assert.deepEqual(tableOf(back).get('kafka.key'), { type: 'binary', value: key });
  }
  assert.equal(tableOf(record({ key: null })).has('kafka.key'), false);
});

test('a record without a value is an empty message that says so', () => {
  const back = record({ key: Buffer.from('k'), value: null });
  assert.equal(back.body.length, 0);
  assert.deepEqual(tableOf(back).get('kafka.tombstone'), { type: 'bool', value: true });
});

test('a header that comes more than once becomes a list', () => {
  const back = record({ headers: [header('a', '1'), header('b', 'x'), header('a', '2'), header('a', '3')] });
  assert.deepEqual(tableOf(back).get('a'), { type: 'array', value: [text('1'), text('2'), text('3')] });
});

test('a Kafka client can set AMQP properties by their headers', () => {
  const headers = [
    header('amqp.content-type', 'text/plain'),
    header('amqp.priority', '9'),
    header('amqp.exchange', 'ex'),
  ];
  const back = record({ headers });
  assert.deepEqual([back.exchange, back.priority], ['ex', 9]);
  assert.deepEqual(decodeProperties(back.properties), { ...ABSENT, contentType: 'text/plain', priority: 9 });
});

test('what is no value of its property or type stays a header as it is', () => {
  const headers = [
    header('amqp.priority', '256'),
    header('amqp.timestamp', '-1'),
    header('amqp.type', null),
    header('amqp.unknown', 'x'),
    header('n', 'many'),
    header('m', '300'),
    header('deep', '['.repeat(5000)),
    header('deeper', `${'["array",['.repeat(500)}${']]'.repeat(500)}`),
    header('amqp.header-types', '{"n":"int32","m":"int8","deep":"array","deeper":"array","x":"nonsense"}'),
  ];
  const table = tableOf(record({ headers }));
  assert.deepEqual(table.get('amqp.priority'), text('256'));
  assert.deepEqual(table.get('amqp.timestamp'), text('-1'));
  assert.deepEqual(table.get('amqp.type'), { type: 'void' });
  assert.deepEqual(table.get('amqp.unknown'), text('x'));
  assert.deepEqual([table.get('n'), table.get('m')], [text('many'), text('300')]);
  assert.equal(table.get('deep')?.type, 'longstr');
  assert.equal(table.get('deeper')?.type, 'longstr');
});

test('a table in JSON with names that no table can have stays text', () => {
  const json = `[["${'n'.repeat(256)}","int8",1]]`;
  const types = header('amqp.header-types', '{"t":"table","a":"array"}');
  const table = tableOf(record({ headers: [header('t', json), header('a', `[["table",${json}]]`), types] }));
  assert.deepEqual([table.get('t'), table.get('a')?.type], [text(json), 'longstr']);
});

test('types that are not JSON are a header like any other', () => {
  const table = tableOf(record({ headers: [header('a', '1'), header('amqp.header-types', '{"a":')] }));
  assert.deepEqual([table.get('a'), table.get('amqp.header-types')], [text('1'), text('{"a":')]);
});

test('headers that no AMQP message can hold are left out and counted', () => {
  const headers = [
    header('x'.repeat(256), 'long name'),
    header('huge', 'y'.repeat(200_000)),
    header('fits', 'z'.repeat(1000)),
  ];
  const back = record({ headers });
  const table = tableOf(back);
  assert.deepEqual([...table.keys()], ['timestamp_in_ms', 'fits', 'kafka.headers-left-out']);
  assert.deepEqual(table.get('kafka.headers-left-out'), { type: 'int32', value: 2 });
  assert.ok(back.properties.length < 128 * 1024 - 64);
});

test('a stream tells the offset of each message, and the partition where there are several', () => {
  const records = Array.from({ length: 3 }, (_, i) => ({
    offsetDelta: i,
    timestampMs: NOW_MS + 1000 * i,
    key: null,
    value: null,
    headers: [header('x-stream-offset', 'older')],
  }));
  const batch = buildBatch({ baseOffset: 2 ** 40, records });
  const tables = messagesOf(batch, new MessageDecoder({ partition: 3 })).map(tableOf);
  for (const [i, table] of tables.entries()) {
    assert.deepEqual(table.get('x-stream-offset'), { type: 'int64', value: 2n ** 40n + BigInt(i) });
    assert.deepEqual(table.get('timestamp_in_ms'), { type: 'int64', value: BigInt(NOW_MS + 1000 * i) });
    assert.deepEqual(table.get('x-stream-partition'), { type: 'int64', value: 3n });
  }
  const [only] = messagesOf(batchOf([message()]), new MessageDecoder({ partition: undefined }));
  assert.deepEqual(only && [...tableOf(only)], [['x-stream-offset', { type: 'int64', value: 0n }]]);
});

test('records with the same headers differ in nothing but offset and time, others in all', () => {
  const same = [header('h', 'same')];
  const records = [same, same, [header('h', 'other')], same].map((headers, i) => ({
    offsetDelta: i,
    timestampMs: NOW_MS + 1000 * i,
    key: Buffer.from(`k${i}`),
    value: Buffer.from(`v${i}`),
    headers,
  }));
  const back = messagesOf(buildBatch({ baseOffset: 10, records }), new MessageDecoder({ partition: undefined }));
  const seen = back.map((each) => {
    const { headers, timestamp } = decodeProperties(each.properties);
    return [each.routingKey, each.body.toString(), headers?.get('h'), headers?.get('x-stream-offset'), timestamp];
  });
  const at = (i: number): bigint => BigInt(Math.floor((NOW_MS + 1000 * i) / 1000));
  assert.deepEqual(
    seen,
    ['same', 'same', 'other', 'same'].map((value, i) => [
      `k${i}`,
      `v${i}`,
      text(value),
      { type: 'int64', value: BigInt(10 + i) },
      at(i),
    ]),
  );
});
