/**
 * Messages as Kafka records (`docs/conversions.md`): the routing key is the key, the body the value, everything else becomes headers
 * that people can read and `message-from-record.ts` understands. Nothing of an AMQP message is lost but bits of a NaN, and which of
 * its two forms a header of bytes had. A message that came through SQS is written as the AMQP message that it is for AMQP's clients.
 */
import type { RawRecord } from '../record/raw-records.ts';
import { encodeHeaders } from '../record/raw-records.ts';
import type { RecordHeader } from '../record/records.ts';
import { amqpFromSqs } from './amqp-from-sqs.ts';
import { PROPERTY_KINDS, PROPERTY_NAMES } from './amqp-properties.ts';
import { PropertiesReader } from './amqp-properties-reader.ts';
import { EMPTY_TABLE, type FieldTable } from './field-table.ts';
import { EXCHANGE_HEADER, escapedName, PROPERTY_HEADERS, TYPES_HEADER } from './header-names.ts';
import type { Message } from './message.ts';
import { bytesOfField, typeBeside } from './typed-text.ts';

const reader = new PropertiesReader();

/** Remembers what it did last: consecutive messages mostly have the same properties and routing key. */
export class RecordEncoder {
  #exchange = '';
  #properties: Buffer | undefined;
  #headers: Buffer = Buffer.alloc(0);
  #routingKey = '';
  #key: Buffer | null = null;

  /** @param message its property bytes have been checked */
  encode(message: Message): RawRecord {
    const { origin, exchange, routingKey, properties, body } = message;
    if (routingKey !== this.#routingKey) {
      this.#routingKey = routingKey;
      this.#key = routingKey === '' ? null : Buffer.from(routingKey);
    }
    if (origin === 'sqs') {
      const form = amqpFromSqs(message);
      return { key: this.#key, value: form.body, headers: encodeHeaders(headersOf(exchange, form.properties)) };
    }
    if (origin === 'kafka') return { key: this.#key, value: body, headers: encodeHeaders(exchangeHeader(exchange)) };
    if (!this.#isSame(exchange, properties)) {
      this.#headers = encodeHeaders(headersOf(exchange, properties));
      this.#exchange = exchange;
      this.#properties = properties;
    }
    return { key: this.#key, value: body, headers: this.#headers };
  }

  #isSame(exchange: string, properties: Buffer): boolean {
    if (this.#properties === undefined || exchange !== this.#exchange) return false;
    return properties === this.#properties || properties.equals(this.#properties);
  }
}

function exchangeHeader(exchange: string): RecordHeader[] {
  return [{ key: EXCHANGE_HEADER, value: Buffer.from(exchange) }];
}

function headersOf(exchange: string, properties: Buffer): RecordHeader[] {
  const headers = exchangeHeader(exchange);
  reader.read(properties);
  for (const [index, name] of PROPERTY_NAMES.entries()) {
    const bytes = name === 'headers' ? undefined : reader.bytesAt(index);
    if (bytes !== undefined) headers.push({ key: PROPERTY_HEADERS[index] ?? '', value: readable(name, bytes) });
  }
  if (reader.hasHeaders) pushTable(headers, reader.headers ?? EMPTY_TABLE);
  return headers;
}

/** Text as it is, numbers in decimal. */
function readable(name: (typeof PROPERTY_NAMES)[number], bytes: Buffer): Buffer {
  switch (PROPERTY_KINDS[name]) {
    case 'octet':
      return Buffer.from(String(bytes[0]));
    case 'timestamp':
      return Buffer.from(String(bytes.readBigUInt64BE(0)));
    default:
      return bytes.subarray(1);
  }
}

function pushTable(headers: RecordHeader[], table: FieldTable): void {
  const types: string[] = [];
  for (const [name, field] of table) {
    headers.push({ key: escapedName(name), value: bytesOfField(field) });
    const type = typeBeside(field);
    // An object literal would lose a header that is called __proto__.
    if (type !== undefined) types.push(`${JSON.stringify(name)}:"${type}"`);
  }
  // Without types it still says that the message has headers, be it none.
  if (types.length > 0 || table.size === 0)
    headers.push({ key: TYPES_HEADER, value: Buffer.from(`{${types.join(',')}}`) });
}
