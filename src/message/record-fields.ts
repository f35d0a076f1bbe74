/** What the headers of a Kafka record mean in AMQP: which are properties, which are headers of the application, and of what type. */
import { isUtf8 } from 'node:buffer';
import type { RecordReader } from '../record/record-reader.ts';
import type { RecordHeader } from '../record/records.ts';
import { PROPERTY_KINDS } from './amqp-properties.ts';
import type { FieldTable, FieldValue } from './field-table.ts';
import { fieldTableByteLength } from './field-table-codec.ts';
import {
  EXCHANGE_HEADER,
  KEY_HEADER,
  LEFT_OUT_HEADER,
  type PropertyName,
  propertyOf,
  TOMBSTONE_HEADER,
  TYPES_HEADER,
  unescapedName,
} from './header-names.ts';
import { SHORTSTR_BYTES_MAX } from './shortstr.ts';
import { fieldOfType, untypedField } from './typed-text.ts';

export interface HeaderFields {
  /** The record was an AMQP message; else it gets the properties that a record of Kafka's has. */
  readonly isFromAmqp: boolean;
  readonly exchange: string;
  /** As they are on the wire. */
  readonly properties: Readonly<Partial<Record<PropertyName, Buffer>>>;
  /** Undefined: the message has no headers property. */
  readonly table: FieldTable | undefined;
}

/**
 * What headers may take in a message. They must fit into one frame together with the other properties, and a frame of the
 * default size is 128 KiB.
 */
const TABLE_BYTES_MAX = 120 * 1024;
/** A header takes no more than this many times what it takes in a record. */
const EXPANSION_MAX = 4;
const OCTET_MAX = 255;
const TIMESTAMP_MAX = 2n ** 64n - 1n;
const PERSISTENT = 2;
const TRUE: FieldValue = { type: 'bool', value: true };

/** @param isKeyLost the key is not the routing key and must be kept elsewhere */
export function headerFields(record: RecordReader, isKeyLost: boolean): HeaderFields {
  const headers = record.headers();
  const types = typesOf(headers);
  const table = new TableBuilder(record);
  const properties: Partial<Record<PropertyName, Buffer>> = {};
  let exchange: string | undefined;
  if (isKeyLost && record.key !== null) table.add(KEY_HEADER, { type: 'binary', value: record.key });
  if (record.value === null) table.add(TOMBSTONE_HEADER, TRUE);
  for (const { key, value } of headers) {
    if (key === TYPES_HEADER && types !== undefined) continue;
    if (key === EXCHANGE_HEADER && value !== null && value.length <= SHORTSTR_BYTES_MAX && isUtf8(value)) {
      exchange = value.toString();
      continue;
    }
    const property = propertyOf(key);
    const bytes = property && propertyBytes(property, value);
    if (property !== undefined && bytes !== undefined) properties[property] = bytes;
    else table.addHeader(unescapedName(key), value, types);
  }
  const isFromAmqp = exchange !== undefined;
  if (!isFromAmqp) properties.deliveryMode ??= Buffer.of(PERSISTENT);
  return { isFromAmqp, exchange: exchange ?? '', properties, table: table.build(types !== undefined) };
}

/** Undefined if there are none, or if they are none of ours. */
function typesOf(headers: readonly RecordHeader[]): ReadonlyMap<string, unknown> | undefined {
  const value = headers.find(({ key }) => key === TYPES_HEADER)?.value;
  if (value === undefined || value === null) return undefined;
  try {
    const json: unknown = JSON.parse(value.toString());
    return typeof json === 'object' && json !== null ? new Map(Object.entries(json)) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The property on the wire; undefined if it can't have that value. */
function propertyBytes(property: PropertyName, value: Buffer | null): Buffer | undefined {
  if (value === null) return undefined;
  switch (PROPERTY_KINDS[property]) {
    case 'octet': {
      const text = value.toString('latin1');
      return /^\d{1,3}$/.test(text) && Number(text) <= OCTET_MAX ? Buffer.of(Number(text)) : undefined;
    }
    case 'timestamp': {
      const text = value.toString('latin1');
      if (!/^\d{1,20}$/.test(text) || BigInt(text) > TIMESTAMP_MAX) return undefined;
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(text));
      return bytes;
    }
    default:
      return value.length > SHORTSTR_BYTES_MAX ? undefined : Buffer.concat([Buffer.of(value.length), value]);
  }
}

/** Gathers headers as far as there is room, and counts the others. A name that comes more than once gets an array. */
class TableBuilder {
  readonly #table = new Map<string, FieldValue>();
  readonly #repeated = new Map<string, FieldValue[]>();
  #bytesLeft: number;
  #leftOut = 0;

  constructor({ headerBytes, key }: RecordReader) {
    const bytesMax = (headerBytes.length + (key?.length ?? 0)) * EXPANSION_MAX;
    this.#bytesLeft = bytesMax < TABLE_BYTES_MAX ? Number.POSITIVE_INFINITY : TABLE_BYTES_MAX;
  }

  addHeader(name: string, value: Buffer | null, types: ReadonlyMap<string, unknown> | undefined): void {
    const type = value === null ? undefined : types?.get(name);
    this.add(name, (type === undefined ? undefined : fieldOfType(type, value as Buffer)) ?? untypedField(value));
  }

  add(name: string, field: FieldValue): void {
    if (!this.#takesRoom(name, field)) {
      this.#leftOut += 1;
      return;
    }
    const first = this.#table.get(name);
    const others = this.#repeated.get(name);
    if (others !== undefined) others.push(field);
    else if (first !== undefined) {
      const value = [first, field];
      this.#repeated.set(name, value);
      this.#table.set(name, { type: 'array', value });
    } else this.#table.set(name, field);
  }

  #takesRoom(name: string, field: FieldValue): boolean {
    if (Buffer.byteLength(name) > SHORTSTR_BYTES_MAX) return false;
    if (this.#bytesLeft === Number.POSITIVE_INFINITY) return true;
    const bytes = fieldTableByteLength(new Map([[name, field]]));
    if (bytes > this.#bytesLeft) return false;
    this.#bytesLeft -= bytes;
    return true;
  }

  /** @param isThere also if it is empty */
  build(isThere: boolean): FieldTable | undefined {
    if (this.#leftOut > 0) this.#table.set(LEFT_OUT_HEADER, { type: 'int32', value: this.#leftOut });
    return isThere || this.#table.size > 0 ? this.#table : undefined;
  }
}
