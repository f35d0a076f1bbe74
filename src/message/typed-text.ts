/**
 * Values of AMQP headers as Kafka's users can read them: text where there is a usual one, and beside it the name of a type where the
 * text alone would come back as another. Nothing is lost but the bits of a NaN. A text that does not fit its type is undefined.
 */
import { isUtf8 } from 'node:buffer';
import { DecodeError, EncodeError } from '../base/schema/errors.ts';
import type { FieldValue } from './field-table.ts';
import { fieldTableByteLength } from './field-table-codec.ts';
import { arrayFromJson, arrayToJson, fieldTableFromJson, fieldTableToJson } from './field-table-json.ts';

type FieldType = FieldValue['type'];

/** Of an array or table that is a header. */
const DEPTH = 2;

const VOID: FieldValue = { type: 'void' };
const INTEGERS = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
} as const;

/** The bytes of the header; null for a void. */
export function bytesOfField(field: FieldValue): Buffer | null {
  switch (field.type) {
    case 'void':
      return null;
    case 'binary':
      return field.value;
    case 'decimal':
      return Buffer.from(`${field.value}e-${field.scale}`);
    case 'float':
    case 'double':
      return Buffer.from(Object.is(field.value, -0) ? '-0' : String(field.value));
    case 'array':
      return Buffer.from(JSON.stringify(arrayToJson(field.value)));
    case 'table':
      return Buffer.from(JSON.stringify(fieldTableToJson(field.value)));
    default:
      return Buffer.from(String(field.value));
  }
}

/** The type to write beside the bytes; undefined if they come back as the same value without. */
export function typeBeside(field: FieldValue): FieldType | undefined {
  switch (field.type) {
    case 'void':
    case 'longstr':
      return undefined;
    case 'binary':
      return isUtf8(field.value) ? 'binary' : undefined;
    default:
      return field.type;
  }
}

/** What a header is that says nothing of its type: text if it can be. */
export function untypedField(bytes: Buffer | null): FieldValue {
  if (bytes === null) return VOID;
  return isUtf8(bytes) ? { type: 'longstr', value: bytes.toString() } : { type: 'binary', value: bytes };
}

/** Undefined if the bytes are not what `bytesOfField` writes for that type. */
export function fieldOfType(type: unknown, bytes: Buffer): FieldValue | undefined {
  switch (type) {
    case 'binary':
      return { type, value: bytes };
    case 'longstr':
      return isUtf8(bytes) ? { type, value: bytes.toString() } : undefined;
    case 'bool':
      return boolean(bytes.toString('latin1'));
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
      return integer(type, bytes.toString('latin1'));
    case 'int64':
    case 'timestamp':
      return bigInteger(type, bytes.toString('latin1'));
    case 'float':
    case 'double':
      return real(type, bytes.toString('latin1'));
    case 'decimal':
      return decimal(bytes.toString('latin1'));
    case 'array':
    case 'table':
      return nested(type, bytes);
    default:
      return undefined;
  }
}

function boolean(text: string): FieldValue | undefined {
  return text === 'true' || text === 'false' ? { type: 'bool', value: text === 'true' } : undefined;
}

function integer(type: keyof typeof INTEGERS, text: string): FieldValue | undefined {
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  const [min, max] = INTEGERS[type];
  return value >= min && value <= max ? { type, value } : undefined;
}

function bigInteger(type: 'int64' | 'timestamp', text: string): FieldValue | undefined {
  if (!/^-?\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  const fits = type === 'int64' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  return fits === value ? { type, value } : undefined;
}

function real(type: 'float' | 'double', text: string): FieldValue | undefined {
  if (!/^(NaN|-?Infinity|-?\d+(\.\d+)?(e[+-]?\d{1,3})?)$/.test(text)) return undefined;
  return { type, value: Number(text) };
}

function decimal(text: string): FieldValue | undefined {
  const [, digits = '', places = ''] = /^(\d{1,10})e-(\d{1,3})$/.exec(text) ?? [];
  const [value, scale] = [Number(digits), Number(places)];
  if (digits === '' || value > INTEGERS.uint32[1] || scale > INTEGERS.uint8[1]) return undefined;
  return { type: 'decimal', scale, value };
}

function nested(type: 'array' | 'table', bytes: Buffer): FieldValue | undefined {
  try {
    const json: unknown = JSON.parse(bytes.toString());
    const field: FieldValue =
      type === 'table' ? { type, value: fieldTableFromJson(json, DEPTH) } : { type, value: arrayFromJson(json, DEPTH) };
    // Whoever wrote the JSON may have put names into it that no table can have.
    fieldTableByteLength(new Map([['', field]]));
    return field;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof EncodeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
