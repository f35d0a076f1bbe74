/** Comparing field values and reading them as numbers, whatever width they were sent in. */
import type { FieldTable, FieldValue } from './field-table.ts';

/** The value of any integer type, timestamps not included; undefined for other values and beyond ±(2^53-1). */
export function integerOf(value: FieldValue | undefined): number | undefined {
  switch (value?.type) {
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
      return value.value;
    case 'int64': {
      const number = Number(value.value);
      return Number.isSafeInteger(number) ? number : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Equality as RabbitMQ's headers exchanges have it: of values, whatever their types. 5 equals 5 in every width, and 5.0,
 * and the timestamp 5; text equals binary of the same bytes. What is within arrays and tables must have the same type too. The
 * order of a table's fields does not matter.
 */
export function equalValues(a: FieldValue, b: FieldValue): boolean {
  switch (a.type) {
    case 'bool':
      return b.type === 'bool' && a.value === b.value;
    case 'void':
      return b.type === 'void';
    case 'longstr':
    case 'binary':
      return (b.type === 'longstr' || b.type === 'binary') && equalText(a.value, b.value);
    case 'decimal':
      return b.type === 'decimal' && a.scale === b.scale && a.value === b.value;
    case 'array':
      return b.type === 'array' && equalArrays(a.value, b.value);
    case 'table':
      return b.type === 'table' && equalTables(a.value, b.value);
    default:
      return isNumber(b) && equalNumbers(a.value, b.value);
  }
}

/**
 * Whether an argument may be declared again with `b` where it was `a`: as `equalValues`, but no float is an integer.
 */
export function equivalentValues(a: FieldValue, b: FieldValue): boolean {
  return isFloat(a) === isFloat(b) && equalValues(a, b);
}

function equalNumbers(a: number | bigint, b: number | bigint): boolean {
  // Unlike ===, the order of numbers and bigints is that of their mathematical values.
  return a <= b && a >= b;
}

function equalText(a: string | Buffer, b: string | Buffer): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  return Buffer.from(a as string).equals(Buffer.from(b as string));
}

function equalArrays(a: readonly FieldValue[], b: readonly FieldValue[]): boolean {
  return a.length === b.length && a.every((item, i) => equalNested(item, b[i]));
}

function equalTables(a: FieldTable, b: FieldTable): boolean {
  return a.size === b.size && [...a].every(([name, value]) => equalNested(value, b.get(name)));
}

function equalNested(a: FieldValue, b: FieldValue | undefined): boolean {
  return b !== undefined && a.type === b.type && equalValues(a, b);
}

type NumberValue = Exclude<Extract<FieldValue, { value: number | bigint }>, { type: 'decimal' }>;

function isNumber(field: FieldValue): field is NumberValue {
  if (field.type === 'void' || field.type === 'decimal') return false;
  return typeof field.value === 'number' || typeof field.value === 'bigint';
}

function isFloat(value: FieldValue): boolean {
  return value.type === 'float' || value.type === 'double';
}
