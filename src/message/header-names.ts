/**
 * How AMQP's properties and headers are named among the headers of a Kafka record (`docs/conversions.md` has the table). Everything
 * that begins with `amqp.` is ours; a header of an application that does is written behind `amqp.header.`.
 */
import { type BasicProperties, PROPERTY_NAMES } from './amqp-properties.ts';

const OURS = 'amqp.';
const ESCAPED = 'amqp.header.';

/** In every record that comes from an AMQP message, even if that was published to the default exchange. */
export const EXCHANGE_HEADER = 'amqp.exchange';

/** JSON: of each header that is more than text, its type. */
export const TYPES_HEADER = 'amqp.header-types';

/** A record's key that is no routing key: not UTF-8, longer than 255 bytes, or empty. */
export const KEY_HEADER = 'kafka.key';
/** The record had no value. */
export const TOMBSTONE_HEADER = 'kafka.tombstone';
/** How many of the record's headers AMQP has no place for. */
export const LEFT_OUT_HEADER = 'kafka.headers-left-out';
/** The record's timestamp; what the property of that name can't hold. RabbitMQ's own name for it. */
export const TIMESTAMP_HEADER = 'timestamp_in_ms';
/** RabbitMQ's, in every message that a stream delivers. */
export const STREAM_OFFSET_HEADER = 'x-stream-offset';
/** Ours, where there is more than one partition. */
export const STREAM_PARTITION_HEADER = 'x-stream-partition';

export type PropertyName = Exclude<keyof BasicProperties, 'headers'>;

/** By the property's index in `PROPERTY_NAMES`; the headers have no name together. */
export const PROPERTY_HEADERS: readonly string[] = PROPERTY_NAMES.map(
  (name) => OURS + name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
);

const PROPERTIES: ReadonlyMap<string, PropertyName> = new Map(
  PROPERTY_NAMES.flatMap((name, i) => (name === 'headers' ? [] : [[PROPERTY_HEADERS[i] ?? '', name] as const])),
);

/** The property that a record's header stands for. */
export function propertyOf(header: string): PropertyName | undefined {
  return header.startsWith(OURS) ? PROPERTIES.get(header) : undefined;
}

/** What a header of an application is called in a record. */
export function escapedName(name: string): string {
  return name.startsWith(OURS) ? ESCAPED + name : name;
}

export function unescapedName(header: string): string {
  return header.startsWith(ESCAPED) ? header.slice(ESCAPED.length) : header;
}
