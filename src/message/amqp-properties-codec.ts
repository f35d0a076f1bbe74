/**
 * Property bytes to an object and back, and property bytes with some properties replaced. What is kept is copied byte by
 * byte, so rewriting does not touch what it was not asked to.
 */
import { EncodeError } from '../base/schema/errors.ts';
import { type BasicProperties, FLAGS_BYTES, flagOf, PROPERTY_KINDS, PROPERTY_NAMES } from './amqp-properties.ts';
import { PropertiesReader } from './amqp-properties-reader.ts';
import { EMPTY_TABLE, type FieldTable } from './field-table.ts';
import { encodeFieldTable, fieldTableByteLength, writeFieldTable } from './field-table-codec.ts';
import { encodeShortstr, putShortstr, shortstrBytes } from './shortstr.ts';

/** Properties to send; one that is undefined is absent. */
export type PropertiesInput = { readonly [K in keyof BasicProperties]?: BasicProperties[K] };

const TABLE_LENGTH_BYTES = 4;
/** Of the highest flag, in 32 bits. */
const FIRST_FLAG_ZEROS = 16;

const reader = new PropertiesReader();

/** Throws `DecodeError`. */
export function decodeProperties(properties: Buffer): BasicProperties {
  const { contentType, contentEncoding, headers, deliveryMode, priority, correlationId, replyTo } =
    reader.read(properties);
  const { expiration, messageId, timestamp, type, userId, appId, clusterId } = reader;
  return {
    contentType,
    contentEncoding,
    headers,
    deliveryMode,
    priority,
    correlationId,
    replyTo,
    expiration,
    messageId,
    timestamp,
    type,
    userId,
    appId,
    clusterId,
  };
}

/** Throws `EncodeError`. */
export function encodeProperties(properties: PropertiesInput): Buffer {
  let flags = 0;
  let length = FLAGS_BYTES;
  for (let index = 0; index < PROPERTY_NAMES.length; index += 1) {
    const name = PROPERTY_NAMES[index] as keyof BasicProperties;
    if (properties[name] === undefined) continue;
    flags |= flagOf(index);
    length += propertyLength(name, properties);
  }
  const bytes = Buffer.allocUnsafe(length);
  let at = bytes.writeUInt16BE(flags, 0);
  for (let rest = flags; rest !== 0; ) {
    const index = Math.clz32(rest) - FIRST_FLAG_ZEROS;
    rest &= ~flagOf(index);
    at = putProperty(bytes, at, PROPERTY_NAMES[index] as keyof BasicProperties, properties);
  }
  return bytes;
}

function propertyLength(name: keyof BasicProperties, from: PropertiesInput): number {
  switch (PROPERTY_KINDS[name]) {
    case 'table':
      return TABLE_LENGTH_BYTES + fieldTableByteLength(from.headers ?? EMPTY_TABLE);
    case 'octet':
      return 1;
    case 'timestamp':
      return 8;
    default:
      return shortstrBytes(String(from[name]));
  }
}

function putProperty(bytes: Buffer, at: number, name: keyof BasicProperties, from: PropertiesInput): number {
  switch (PROPERTY_KINDS[name]) {
    case 'table': {
      const start = at + TABLE_LENGTH_BYTES;
      const end = writeFieldTable(from.headers ?? EMPTY_TABLE, bytes, start);
      bytes.writeUInt32BE(end - start, at);
      return end;
    }
    case 'octet':
      bytes[at] = checkedOctet(name, Number(from[name]));
      return at + 1;
    case 'timestamp':
      return bytes.writeBigUInt64BE(checkedTimestamp(from), at);
    default:
      return putShortstr(bytes, at, String(from[name]));
  }
}

/**
 * The same properties but for those that `changes` names: undefined takes one away. Throws `DecodeError` for the bytes
 * and `EncodeError` for the changes.
 */
export function rewriteProperties(properties: Buffer, changes: PropertiesInput): Buffer {
  reader.read(properties);
  return joinProperties((index, name) =>
    Object.hasOwn(changes, name) ? encodeProperty(name, changes) : reader.bytesAt(index),
  );
}

/** @param bytesOf what each property is on the wire, by its index in `PROPERTY_NAMES`; undefined: absent */
export function joinProperties(bytesOf: (index: number, name: keyof BasicProperties) => Buffer | undefined): Buffer {
  const head = Buffer.alloc(FLAGS_BYTES);
  const parts: Buffer[] = [head];
  let flags = 0;
  for (const [index, name] of PROPERTY_NAMES.entries()) {
    const bytes = bytesOf(index, name);
    if (bytes === undefined) continue;
    flags |= flagOf(index);
    parts.push(bytes);
  }
  head.writeUInt16BE(flags);
  return Buffer.concat(parts);
}

function encodeProperty(name: keyof BasicProperties, from: PropertiesInput): Buffer | undefined {
  if (from[name] === undefined) return undefined;
  if (name === 'headers') return from.headers && encodeHeadersProperty(from.headers);
  if (name === 'timestamp') return encodeTimestamp(from);
  if (PROPERTY_KINDS[name] === 'octet') return encodeOctet(name, Number(from[name]));
  return encodeShortstr(String(from[name]));
}

/** The headers property on the wire. Throws `EncodeError`. */
export function encodeHeadersProperty(headers: FieldTable): Buffer {
  const table = encodeFieldTable(headers);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(table.length);
  return Buffer.concat([length, table]);
}

function encodeTimestamp(from: PropertiesInput): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(checkedTimestamp(from));
  return bytes;
}

function checkedTimestamp({ timestamp = 0n }: PropertiesInput): bigint {
  if (BigInt.asUintN(64, timestamp) !== timestamp) throw new EncodeError(`the timestamp ${timestamp} is out of range`);
  return timestamp;
}

function encodeOctet(name: string, value: number): Buffer {
  return Buffer.from([checkedOctet(name, value)]);
}

function checkedOctet(name: string, value: number): number {
  if ((value & 0xff) !== value) throw new EncodeError(`${name}: ${value} is not an octet`);
  return value;
}
