import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldValue } from '../../src/message/field-table.ts';
import { equalValues, equivalentValues, integerOf } from '../../src/message/field-value.ts';

const five: readonly FieldValue[] = [
  { type: 'int8', value: 5 },
  { type: 'uint8', value: 5 },
  { type: 'int16', value: 5 },
  { type: 'uint16', value: 5 },
  { type: 'int32', value: 5 },
  { type: 'uint32', value: 5 },
  { type: 'int64', value: 5n },
];
const floats: readonly FieldValue[] = [
  { type: 'float', value: 5 },
  { type: 'double', value: 5 },
];
/** No two of these are equal. */
const different: readonly FieldValue[] = [
  { type: 'int8', value: 5 },
  { type: 'int64', value: 2n ** 53n + 1n },
  { type: 'double', value: 2 ** 53 },
  { type: 'double', value: 5.5 },
  { type: 'longstr', value: '5' },
  { type: 'longstr', value: 'true' },
  { type: 'bool', value: true },
  { type: 'bool', value: false },
  { type: 'void' },
  { type: 'decimal', scale: 0, value: 5 },
  { type: 'decimal', scale: 1, value: 5 },
  { type: 'array', value: [] },
  { type: 'array', value: [{ type: 'int8', value: 5 }] },
  { type: 'table', value: new Map() },
  { type: 'table', value: new Map([['k', { type: 'int8', value: 5 }]]) },
  { type: 'table', value: new Map([['l', { type: 'int8', value: 5 }]]) },
];

test('an integer equals itself in every width', () => {
  for (const a of five) {
    for (const b of five) {
      assert.ok(equalValues(a, b) && equivalentValues(a, b), `${a.type} ${b.type}`);
    }
    assert.equal(equalValues(a, { type: 'int8', value: 6 }), false);
  }
});

test('a header that is a float equals the integer of its value; an argument that is one does not', () => {
  for (const a of five) {
    for (const b of floats) {
      assert.ok(equalValues(a, b) && equalValues(b, a));
      assert.ok(!equivalentValues(a, b) && !equivalentValues(b, a));
    }
  }
  assert.ok(equivalentValues({ type: 'float', value: 5 }, { type: 'double', value: 5 }));
});

test('values that differ are not equal, whatever their types', () => {
  for (const [i, a] of different.entries()) {
    for (const [j, b] of different.entries()) {
      assert.equal(equalValues(a, b), i === j, `${i} ${j}`);
      assert.equal(equivalentValues(a, b), i === j, `${i} ${j}`);
    }
  }
});

test('text equals binary of the same bytes', () => {
  const text: FieldValue = { type: 'longstr', value: 'é' };
  assert.ok(equalValues(text, { type: 'binary', value: Buffer.from('é') }));
  assert.ok(equalValues({ type: 'binary', value: Buffer.from('é') }, text));
  assert.equal(equalValues(text, { type: 'binary', value: Buffer.of(0xe9) }), false);
});

test('tables are equal in any order, arrays in theirs, and both only with values of the same types', () => {
  const table = (fields: [string, FieldValue][]): FieldValue => ({ type: 'table', value: new Map(fields) });
  const a = table([
    ['a', { type: 'int8', value: 1 }],
    ['b', { type: 'void' }],
  ]);
  const b = table([
    ['b', { type: 'void' }],
    ['a', { type: 'int8', value: 1 }],
  ]);
  const wider = table([
    ['a', { type: 'int64', value: 1n }],
    ['b', { type: 'void' }],
  ]);
  assert.ok(equalValues(a, b));
  assert.equal(equalValues(a, wider), false);
  assert.equal(equalValues({ type: 'array', value: [a] }, { type: 'array', value: [wider] }), false);
  assert.ok(equalValues({ type: 'array', value: [a, b] }, { type: 'array', value: [b, a] }));
  const [one, two]: FieldValue[] = [
    { type: 'int8', value: 1 },
    { type: 'int8', value: 2 },
  ];
  assert.ok(one && two);
  assert.equal(equalValues({ type: 'array', value: [one, two] }, { type: 'array', value: [two, one] }), false);
});

test('not a number equals nothing', () => {
  const nan: FieldValue = { type: 'double', value: Number.NaN };
  assert.equal(equalValues(nan, nan), false);
});

test('an integer is read from every integer type, and from nothing else', () => {
  for (const value of five) assert.equal(integerOf(value), 5);
  assert.equal(integerOf({ type: 'int64', value: BigInt(Number.MIN_SAFE_INTEGER) }), Number.MIN_SAFE_INTEGER);
  const others: (FieldValue | undefined)[] = [
    undefined,
    { type: 'int64', value: 2n ** 53n },
    { type: 'double', value: 5 },
    { type: 'longstr', value: '5' },
    { type: 'timestamp', value: 5n },
    { type: 'decimal', scale: 0, value: 5 },
    { type: 'void' },
  ];
  for (const value of others) assert.equal(integerOf(value), undefined, value?.type);
});
