import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError, EncodeError } from '../../src/base/schema/errors.ts';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';
import {
  checkFieldTable,
  decodeFieldTable,
  encodeFieldTable,
  fieldTableByteLength,
  writeFieldTable,
} from '../../src/message/field-table-codec.ts';
import { arbitraryTable } from './arbitrary-table.ts';

function decode(bytes: Buffer): FieldTable {
  return decodeFieldTable(bytes, 0, bytes.length);
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function one(value: FieldValue): FieldTable {
  return new Map([['k', value]]);
}

/** Decoding and checking must agree on what is legal. */
function refuses(bytes: Buffer, about?: RegExp): void {
  const isRefusal = (error: unknown) => error instanceof DecodeError && (about?.test(error.message) ?? true);
  assert.throws(() => decode(bytes), isRefusal, bytes.toString('hex'));
  assert.throws(() => checkFieldTable(bytes, 0, bytes.length), isRefusal, bytes.toString('hex'));
}

const GOLDEN: readonly [FieldValue, string][] = [
  [{ type: 'bool', value: true }, '74 01'],
  [{ type: 'bool', value: false }, '74 00'],
  [{ type: 'int8', value: -2 }, '62 fe'],
  [{ type: 'uint8', value: 254 }, '42 fe'],
  [{ type: 'int16', value: -2 }, '73 fffe'],
  [{ type: 'uint16', value: 65534 }, '75 fffe'],
  [{ type: 'int32', value: -2 }, '49 fffffffe'],
  [{ type: 'uint32', value: 4294967294 }, '69 fffffffe'],
  [{ type: 'int64', value: -2n }, '6c fffffffffffffffe'],
  [{ type: 'float', value: 1.5 }, '66 3fc00000'],
  [{ type: 'double', value: -0.5 }, '64 bfe0000000000000'],
  [{ type: 'decimal', scale: 2, value: 314 }, '44 02 0000013a'],
  [{ type: 'longstr', value: 'é' }, '53 00000002 c3a9'],
  [{ type: 'binary', value: Buffer.of(0, 255) }, '78 00000002 00ff'],
  [{ type: 'timestamp', value: 2n ** 64n - 1n }, '54 ffffffffffffffff'],
  [{ type: 'array', value: [{ type: 'void' }, { type: 'int8', value: 1 }] }, '41 00000003 56 62 01'],
  [{ type: 'table', value: new Map([['i', { type: 'void' }]]) }, '46 00000003 01 69 56'],
  [{ type: 'void' }, '56'],
];

for (const [value, valueHex] of GOLDEN) {
  test(`a ${value.type} has the tag and the bytes that RabbitMQ gives it: ${valueHex}`, () => {
    const bytes = hex(`01 6b ${valueHex}`);
    assert.deepEqual(decode(bytes), one(value));
    assert.equal(encodeFieldTable(one(value)).toString('hex'), bytes.toString('hex'));
    checkFieldTable(bytes, 0, bytes.length);
    // A cut at 0 leaves the empty table.
    for (let end = 1; end < bytes.length; end++) refuses(bytes.subarray(0, end));
  });
}

test('the tag L is an int64 too', () => {
  assert.deepEqual(decode(hex('01 6b 4c 0000000000000005')), one({ type: 'int64', value: 5n }));
});

test('a long string that is not UTF-8 is binary', () => {
  assert.deepEqual(decode(hex('01 6b 53 00000001 ff')), one({ type: 'binary', value: Buffer.of(255) }));
});

test('any octet but 0 is true', () => {
  assert.deepEqual(decode(hex('01 6b 74 80')), one({ type: 'bool', value: true }));
});

test('fields keep their order, and a name that comes twice its last value', () => {
  const table = decode(hex('01 32 56  01 31 56  01 32 74 01'));
  assert.deepEqual([...table.keys()], ['2', '1']);
  assert.deepEqual(table.get('2'), { type: 'bool', value: true });
});

test('the name of a field may be empty, and is never looked up in a prototype', () => {
  const names = ['', '__proto__', 'constructor'];
  const table: FieldTable = new Map(names.map((name) => [name, { type: 'void' }]));
  assert.deepEqual(decode(encodeFieldTable(table)), table);
});

test('what is decoded does not share the memory of what was received', () => {
  const bytes = hex('01 6b 78 00000002 0102');
  const value = decode(bytes).get('k');
  bytes.fill(0);
  assert.deepEqual(value, { type: 'binary', value: Buffer.of(1, 2) });
});

test('decoding gives back every table that was encoded', () => {
  fc.assert(
    fc.property(arbitraryTable, (table) => {
      const bytes = encodeFieldTable(table);
      assert.equal(bytes.length, fieldTableByteLength(table));
      checkFieldTable(bytes, 0, bytes.length);
      assert.deepEqual(decode(bytes), table);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('a table is written and read in the middle of a buffer', () => {
  const table = one({ type: 'int16', value: 258 });
  const buffer = Buffer.alloc(20, 0xaa);
  const end = writeFieldTable(table, buffer, 5);
  assert.equal(end, 5 + fieldTableByteLength(table));
  assert.deepEqual(decodeFieldTable(buffer, 5, end), table);
  assert.ok(buffer.subarray(0, 5).equals(Buffer.alloc(5, 0xaa)) && buffer[end] === 0xaa);
});

test('every table that is cut short is refused or a shorter table, and nothing else', () => {
  fc.assert(
    fc.property(arbitraryTable, (table) => {
      const bytes = encodeFieldTable(table);
      for (let end = 0; end < bytes.length; end++) throwsNothingElse(bytes.subarray(0, end));
    }),
    { seed: 2, numRuns: 60 },
  );
});

test('random bytes and damaged tables cause no error but DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => throwsNothingElse(Buffer.from(bytes))),
    { seed: 3, numRuns: 3000 },
  );
  fc.assert(
    fc.property(arbitraryTable, fc.nat(), fc.nat(255), (table, at, byte) => {
      const bytes = encodeFieldTable(table);
      if (bytes.length > 0) bytes[at % bytes.length] = byte;
      throwsNothingElse(bytes);
    }),
    { seed: 4, numRuns: 1000 },
  );
});

/** Decodes and checks; both must succeed or both must refuse. */
function throwsNothingElse(bytes: Buffer): void {
  const attempts = [() => decode(bytes), () => checkFieldTable(bytes, 0, bytes.length)].map((attempt) => {
    try {
      attempt();
      return 'taken';
    } catch (error) {
      if (error instanceof DecodeError) return 'refused';
      throw error;
    }
  });
  assert.equal(attempts[0], attempts[1], bytes.toString('hex'));
}

test('lengths that lie are refused', () => {
  refuses(hex('05 6b 56'), /within a name/);
  refuses(hex('01 6b'), /before its value/);
  refuses(hex('01 6b 53 ffffffff 61'), /tag 'S'/);
  refuses(hex('01 6b 78 00000002 61'), /tag 'x'/);
  refuses(hex('01 6b 46 00000003 01 69'), /tag 'F'/);
  refuses(hex('01 6b 41 00000002 56'), /tag 'A'/);
});

test('a value cannot reach beyond the table or array that holds it', () => {
  refuses(hex('01 6b 46 00000003 01 69 74  01 6a 56'));
  refuses(hex('01 6b 41 00000002 62 62  01'));
});

test('unknown tags are refused', () => {
  for (const tag of ['00', '5a', '6b', 'ff']) refuses(hex(`01 6b ${tag} 00000000`), /unknown tag/);
});

function nested(type: 'array' | 'table', depth: number): FieldTable {
  let value: FieldValue = { type: 'void' };
  for (let i = 1; i < depth; i++) value = type === 'array' ? { type, value: [value] } : { type, value: one(value) };
  return one(value);
}

test('64 levels of nesting are taken and written, no more', () => {
  for (const type of ['array', 'table'] as const) {
    assert.deepEqual(decode(encodeFieldTable(nested(type, 64))), nested(type, 64));
    assert.throws(() => encodeFieldTable(nested(type, 65)), EncodeError);
  }
});

test('a bomb of nested arrays or tables is refused before it fills the stack', () => {
  for (const tag of ['A', 'F']) {
    const levels = 20_000;
    const head = tag === 'A' ? 5 : 7;
    const parts: Buffer[] = [];
    for (let i = 0; i < levels; i++) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE((levels - i - 1) * head);
      parts.push(tag === 'F' || i === 0 ? Buffer.from('\x01k') : Buffer.alloc(0), Buffer.from(tag), length);
    }
    refuses(Buffer.concat(parts), /nests deeper than 64/);
  }
});

test('values that the wire cannot express are refused', () => {
  const illegal: FieldValue[] = [
    { type: 'int8', value: 128 },
    { type: 'uint8', value: -1 },
    { type: 'int16', value: 1.5 },
    { type: 'uint32', value: 2 ** 32 },
    { type: 'int32', value: Number.NaN },
    { type: 'int64', value: 2n ** 63n },
    { type: 'timestamp', value: -1n },
    { type: 'decimal', scale: 256, value: 0 },
    { type: 'decimal', scale: 0, value: -1 },
  ];
  for (const value of illegal) assert.throws(() => encodeFieldTable(one(value)), EncodeError, value.type);
  assert.throws(() => encodeFieldTable(new Map([['é'.repeat(128), { type: 'void' }]])), EncodeError);
});
