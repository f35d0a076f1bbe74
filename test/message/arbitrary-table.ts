/** Random field tables of every type, for properties that must hold for all of them. */
import fc from 'fast-check';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
/** What a `longstr` that is not UTF-8 is decoded as. */
const notText = bytes.map((buffer) => Buffer.concat([Buffer.of(0xff), buffer]));

function integers(type: 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32', min: number, max: number) {
  return fc.integer({ min, max }).map((value): FieldValue => ({ type, value }));
}

const scalar: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.boolean().map((value): FieldValue => ({ type: 'bool', value })),
  integers('int8', -128, 127),
  integers('uint8', 0, 255),
  integers('int16', -32768, 32767),
  integers('uint16', 0, 65535),
  integers('int32', -(2 ** 31), 2 ** 31 - 1),
  integers('uint32', 0, 2 ** 32 - 1),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): FieldValue => ({ type: 'int64', value })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value): FieldValue => ({ type: 'timestamp', value })),
  fc.float().map((value): FieldValue => ({ type: 'float', value })),
  fc.double().map((value): FieldValue => ({ type: 'double', value })),
  fc.record({ scale: fc.nat(255), value: fc.nat(2 ** 32 - 1) }).map((d): FieldValue => ({ type: 'decimal', ...d })),
  text.map((value): FieldValue => ({ type: 'longstr', value })),
  notText.map((value): FieldValue => ({ type: 'binary', value })),
  fc.constant<FieldValue>({ type: 'void' }),
);

const { table } = fc.letrec<{ value: FieldValue; table: FieldTable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 8, arbitrary: scalar },
    {
      weight: 1,
      arbitrary: fc.array(tie('value'), { maxLength: 5 }).map((value): FieldValue => ({ type: 'array', value })),
    },
    { weight: 1, arbitrary: tie('table').map((value): FieldValue => ({ type: 'table', value })) },
  ),
  table: fc.array(fc.tuple(text, tie('value')), { maxLength: 6 }).map((fields): FieldTable => new Map(fields)),
}));

export const arbitraryTable = table;
