/** The same bytes as amqplib, a client in wide use: what it writes is read here, and what is written here it reads. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeContentHeader } from '../../../../src/gateway/amqp/protocol/content-header.ts';
import { METHODS, type MethodInput, type MethodName } from '../../../../src/gateway/amqp/protocol/methods.ts';
import { decodeProperties, encodeProperties } from '../../../../src/message/amqp-properties-codec.ts';
import type { FieldTable, FieldValue } from '../../../../src/message/field-table.ts';
import { decode, encode, framesOf } from './helpers.ts';

interface AmqplibDefs {
  decode(id: number, payload: Buffer): Record<string, unknown>;
  encodeMethod(id: number, channel: number, fields: object): Buffer;
  encodeProperties(id: number, channel: number, size: number, fields: object): Buffer;
}

const require = createRequire(import.meta.url);
const defs = require(join(dirname(require.resolve('amqplib')), 'lib/defs.js')) as AmqplibDefs;

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const bit = fc.boolean();
const VALUES = {
  octet: fc.nat(255),
  short: fc.nat(65_535),
  long: fc.nat(2 ** 32 - 1),
  /** amqplib has numbers up to 2^53, big-endian in two halves. */
  longlong: fc.maxSafeNat(),
  shortstr: text,
  longstr: text,
  opaque: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  bit,
} as const;

/** A table in our form and the one that amqplib takes, where what it makes of a number is known. */
const tables: fc.Arbitrary<{ ours: FieldTable; theirs: object }> = fc
  .array(
    fc.tuple(
      text.filter((name) => name !== '__proto__' && !/^\d+$/.test(name)),
      fc.oneof(
        text.map((value) => [{ type: 'longstr', value }, value] as const),
        fc.boolean().map((value) => [{ type: 'bool', value }, value] as const),
        fc.integer({ min: -128, max: 127 }).map((value) => [{ type: 'int8', value }, value] as const),
        fc.integer({ min: 128, max: 32_767 }).map((value) => [{ type: 'int16', value }, value] as const),
        fc.integer({ min: 32_768 }).map((value) => [{ type: 'int32', value }, value] as const),
        fc.constant([{ type: 'double', value: 0.5 }, 0.5] as const),
        fc.constant([{ type: 'void' }, null] as const),
        fc.nat().map(
          (value) =>
            [
              { type: 'timestamp', value: BigInt(value) },
              { '!': 'timestamp', value },
            ] as const,
        ),
        text.map((value) => [{ type: 'array', value: [{ type: 'longstr', value }] }, [value]] as const),
        text.map(
          (value) => [{ type: 'table', value: new Map([['n', { type: 'longstr', value }]]) }, { n: value }] as const,
        ),
      ),
    ),
    { maxLength: 5 },
  )
  .map((fields) => ({
    ours: new Map(fields.map(([name, [value]]) => [name, value as FieldValue])),
    theirs: Object.fromEntries(fields.map(([name, [, value]]) => [name, value])),
  }));

/** amqplib has long strings as buffers, text or not. */
function asTheirs(args: object): object {
  const isLong = (name: string) => name === 'mechanisms' || name === 'locales';
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, isLong(name) ? Buffer.from(String(value)) : value]),
  );
}

for (const name of Object.keys(METHODS) as MethodName[]) {
  const { classId, methodId, fields } = METHODS[name];
  const id = (classId << 16) | methodId;
  const own = fields.filter((field) => !field.reserved);
  const scalars = fc.record(
    Object.fromEntries(own.flatMap(({ name: field, kind }) => (kind === 'table' ? [] : [[field, VALUES[kind]]]))),
  );
  const tableName = own.find((field) => field.kind === 'table')?.name;

  test(`amqplib and we write and read ${name} alike`, () => {
    fc.assert(
      fc.property(scalars, tables, (args, { ours, theirs }) => {
        const ourArgs = { ...args, ...(tableName === undefined ? {} : { [tableName]: ours }) };
        const theirArgs = { ...asTheirs(args), ...(tableName === undefined ? {} : { [tableName]: theirs }) };
        const [frame] = framesOf([defs.encodeMethod(id, 7, theirArgs)]);
        assert.equal(frame?.channel, 7);
        assert.deepEqual(decode(frame.payload), { method: name, ...ourArgs });

        const payload = encode(name, ourArgs as MethodInput<MethodName>, 7);
        assert.equal(payload.toString('hex'), frame.payload.toString('hex'));
        const read = defs.decode(id, payload.subarray(4));
        for (const { name: field, kind } of own) {
          if (kind === 'table') continue;
          assert.deepEqual(read[field], (theirArgs as Record<string, unknown>)[field], field);
        }
      }),
      { seed: id, numRuns: 30 },
    );
  });
}

test('amqplib and we write the same properties', () => {
  const names = ['contentType', 'correlationId', 'replyTo', 'expiration', 'messageId', 'userId', 'appId'];
  const properties = fc.record(
    {
      ...Object.fromEntries(names.map((name) => [name, text])),
      deliveryMode: fc.constantFrom(1, 2),
      priority: fc.nat(255),
      timestamp: fc.nat(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(properties, tables, fc.nat(), (fields, { ours, theirs }, size) => {
      const [frame] = framesOf([defs.encodeProperties(60, 7, size, { ...fields, headers: theirs })]);
      assert.ok(frame);
      const header = decodeContentHeader(frame.payload, 0, frame.payload.length);
      assert.deepEqual([header.classId, header.bodySize], [60, size]);
      const expected = { ...fields, headers: ours, ...timestampOf(fields) };
      const decoded = decodeProperties(header.properties);
      assert.deepEqual(decoded, { ...decodeProperties(Buffer.alloc(2)), ...expected });
      assert.ok(encodeProperties(decoded).equals(header.properties));
    }),
    { seed: 1, numRuns: 200 },
  );
});

function timestampOf(fields: { timestamp?: number }): { timestamp?: bigint } {
  return fields.timestamp === undefined ? {} : { timestamp: BigInt(fields.timestamp) };
}
