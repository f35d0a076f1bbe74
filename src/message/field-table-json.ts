/**
 * Field tables as plain JSON, for journals and snapshots. Nothing is lost: order, types, 64-bit integers (decimal text),
 * binaries (base64) and numbers that JSON has no form for. A field is `[name, type, ...]`, the value of an array
 * `[type, ...]`; objects are not used, as they would reorder names that look like numbers. What was not written by
 * `fieldTableToJson`, or nests deeper than `NESTING_MAX`, is a `DecodeError`.
 */
import { DecodeError } from '../base/schema/errors.ts';
import { type FieldTable, type FieldValue, NESTING_MAX } from './field-table.ts';

type Json = string | number | boolean | readonly Json[];
/** `[type, value]`, `['decimal', scale, value]` or `['void']`. */
type JsonValue = readonly [FieldValue['type'], ...Json[]];
/** `[name, type, ...]`. */
export type JsonField = readonly [string, ...JsonValue];

const UNSIGNED_MAX = { uint8: 0xff, uint16: 0xffff, uint32: 0xffff_ffff } as const;
const SIGNED_MAX = { int8: 0x7f, int16: 0x7fff, int32: 0x7fff_ffff } as const;

export function fieldTableToJson(table: FieldTable): JsonField[] {
  return Array.from(table, ([name, value]): JsonField => [name, ...valueToJson(value)]);
}

/** Without its type. */
export function arrayToJson(items: readonly FieldValue[]): readonly Json[] {
  return items.map(valueToJson);
}

function valueToJson(field: FieldValue): JsonValue {
  switch (field.type) {
    case 'void':
      return [field.type];
    case 'int64':
    case 'timestamp':
      return [field.type, String(field.value)];
    case 'binary':
      return [field.type, field.value.toString('base64')];
    case 'decimal':
      return [field.type, field.scale, field.value];
    case 'float':
    case 'double':
      return [field.type, isPlain(field.value) ? field.value : Object.is(field.value, -0) ? '-0' : String(field.value)];
    case 'array':
      return [field.type, arrayToJson(field.value)];
    case 'table':
      return [field.type, fieldTableToJson(field.value)];
    default:
      return [field.type, field.value];
  }
}

/** JSON has no NaN, no infinities, and loses the sign of zero. */
function isPlain(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

/** Throws `DecodeError`. @param depth of the table in others; one that is in none counts as 1 */
export function fieldTableFromJson(json: unknown, depth = 1): FieldTable {
  checkDepth(depth);
  const table = new Map<string, FieldValue>();
  for (const field of list(json)) {
    const [name, ...value] = list(field);
    if (typeof name !== 'string') throw new DecodeError('a field has no name');
    table.set(name, valueFromJson(value, depth));
  }
  return table;
}

/** Throws `DecodeError`. @param depth of the array in tables and arrays, itself included */
export function arrayFromJson(json: unknown, depth: number): FieldValue[] {
  checkDepth(depth);
  return list(json).map((item) => valueFromJson(item, depth));
}

function checkDepth(depth: number): void {
  if (depth > NESTING_MAX) throw new DecodeError(`a field table in JSON nests deeper than ${NESTING_MAX}`);
}

function valueFromJson(json: unknown, depth: number): FieldValue {
  const [type, value, ...rest] = list(json);
  switch (type) {
    case 'void':
      return { type };
    case 'bool':
      if (typeof value !== 'boolean') throw illegal(type);
      return { type, value };
    case 'longstr':
      return { type, value: text(type, value) };
    case 'binary':
      return { type, value: Buffer.from(text(type, value), 'base64') };
    case 'array':
      return { type, value: arrayFromJson(value, depth + 1) };
    case 'table':
      return { type, value: fieldTableFromJson(value, depth + 1) };
    default:
      return numberFromJson(type, value, rest);
  }
}

function numberFromJson(type: unknown, value: unknown, rest: readonly unknown[]): FieldValue {
  switch (type) {
    case 'int8':
    case 'int16':
    case 'int32':
      return { type, value: integer(type, value, -SIGNED_MAX[type] - 1, SIGNED_MAX[type]) };
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return { type, value: integer(type, value, 0, UNSIGNED_MAX[type]) };
    case 'decimal':
      return { type, scale: integer(type, value, 0, 0xff), value: integer(type, rest[0], 0, 0xffff_ffff) };
    case 'int64':
      return { type, value: big(type, value, BigInt.asIntN) };
    case 'timestamp':
      return { type, value: big(type, value, BigInt.asUintN) };
    case 'float':
    case 'double':
      return { type, value: real(type, value) };
    default:
      throw new DecodeError(`a field has the unknown type '${String(type)}'`);
  }
}

function integer(type: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) throw illegal(type);
  return value;
}

function big(type: string, value: unknown, fit: (bits: number, value: bigint) => bigint): bigint {
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) throw illegal(type);
  const number = BigInt(value);
  if (fit(64, number) !== number) throw illegal(type);
  return number;
}

function real(type: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity' || value === '-0') return Number(value);
  throw illegal(type);
}

function text(type: string, value: unknown): string {
  if (typeof value !== 'string') throw illegal(type);
  return value;
}

function list(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw new DecodeError('a field table in JSON is made of lists');
  return json;
}

function illegal(type: string): DecodeError {
  return new DecodeError(`a field in JSON does not hold a ${type}`);
}
