/**
 * The property bytes of messages that come from records with the same headers: made once, and filled in with what is another in each,
 * the offset and the time. Those have places of fixed size; fields that are filled in stand first in the headers.
 */
import type { RecordReader } from '../record/record-reader.ts';
import { PROPERTY_NAMES } from './amqp-properties.ts';
import { encodeHeadersProperty, joinProperties } from './amqp-properties-codec.ts';
import { PropertiesReader } from './amqp-properties-reader.ts';
import { EMPTY_TABLE, type FieldTable, type FieldValue } from './field-table.ts';
import { STREAM_OFFSET_HEADER, STREAM_PARTITION_HEADER, TIMESTAMP_HEADER } from './header-names.ts';
import { type HeaderFields, headerFields } from './record-fields.ts';

/** What a stream tells its consumers of each message: the offset, and of a topic with several partitions which one it is. */
export interface StreamPlace {
  readonly partition: number | undefined;
}

const HEADERS = PROPERTY_NAMES.indexOf('headers');
const TIMESTAMP = PROPERTY_NAMES.indexOf('timestamp');
const TABLE_LENGTH_BYTES = 4;
/** The length of a field's name, and its tag. */
const FIELD_BYTES = 2;
const INT64_BYTES = 8;
const PERSISTENT = 2;
const NOWHERE = -1;

const reader = new PropertiesReader();
const ZERO: FieldValue = { type: 'int64', value: 0n };

export class MessageTemplate {
  readonly exchange: string;
  readonly persistent: boolean;
  readonly priority: number;
  readonly ttlMs: number | undefined;
  /** The headers of the record, as they are encoded. */
  readonly headerBytes: Buffer;
  readonly #properties: Buffer;
  #offsetAt = NOWHERE;
  #secondsAt = NOWHERE;
  #millisecondsAt = NOWHERE;

  /** @param isKeyLost the key is not the routing key and must be kept elsewhere */
  constructor(record: RecordReader, isKeyLost: boolean, place: StreamPlace | undefined) {
    const fields = headerFields(record, isKeyLost);
    this.headerBytes = Buffer.from(record.headerBytes);
    this.exchange = fields.exchange;
    const isTimed = !fields.isFromAmqp && record.timestampMs >= 0;
    const first = firstFields(fields, isTimed, place);
    const isDated = isTimed && fields.properties.timestamp === undefined;
    this.#properties = propertiesOf(fields, first, isDated);
    reader.read(this.#properties);
    this.persistent = reader.deliveryMode === PERSISTENT;
    this.priority = reader.priority ?? 0;
    this.ttlMs = ttlOf(reader.expiration);
    if (isDated) this.#secondsAt = this.#placeOf(TIMESTAMP);
    let at = this.#placeOf(HEADERS) + TABLE_LENGTH_BYTES;
    for (const name of first.keys()) {
      at += FIELD_BYTES + name.length;
      if (name === STREAM_OFFSET_HEADER) this.#offsetAt = at;
      else if (name === TIMESTAMP_HEADER) this.#millisecondsAt = at;
      at += INT64_BYTES;
    }
  }

  /** Of the properties that `reader` has read. */
  #placeOf(index: number): number {
    const bytes = reader.bytesAt(index);
    return bytes === undefined ? NOWHERE : bytes.byteOffset - this.#properties.byteOffset;
  }

  /** For a record with these headers. */
  filledIn({ offset, timestampMs }: RecordReader): Buffer {
    const isConstant = this.#offsetAt === NOWHERE && this.#secondsAt === NOWHERE && this.#millisecondsAt === NOWHERE;
    if (isConstant) return this.#properties;
    const properties = Buffer.from(this.#properties);
    if (this.#offsetAt !== NOWHERE) writeInt64(properties, this.#offsetAt, offset);
    if (this.#millisecondsAt !== NOWHERE) writeInt64(properties, this.#millisecondsAt, timestampMs);
    if (this.#secondsAt !== NOWHERE) writeInt64(properties, this.#secondsAt, Math.floor(timestampMs / 1000));
    return properties;
  }
}

/** The headers that are filled in, in order. */
function firstFields(
  { table }: HeaderFields,
  isTimed: boolean,
  place: StreamPlace | undefined,
): Map<string, FieldValue> {
  const first = new Map<string, FieldValue>();
  if (place !== undefined) first.set(STREAM_OFFSET_HEADER, ZERO);
  if (isTimed && table?.has(TIMESTAMP_HEADER) !== true) first.set(TIMESTAMP_HEADER, ZERO);
  if (place?.partition !== undefined) {
    first.set(STREAM_PARTITION_HEADER, { type: 'int64', value: BigInt(place.partition) });
  }
  return first;
}

function propertiesOf({ table, properties }: HeaderFields, first: FieldTable, isDated: boolean): Buffer {
  const isThere = table !== undefined || first.size > 0;
  const headers = isThere ? encodeHeadersProperty(joined(first, table ?? EMPTY_TABLE)) : undefined;
  return joinProperties((_, name) => {
    if (name === 'headers') return headers;
    return name === 'timestamp' && isDated ? Buffer.alloc(INT64_BYTES) : properties[name];
  });
}

function joined(first: FieldTable, others: FieldTable): FieldTable {
  if (first.size === 0) return others;
  const all = new Map(first);
  for (const [name, field] of others) if (!first.has(name)) all.set(name, field);
  return all;
}

function ttlOf(expiration: string | undefined): number | undefined {
  return expiration !== undefined && /^\d{1,10}$/.test(expiration) ? Number(expiration) : undefined;
}

/** A safe integer that is not negative. */
function writeInt64(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  bytes.writeUInt32BE(high, at);
  bytes.writeUInt32BE(value - high * 2 ** 32, at + 4);
}
