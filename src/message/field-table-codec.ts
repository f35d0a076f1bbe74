/**
 * The bytes of field tables: AMQP 0-9-1 §4.2.5.5 with RabbitMQ's types and tags. Every length is checked against the bytes
 * that remain before anything is sliced; what does not fit is a `DecodeError`. Tables and arrays nest `NESTING_MAX` deep
 * at most, both ways. A long string that is not UTF-8 becomes a `binary`; a name that is not UTF-8 gets replacement
 * characters, as nothing compares equal to it anyway. Strings and binaries are copied out of the buffer.
 */
import { isUtf8 } from 'node:buffer';
import { DecodeError, EncodeError } from '../base/schema/errors.ts';
import { type FieldTable, type FieldValue, NESTING_MAX } from './field-table.ts';

const NAME_BYTES_MAX = 255;
const LENGTH_BYTES = 4;
const SHORT_BYTES_MAX = 64;

/** The tag that a type is written with. `L` is read as an int64 too. */
const TAG = {
  bool: 0x74, // t
  int8: 0x62, // b
  uint8: 0x42, // B
  int16: 0x73, // s
  uint16: 0x75, // u
  int32: 0x49, // I
  uint32: 0x69, // i
  int64: 0x6c, // l
  float: 0x66, // f
  double: 0x64, // d
  decimal: 0x44, // D
  longstr: 0x53, // S
  binary: 0x78, // x
  timestamp: 0x54, // T
  array: 0x41, // A
  table: 0x46, // F
  void: 0x56, // V
} as const satisfies Record<FieldValue['type'], number>;

const TAG_INT64_QPID = 0x4c; // L

const VARIABLE = -2;
const UNKNOWN = -1;
/** By tag: the bytes of a value behind it, or whether it has a length of its own. */
const VALUE_BYTES = new Int8Array(256).fill(UNKNOWN);
for (const [type, bytes] of Object.entries({
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float: 4,
  double: 8,
  decimal: 5,
  longstr: VARIABLE,
  binary: VARIABLE,
  timestamp: 8,
  array: VARIABLE,
  table: VARIABLE,
  void: 0,
} satisfies Record<FieldValue['type'], number>)) {
  VALUE_BYTES[TAG[type as FieldValue['type']]] = bytes;
}
VALUE_BYTES[TAG_INT64_QPID] = 8;

const VOID: FieldValue = { type: 'void' };
const TRUE: FieldValue = { type: 'bool', value: true };
const FALSE: FieldValue = { type: 'bool', value: false };

/** Decodes the bytes in `[start, end)`, which are a table without its length. Throws `DecodeError`. */
export function decodeFieldTable(buffer: Buffer, start: number, end: number): FieldTable {
  return decodeTable(buffer, start, end, 1);
}

/** Makes the checks of `decodeFieldTable` and builds nothing. */
export function checkFieldTable(buffer: Buffer, start: number, end: number): void {
  checkTable(buffer, start, end, 1);
}

function decodeTable(buffer: Buffer, start: number, end: number, depth: number): FieldTable {
  checkDepth(depth);
  const table = new Map<string, FieldValue>();
  let at = start;
  while (at < end) {
    const tagAt = nameEnd(buffer, at, end);
    const name = buffer.toString('utf8', at + 1, tagAt);
    at = valueEnd(buffer, tagAt, end);
    table.set(name, decodeValue(buffer, tagAt, at, depth));
  }
  return table;
}

function decodeArray(buffer: Buffer, start: number, end: number, depth: number): FieldValue[] {
  checkDepth(depth);
  const array: FieldValue[] = [];
  let at = start;
  while (at < end) {
    const tagAt = at;
    at = valueEnd(buffer, tagAt, end);
    array.push(decodeValue(buffer, tagAt, at, depth));
  }
  return array;
}

function checkTable(buffer: Buffer, start: number, end: number, depth: number): void {
  checkDepth(depth);
  let at = start;
  while (at < end) {
    const tagAt = nameEnd(buffer, at, end);
    at = valueEnd(buffer, tagAt, end);
    checkNested(buffer, tagAt, at, depth);
  }
}

function checkNested(buffer: Buffer, tagAt: number, end: number, depth: number): void {
  const tag = buffer[tagAt];
  const start = tagAt + 1 + LENGTH_BYTES;
  if (tag === TAG.table) checkTable(buffer, start, end, depth + 1);
  else if (tag === TAG.array) {
    checkDepth(depth + 1);
    let at = start;
    while (at < end) {
      const itemAt = at;
      at = valueEnd(buffer, itemAt, end);
      checkNested(buffer, itemAt, at, depth + 1);
    }
  }
}

