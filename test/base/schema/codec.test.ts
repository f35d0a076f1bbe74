import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EncodeError } from '../../../src/base/schema/errors.ts';
import {
  array,
  between,
  bigint64,
  bool,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  nullable,
  nullableSince,
  optional,
  records,
  since,
  string,
  struct,
  tagged,
  uint16,
  uuid,
} from '../../../src/base/schema/field.ts';
import { type Infer, type Input, type Message, message } from '../../../src/base/schema/message.ts';
import { Writer } from '../../../src/base/schema/writer.ts';

function encoded<In>(schema: Message<unknown, In>, value: In, version: number): Buffer {
  const writer = new Writer(32);
  writer.begin();
  schema.encode(writer, value, version);
  return Buffer.concat(writer.finish());
}

function hex<In>(schema: Message<unknown, In>, value: In, version: number): string {
  return encoded(schema, value, version).toString('hex');
}

function decoded<Out>(schema: Message<Out, never>, text: string, version: number): Out {
  const buffer = Buffer.from(text, 'hex');
  return schema.decode(buffer, 0, buffer.length, version);
}

const scalars = message(
  { versions: [0, 0] },
  {
    a: bool(),
    b: int8(),
    c: int16(),
    d: int32(),
    e: int64(),
    f: bigint64(),
    g: uint16(),
    h: float64(),
    i: uuid(),
    j: string(),
    k: bytes(),
  },
);

test('every scalar has its big-endian form', () => {
  const value: Input<typeof scalars> = {
    a: true,
    b: -2,
    c: -3,
    d: -4,
    e: -5,
    f: -(2n ** 63n),
    g: 65535,
    h: 1.5,
    i: 'AAECAwQFBgcICQoLDA0ODw',
    j: 'é',
    k: Buffer.from([7, 8]),
  };
  const bytesOfValue = [
    '01',
    'fe',
    'fffd',
    'fffffffc',
    'fffffffffffffffb',
    '8000000000000000',
    'ffff',
    '3ff8000000000000',
    '000102030405060708090a0b0c0d0e0f',
    '0002c3a9',
    '000000020708',
  ].join('');
  assert.equal(hex(scalars, value, 0), bytesOfValue);
  assert.deepEqual(decoded(scalars, bytesOfValue, 0), value);
});

const versioned = message(
  { versions: [0, 4], flexible: 3 },
  { old: between(0, 1, int8()), name: nullableSince(2, string()), added: since(2, int16(-1)), last: int8(5) },
);

test('a field is written and read only in the versions that carry it', () => {
  const value = { old: 9, name: 'n', added: 1, last: 2 };
  assert.equal(hex(versioned, value, 0), '0900016e02');
  assert.equal(hex(versioned, value, 2), '00016e000102');
  assert.deepEqual(decoded(versioned, '0900016e02', 1), { old: 9, name: 'n', added: -1, last: 2 });
  assert.deepEqual(decoded(versioned, '00016e000102', 2), { old: 0, name: 'n', added: 1, last: 2 });
});

test('a field that has a default may be left out of encoding', () => {
  assert.equal(hex(versioned, { old: 0, name: 'n' }, 2), '00016effff05');
});

test('flexible versions have compact lengths and a tagged section', () => {
  assert.equal(hex(versioned, { old: 0, name: 'n' }, 3), '026effff0500');
});

test('null is -1, or 0 in the compact form, and empty in versions that have no null', () => {
  assert.equal(hex(versioned, { old: 1, name: null }, 1), '01000005');
  assert.equal(hex(versioned, { old: 1, name: null }, 2), 'ffffffff05');
  assert.equal(hex(versioned, { old: 1, name: null }, 3), '00ffff0500');
  assert.equal(decoded(versioned, 'ffffffff05', 2).name, null);
});

test('decoded values have one shape in all versions', () => {
  const keys = ['old', 'name', 'added', 'last'];
  assert.deepEqual(Object.keys(decoded(versioned, '0900016e02', 0)), keys);
  assert.deepEqual(Object.keys(decoded(versioned, '026effff0500', 4)), keys);
});

const tags = message(
  { versions: [0, 1], flexible: 0 },
  {
    epoch: tagged(1, int64(-1)),
    leader: tagged(0, struct({ id: int32(-1), epoch: int32(-1) })),
    names: since(1, tagged(300, array(string()))),
  },
);

test('a tagged field that equals its default is not written', () => {
  assert.equal(hex(tags, {}, 1), '00');
  assert.equal(hex(tags, { epoch: -1, leader: { id: -1 }, names: [] }, 1), '00');
});

test('tagged fields are written in the order of their tags, with their sizes', () => {
  const value = { epoch: 1, leader: { id: 2 }, names: ['ab'] };
  const text = ['03', '0009', '00000002ffffffff00', '0108', '0000000000000001', 'ac0204', '02036162'].join('');
  assert.equal(hex(tags, value, 1), text);
  assert.deepEqual(decoded(tags, text, 1), { epoch: 1, leader: { id: 2, epoch: -1 }, names: ['ab'] });
});

test('a tagged field is dropped in a version that has it not', () => {
  assert.equal(hex(tags, { names: ['ab'] }, 0), '00');
});

