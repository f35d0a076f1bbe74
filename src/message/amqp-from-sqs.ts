/**
 * Messages that came through SQS as AMQP has them (`docs/conversions.md`): attributes are headers, or properties if they are named so.
 * What does not fit into the frame of a content header is left out, and counted in a header.
 */
import { PROPERTY_KINDS } from './amqp-properties.ts';
import { encodeProperties, type PropertiesInput } from './amqp-properties-codec.ts';
import type { FieldTable, FieldValue } from './field-table.ts';
import { fieldTableByteLength } from './field-table-codec.ts';
import type { PropertyName } from './header-names.ts';
import type { Message } from './message.ts';
import { SHORTSTR_BYTES_MAX } from './shortstr.ts';
import { attributeOfField, fieldOfAttribute, typeBesideField } from './sqs-fields.ts';
import {
  ATTRIBUTE_TYPES_HEADER,
  ATTRIBUTES_LEFT_OUT_HEADER,
  DEDUPLICATION_HEADER,
  ENCODING_ATTRIBUTE,
  GROUP_HEADER,
  headerNameOf,
  ID_HEADER,
  propertyOfAttribute,
  SENDER_HEADER,
  SENT_HEADER,
  SOURCE_HEADER,
  TRACE_HEADER,
} from './sqs-names.ts';
import { decodeSqsProperties, type SqsAttribute } from './sqs-properties.ts';
import { areSqsText } from './sqs-text.ts';

export interface AmqpForm {
  readonly properties: Buffer;
  readonly body: Buffer;
}

/** As for headers of Kafka's records: a frame of the default size is 128 KiB. */
const TABLE_BYTES_MAX = 120 * 1024;
/** The lengths of a name and of a value, and the tag. */
const FIELD_BYTES = 6;
const PERSISTENT = 2;
const MS_PER_S = 1000;

type Properties = { -readonly [K in keyof PropertiesInput]: PropertiesInput[K] };

/** Of a message of origin `sqs`. */
export function amqpFromSqs({ properties: bytes, body, persistent, enqueuedAtMs }: Message): AmqpForm {
  const sqs = decodeSqsProperties(bytes);
  const properties: Properties = { messageId: sqs.messageId };
  if (persistent) properties.deliveryMode = PERSISTENT;
  const table = new HeaderTable();
  const isDated = enqueuedAtMs !== undefined && sqs.attributes?.has('amqp.timestamp') !== true;
  // The first of all: whoever sends through SQS can't make headers that begin as those of the broker do.
  if (isDated) table.add(SENT_HEADER, { type: 'int64', value: BigInt(Math.floor(enqueuedAtMs)) });
  if (isDated) properties.timestamp = BigInt(Math.floor(enqueuedAtMs / MS_PER_S));
  table.addText(GROUP_HEADER, sqs.messageGroupId);
  table.addText(DEDUPLICATION_HEADER, sqs.deduplicationId);
  table.addText(TRACE_HEADER, sqs.traceHeader);
  table.addText(SOURCE_HEADER, sqs.deadLetterSource);
  table.addText(SENDER_HEADER, sqs.senderId);
  let decoded: Buffer | undefined;
  for (const [name, attribute] of sqs.attributes ?? []) {
    if (name === ENCODING_ATTRIBUTE) decoded = decodedBody(attribute, body);
    if (name === ENCODING_ATTRIBUTE && decoded !== undefined) continue;
    if (!setProperty(properties, propertyOfAttribute(name), attribute)) table.addAttribute(name, attribute);
  }
  if (properties.messageId !== sqs.messageId) table.addText(ID_HEADER, sqs.messageId);
  const headers = table.build();
  if (headers.size > 0) properties.headers = headers;
  return { properties: encodeProperties(properties), body: decoded ?? body };
}

/** Undefined if the body is not base64, or text all the same: whoever receives it from SQS then would get another one. */
function decodedBody({ DataType, StringValue }: SqsAttribute, body: Buffer): Buffer | undefined {
  if (DataType !== 'String' || StringValue !== 'base64') return undefined;
  const text = body.toString('latin1');
  const decoded = Buffer.from(text, 'base64');
  return decoded.toString('base64') === text && !areSqsText(decoded) ? decoded : undefined;
}

/** False: it is no value of that property. */
function setProperty(properties: Properties, name: PropertyName | undefined, attribute: SqsAttribute): boolean {
  if (name === undefined) return false;
  const { DataType, StringValue = '' } = attribute;
  switch (PROPERTY_KINDS[name]) {
    case 'octet':
    case 'timestamp': {
      const max = name === 'timestamp' ? 2n ** 64n - 1n : 255n;
      if (DataType !== 'Number' || !/^(0|[1-9]\d{0,19})$/.test(StringValue) || BigInt(StringValue) > max) return false;
      Object.assign(properties, { [name]: name === 'timestamp' ? BigInt(StringValue) : Number(StringValue) });
      return true;
    }
    default: {
      const field = fieldOfAttribute(attribute);
      if (field.type !== 'longstr' || attributeOfField(field).DataType !== DataType) return false;
      if (Buffer.byteLength(field.value) > SHORTSTR_BYTES_MAX) return false;
      Object.assign(properties, { [name]: field.value });
      return true;
    }
  }
}

/** Gathers headers as far as there is room, and counts the attributes that have none. */
class HeaderTable {
  readonly #table = new Map<string, FieldValue>();
  #types = '';
  #leftOut = 0;
  #bytesLeft = TABLE_BYTES_MAX;

  add(name: string, field: FieldValue): boolean {
    const bytes = fieldBytes(name, field);
    if (bytes > this.#bytesLeft) return false;
    this.#bytesLeft -= bytes;
    this.#table.set(name, field);
    return true;
  }

  addText(name: string, value: string | undefined): void {
    if (value !== undefined) this.add(name, { type: 'longstr', value });
  }

  addAttribute(name: string, attribute: SqsAttribute): void {
    const header = headerNameOf(name);
    const field = fieldOfAttribute(attribute);
    if (Buffer.byteLength(header) > SHORTSTR_BYTES_MAX || !this.add(header, field)) {
      this.#leftOut += 1;
      return;
    }
    const type = typeBesideField(attribute, field);
    if (type === undefined) return;
    const written = `${JSON.stringify(name)}:${JSON.stringify(type)}`;
    this.#types += this.#types === '' ? written : `,${written}`;
  }

  build(): FieldTable {
    this.addText(ATTRIBUTE_TYPES_HEADER, this.#types === '' ? undefined : `{${this.#types}}`);
    if (this.#leftOut > 0) this.#table.set(ATTRIBUTES_LEFT_OUT_HEADER, { type: 'int32', value: this.#leftOut });
    return this.#table;
  }
}

/** What the field takes in a table. */
function fieldBytes(name: string, field: FieldValue): number {
  const bytes = FIELD_BYTES + Buffer.byteLength(name);
  switch (field.type) {
    case 'longstr':
      return bytes + Buffer.byteLength(field.value);
    case 'binary':
      return bytes + field.value.length;
    default:
      return fieldTableByteLength(new Map([[name, field]]));
  }
}