function checkDepth(depth: number): void {
  if (depth > NESTING_MAX) throw new DecodeError(`a field table nests deeper than ${NESTING_MAX}`);
}

/** Where the name that starts at `at` ends, which is where the tag of its value is. */
function nameEnd(buffer: Buffer, at: number, end: number): number {
  const tagAt = at + 1 + (buffer[at] ?? 0);
  if (tagAt >= end) throw new DecodeError('a field table ends within a name or before its value');
  return tagAt;
}

/** Where the value ends whose tag is at `tagAt`, which lies before `end`. */
function valueEnd(buffer: Buffer, tagAt: number, end: number): number {
  const tag = buffer[tagAt] ?? 0;
  const bytes = VALUE_BYTES[tag] ?? UNKNOWN;
  let valueStart = tagAt + 1;
  if (bytes >= 0) {
    if (bytes > end - valueStart) throw truncated(tag);
    return valueStart + bytes;
  }
  if (bytes === UNKNOWN) throw new DecodeError(`a field table has a value with the unknown tag ${tag}`);
  if (LENGTH_BYTES > end - valueStart) throw truncated(tag);
  const length = buffer.readUInt32BE(valueStart);
  valueStart += LENGTH_BYTES;
  if (length > end - valueStart) throw truncated(tag);
  return valueStart + length;
}

function truncated(tag: number): DecodeError {
  return new DecodeError(`a field table ends before its value with the tag '${String.fromCharCode(tag)}' does`);
}

/** `[tagAt, end)` holds one whole value. */
function decodeValue(buffer: Buffer, tagAt: number, end: number, depth: number): FieldValue {
  const at = tagAt + 1;
  switch (buffer[tagAt]) {
    case TAG.longstr:
      return decodeString(buffer, at + LENGTH_BYTES, end);
    case TAG.bool:
      return buffer[at] === 0 ? FALSE : TRUE;
    case TAG.void:
      return VOID;
    case TAG.table:
      return { type: 'table', value: decodeTable(buffer, at + LENGTH_BYTES, end, depth + 1) };
    case TAG.array:
      return { type: 'array', value: decodeArray(buffer, at + LENGTH_BYTES, end, depth + 1) };
    case TAG.binary:
      return { type: 'binary', value: Buffer.from(buffer.subarray(at + LENGTH_BYTES, end)) };
    default:
      return decodeNumber(buffer, tagAt, at);
  }
}

function decodeString(buffer: Buffer, start: number, end: number): FieldValue {
  if (isShortAscii(buffer, start, end)) return { type: 'longstr', value: buffer.toString('latin1', start, end) };
  const bytes = buffer.subarray(start, end);
  if (isUtf8(bytes)) return { type: 'longstr', value: bytes.toString('utf8') };
  return { type: 'binary', value: Buffer.from(bytes) };
}

/** Most header values are; for them a loop beats a slice and a call into native code. */
function isShortAscii(buffer: Buffer, start: number, end: number): boolean {
  if (end - start > SHORT_BYTES_MAX) return false;
  let bits = 0;
  for (let at = start; at < end; at++) bits |= buffer[at] ?? 0;
  return bits <= 0x7f;
}

function decodeNumber(buffer: Buffer, tagAt: number, at: number): FieldValue {
  switch (buffer[tagAt]) {
    case TAG.int8:
      return { type: 'int8', value: buffer.readInt8(at) };
    case TAG.uint8:
      return { type: 'uint8', value: buffer.readUInt8(at) };
    case TAG.int16:
      return { type: 'int16', value: buffer.readInt16BE(at) };
    case TAG.uint16:
      return { type: 'uint16', value: buffer.readUInt16BE(at) };
    case TAG.int32:
      return { type: 'int32', value: buffer.readInt32BE(at) };
    case TAG.uint32:
      return { type: 'uint32', value: buffer.readUInt32BE(at) };
    case TAG.int64:
    case TAG_INT64_QPID:
      return { type: 'int64', value: buffer.readBigInt64BE(at) };
    case TAG.timestamp:
      return { type: 'timestamp', value: buffer.readBigUInt64BE(at) };
    case TAG.float:
      return { type: 'float', value: buffer.readFloatBE(at) };
    case TAG.double:
      return { type: 'double', value: buffer.readDoubleBE(at) };
    default:
      return { type: 'decimal', scale: buffer.readUInt8(at), value: buffer.readUInt32BE(at + 1) };
  }
}

/** The bytes of the table without its length. Throws `EncodeError` for what tables cannot express. */
export function encodeFieldTable(table: FieldTable): Buffer {
  const buffer = Buffer.allocUnsafe(fieldTableByteLength(table));
  writeFieldTable(table, buffer, 0);
  return buffer;
}