test('unknown tags, and tags of another version, are skipped', () => {
  const expected = { epoch: 7, leader: { id: -1, epoch: -1 }, names: [] };
  assert.deepEqual(decoded(tags, '0301080000000000000007ac02040203616263020909', 0), expected);
});

test('a tagged field longer than 127 bytes has a size of two bytes', () => {
  const names = ['x'.repeat(126), 'y'.repeat(300)];
  const bytesOfValue = encoded(tags, { names }, 1);
  // One byte for the count of the array, 1 + 126 and 2 + 300 for the strings.
  assert.equal(bytesOfValue.subarray(0, 5).toString('hex'), '01ac02ae03');
  assert.equal(bytesOfValue.length, 5 + 1 + 127 + 302);
  assert.deepEqual(tags.decode(bytesOfValue, 0, bytesOfValue.length, 1).names, names);
});

const nested = message(
  { versions: [0, 1], flexible: 1 },
  {
    cursor: nullable(struct({ at: int8() })),
    items: array({ ids: array(int16()), more: optional(array({ x: int8() })) }),
  },
);

test('a nullable struct is preceded by a byte that is negative for null', () => {
  assert.equal(hex(nested, { items: [] }, 0), 'ff00000000');
  assert.equal(hex(nested, { cursor: { at: 3 }, items: [] }, 0), '010300000000');
  assert.equal(hex(nested, { cursor: { at: 3 }, items: [] }, 1), '0103000100');
  assert.deepEqual(decoded(nested, '0103000100', 1).cursor, { at: 3 });
  assert.equal(decoded(nested, 'ff0100', 1).cursor, null);
});

test('arrays nest', () => {
  const text = ['ff', '02', '0300010002', '020500', '00', '00'].join('');
  const value = { items: [{ ids: [1, 2], more: [{ x: 5 }] }] };
  assert.equal(hex(nested, value, 1), text);
  assert.deepEqual(decoded(nested, text, 1), { cursor: null, ...value });
});

const batches = message({ versions: [0, 1], flexible: 1 }, { records: records() });

test('record batches are attached by reference, from one buffer or several', () => {
  const part = Buffer.alloc(1000, 1);
  const writer = new Writer();
  writer.begin();
  batches.encode(writer, { records: [part, part] }, 0);
  const parts = writer.finish();
  assert.equal(parts[1], part);
  assert.equal(parts[2], part);
  assert.equal(parts[0]?.toString('hex'), '000007d0');
});

test('record batches and bytes are decoded as slices of the input', () => {
  const input = Buffer.from('0000000261620000', 'hex');
  const slice = batches.decode(input, 0, 6, 0).records;
  assert.equal(slice?.buffer, input.buffer);
  assert.equal(slice?.toString(), 'ab');
  assert.equal(decoded(batches, '0000', 1).records, null);
});

test('decoding a prefix tells where the message ended', () => {
  const input = Buffer.from('00ffffffff0000', 'hex');
  assert.deepEqual(batches.decodePrefix(input, 1, 7, 0), { value: { records: null }, end: 5 });
});

test('values that the schema cannot express are errors that name the field', () => {
  const one = message({ versions: [0, 0] }, { list: array({ small: int8(), text: string() }) });
  const encodeItem = (item: unknown) => () => encoded(one, { list: [item as { small: number; text: string }] }, 0);
  const isError = (path: string) => (error: unknown) =>
    error instanceof EncodeError && error.message.startsWith(`list.${path}:`);
  assert.throws(encodeItem({ small: 128, text: '' }), isError('small'));
  assert.throws(encodeItem({ small: 1.5, text: '' }), isError('small'));
  assert.throws(encodeItem({ small: undefined, text: '' }), isError('small'));
  assert.throws(encodeItem({ small: 1, text: null }), isError('text'));
  assert.throws(encodeItem({ small: 1, text: 7 }), isError('text'));
  assert.throws(encodeItem({ small: 1, text: 'x'.repeat(32768) }), EncodeError);
  assert.throws(encodeItem({ small: 1, text: '漢'.repeat(11000) }), EncodeError);
});

test('64-bit integers outside the safe range cannot be encoded as numbers', () => {
  const one = message({ versions: [0, 0] }, { n: int64() });
  assert.equal(hex(one, { n: Number.MAX_SAFE_INTEGER }, 0), '001fffffffffffff');
  assert.equal(hex(one, { n: Number.MIN_SAFE_INTEGER }, 0), 'ffe0000000000001');
  assert.throws(() => encoded(one, { n: 2 ** 53 }, 0), EncodeError);
  assert.throws(() => encoded(one, { n: 0.5 }, 0), EncodeError);
});

test('a uuid must be 22 characters of base64url', () => {
  const one = message({ versions: [0, 0] }, { id: uuid() });
  assert.throws(() => encoded(one, { id: 'short' }, 0), EncodeError);
  assert.throws(() => encoded(one, { id: '!'.repeat(22) }, 0), EncodeError);
});

test('types are inferred: decoding gives every field, encoding requires those without a default', () => {
  const value: Input<typeof versioned> = { old: 1, name: null };
  const result: Infer<typeof versioned> = decoded(versioned, hex(versioned, value, 2), 2);
  const added: number = result.added;
  assert.equal(added, -1);
  // @ts-expect-error: `name` has no default.
  assert.throws(() => encoded(versioned, { old: 1 }, 0), EncodeError);
});
