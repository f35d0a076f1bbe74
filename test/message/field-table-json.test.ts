import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../../src/base/schema/errors.ts';
import type { FieldTable } from '../../src/message/field-table.ts';
import { fieldTableFromJson, fieldTableToJson } from '../../src/message/field-table-json.ts';
import { arbitraryTable } from './arbitrary-table.ts';

function throughText(table: FieldTable): FieldTable {
  return fieldTableFromJson(JSON.parse(JSON.stringify(fieldTableToJson(table))));
}

test('a table survives JSON text exactly: types, order, 64-bit integers, bytes, odd numbers', () => {
  fc.assert(
    fc.property(arbitraryTable, (table) => {
      const back = throughText(table);
      assert.deepEqual(back, table);
      assert.deepEqual([...back.keys()], [...table.keys()]);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('numbers that JSON has no form for survive', () => {
  const table: FieldTable = new Map(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324].map((value, i) => [
      String(i),
      { type: 'double', value },
    ]),
  );
  assert.deepEqual(throughText(table), table);
});

test('names that look like numbers or prototypes keep their place', () => {
  const table: FieldTable = new Map(['b', '10', '2', '__proto__'].map((name) => [name, { type: 'void' }]));
  assert.deepEqual([...throughText(table).keys()], ['b', '10', '2', '__proto__']);
});

test('the form is plain and stays as it is: journals hold it', () => {
  const table: FieldTable = new Map([
    ['x-max-length', { type: 'int32', value: 5 }],
    ['big', { type: 'int64', value: 2n ** 62n }],
    ['bytes', { type: 'binary', value: Buffer.of(0, 255) }],
    ['list', { type: 'array', value: [{ type: 'void' }, { type: 'longstr', value: 'é' }] }],
    ['inner', { type: 'table', value: new Map([['d', { type: 'decimal', scale: 2, value: 314 }]]) }],
  ]);
  assert.deepEqual(fieldTableToJson(table), [
    ['x-max-length', 'int32', 5],
    ['big', 'int64', '4611686018427387904'],
    ['bytes', 'binary', 'AP8='],
    ['list', 'array', [['void'], ['longstr', 'é']]],
    ['inner', 'table', [['d', 'decimal', 2, 314]]],
  ]);
});

test('JSON that is no table is refused', () => {
  const illegal = [
    null,
    {},
    'text',
    [null],
    [[]],
    [[5, 'void']],
    [['k']],
    [['k', 'int9', 5]],
    [['k', 'int8', 128]],
    [['k', 'uint16', -1]],
    [['k', 'int32', '5']],
    [['k', 'int64', 5]],
    [['k', 'int64', '9223372036854775808']],
    [['k', 'int64', '0x10']],
    [['k', 'timestamp', '-1']],
    [['k', 'bool', 1]],
    [['k', 'longstr', 5]],
    [['k', 'binary', null]],
    [['k', 'double', 'many']],
    [['k', 'decimal', 1]],
    [['k', 'array', [5]]],
    [['k', 'table', {}]],
  ];
  for (const json of illegal) assert.throws(() => fieldTableFromJson(json), DecodeError, JSON.stringify(json));
});