/** What `writeFieldTable` will write. Checks names and nesting; throws `EncodeError`. */
export function fieldTableByteLength(table: FieldTable): number {
  return tableBytes(table, 1);
}

function tableBytes(table: FieldTable, depth: number): number {
  checkEncodedDepth(depth);
  let bytes = 0;
  for (const [name, value] of table) {
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes > NAME_BYTES_MAX) {
      throw new EncodeError(`a field name of ${nameBytes} bytes does not fit: the most is ${NAME_BYTES_MAX}`);
    }
    bytes += 1 + nameBytes + valueBytes(value, depth);
  }
  return bytes;
}

function valueBytes(value: FieldValue, depth: number): number {
  switch (value.type) {
    case 'longstr':
      return 1 + LENGTH_BYTES + Buffer.byteLength(value.value);
    case 'binary':
      return 1 + LENGTH_BYTES + value.value.length;
    case 'table':
      return 1 + LENGTH_BYTES + tableBytes(value.value, depth + 1);
    case 'array': {
      checkEncodedDepth(depth + 1);
      return value.value.reduce((sum, item) => sum + valueBytes(item, depth + 1), 1 + LENGTH_BYTES);
    }
    default:
      return 1 + (VALUE_BYTES[TAG[value.type]] ?? 0);
  }
}

function checkEncodedDepth(depth: number): void {
  if (depth > NESTING_MAX) throw new EncodeError(`a field table nests deeper than ${NESTING_MAX}`);
}

/** Writes the table without its length where there is room for `fieldTableByteLength`, and returns where it ends. */
export function writeFieldTable(table: FieldTable, buffer: Buffer, start: number): number {
  let at = start;
  for (const [name, value] of table) {
    const nameBytes = buffer.write(name, at + 1, 'utf8');
    buffer[at] = nameBytes;
    at = writeValue(value, buffer, at + 1 + nameBytes);
  }
  return at;
}

function writeValue(value: FieldValue, buffer: Buffer, tagAt: number): number {
  buffer[tagAt] = TAG[value.type];
  const at = tagAt + 1;
  switch (value.type) {
    case 'longstr':
      return closeLength(buffer, at, at + LENGTH_BYTES + buffer.write(value.value, at + LENGTH_BYTES, 'utf8'));
    case 'binary':
      return closeLength(buffer, at, at + LENGTH_BYTES + value.value.copy(buffer, at + LENGTH_BYTES));
    case 'table':
      return closeLength(buffer, at, writeFieldTable(value.value, buffer, at + LENGTH_BYTES));
    case 'array': {
      let end = at + LENGTH_BYTES;
      for (const item of value.value) end = writeValue(item, buffer, end);
      return closeLength(buffer, at, end);
    }
    case 'void':
      return at;
    case 'bool':
      return buffer.writeUInt8(value.value ? 1 : 0, at);
    default:
      return writeNumber(value, buffer, at);
  }
}

/** Fills in the length that precedes what ends at `end`. */
function closeLength(buffer: Buffer, lengthAt: number, end: number): number {
  buffer.writeUInt32BE(end - lengthAt - LENGTH_BYTES, lengthAt);
  return end;
}

type NumberValue = Extract<FieldValue, { value: number | bigint }>;

function writeNumber(field: NumberValue, buffer: Buffer, at: number): number {
  const { type, value } = field;
  switch (type) {
    case 'float':
      return buffer.writeFloatBE(value, at);
    case 'double':
      return buffer.writeDoubleBE(value, at);
    case 'decimal':
      buffer.writeUInt8(within(type, field.scale, 0, 0xff), at);
      return buffer.writeUInt32BE(within(type, value, 0, 0xffff_ffff), at + 1);
    case 'int64':
      if (BigInt.asIntN(64, value) !== value) throw outOfRange(type, value);
      return buffer.writeBigInt64BE(value, at);
    case 'timestamp':
      if (BigInt.asUintN(64, value) !== value) throw outOfRange(type, value);
      return buffer.writeBigUInt64BE(value, at);
    case 'uint8':
    case 'uint16':
    case 'uint32': {
      const bytes = VALUE_BYTES[TAG[type]] ?? 0;
      return buffer.writeUIntBE(within(type, value, 0, 2 ** (8 * bytes) - 1), at, bytes);
    }
    default: {
      const bytes = VALUE_BYTES[TAG[type]] ?? 0;
      const most = 2 ** (8 * bytes - 1);
      return buffer.writeIntBE(within(type, value, -most, most - 1), at, bytes);
    }
  }
}

function within(type: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) throw outOfRange(type, value);
  return value;
}

function outOfRange(type: string, value: number | bigint): EncodeError {
  return new EncodeError(`${value} does not fit a field of the type ${type}`);
}
