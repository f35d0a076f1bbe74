/**
 * Messages of every origin as those who receive from SQS see them (`docs/conversions.md`): headers and properties of AMQP are
 * message attributes. SQS allows ten: headers come first, then where the message was published to, properties, and the history of dead
 * lettering; the tenth counts what is left out. A body that SQS has no text for is in base64, and an attribute says so.
 */
import { type BasicProperties, PROPERTY_KINDS, PROPERTY_NAMES } from './amqp-properties.ts';
import { PropertiesReader } from './amqp-properties-reader.ts';
import { DEATH_HEADERS, FIRST_DEATH_QUEUE_HEADER, isBrokersDeath } from './death-headers.ts';
import { EMPTY_TABLE, type FieldTable } from './field-table.ts';
import { PROPERTY_HEADERS } from './header-names.ts';
import type { Message } from './message.ts';
import { attributeOfField, attributeOfType } from './sqs-fields.ts';
import {
  ATTRIBUTE_TYPES_HEADER,
  attributeNameOf,
  DEDUPLICATION_HEADER,
  ENCODING_ATTRIBUTE,
  EXCHANGE_ATTRIBUTE,
  GROUP_HEADER,
  HEADERS_LEFT_OUT_ATTRIBUTE,
  ID_HEADER,
  isSqsId,
  ROUTING_KEY_ATTRIBUTE,
  SENDER_HEADER,
  SENT_HEADER,
  SOURCE_HEADER,
  TRACE_HEADER,
} from './sqs-names.ts';
import { decodeSqsProperties, type SqsAttribute, type SqsProperties } from './sqs-properties.ts';
import { areSqsText, isSqsText } from './sqs-text.ts';
import { untypedField } from './typed-text.ts';

export interface SqsForm {
  readonly properties: SqsProperties;
  /** Text, in UTF-8. */
  readonly body: Buffer;
}

type Properties = { -readonly [K in keyof SqsProperties]: SqsProperties[K] };

const ATTRIBUTES_MAX = 10;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MS_PER_S = 1000n;

const reader = new PropertiesReader();

/**
 * @param message its property bytes have been checked
 * @param derivedId the id, a UUID as text, of a message that has none of that form; the same whenever it is received
 */
export function sqsFromMessage(message: Message, derivedId: () => string): SqsForm {
  if (message.origin === 'sqs') return { properties: decodeSqsProperties(message.properties), body: message.body };
  const attributes = new Attributes();
  const body = textBody(message.body, attributes);
  if (message.origin === 'amqp') return { properties: fromAmqp(message, attributes, derivedId), body };
  return { properties: { ...noProperties(derivedId()), attributes: attributes.build() }, body };
}

function noProperties(messageId: string): SqsProperties {
  return {
    messageId,
    senderId: undefined,
    attributes: undefined,
    messageGroupId: undefined,
    deduplicationId: undefined,
    traceHeader: undefined,
    deadLetterSource: undefined,
    bodyMd5: undefined,
  };
}

function textBody(body: Buffer, attributes: Attributes): Buffer {
  if (areSqsText(body)) return body;
  attributes.add(ENCODING_ATTRIBUTE, { DataType: 'String', StringValue: 'base64' });
  return Buffer.from(body.toString('base64'), 'latin1');
}

function fromAmqp(message: Message, attributes: Attributes, derivedId: () => string): SqsProperties {
  reader.read(message.properties);
  const headers = reader.headers ?? EMPTY_TABLE;
  const { messageId, userId } = reader;
  const id = text(headers, ID_HEADER, isUuid) ?? (isUuid(messageId ?? '') ? messageId : undefined) ?? derivedId();
  const properties: Properties = noProperties(id);
  properties.senderId = userId === '' ? undefined : userId;
  properties.messageGroupId = text(headers, GROUP_HEADER, isSqsId);
  properties.deduplicationId = text(headers, DEDUPLICATION_HEADER, isSqsId);
  properties.traceHeader = text(headers, TRACE_HEADER, isSqsText);
  properties.deadLetterSource =
    text(headers, SOURCE_HEADER, isSqsText) ??
    (isBrokersDeath(headers) ? text(headers, FIRST_DEATH_QUEUE_HEADER, isSqsText) : undefined);
  addHeaders(attributes, headers, properties);
  if (message.exchange !== '') {
    attributes.add(ROUTING_KEY_ATTRIBUTE, attributeOfField({ type: 'longstr', value: message.routingKey }));
    attributes.add(EXCHANGE_ATTRIBUTE, attributeOfField({ type: 'longstr', value: message.exchange }));
  }
  addProperties(attributes, headers, id);
  addHistory(attributes, headers);
  properties.attributes = attributes.build();
  return properties;
}

/** A header that is text and has a meaning. */
function text(headers: FieldTable, name: string, isLegal: (text: string) => boolean): string | undefined {
  const field = headers.get(name);
  return field?.type === 'longstr' && field.value !== '' && isLegal(field.value) ? field.value : undefined;
}

function isUuid(id: string): boolean {
  return UUID.test(id);
}

function addHeaders(attributes: Attributes, headers: FieldTable, meant: SqsProperties): void {
  const types = typesOf(headers);
  for (const [name, field] of headers) {
    if (isTold(name, meant) || DEATH_HEADERS.includes(name)) continue;
    const attribute = attributeNameOf(name);
    const type = attribute === undefined ? undefined : types?.get(attribute);
    const value = typeof type === 'string' ? attributeOfType(type, field) : undefined;
    attributes.add(attribute, value ?? attributeOfField(field));
  }
}

/** Whether a header is no attribute because the message tells the same elsewhere, or is the broker's note to itself. */
function isTold(header: string, meant: SqsProperties): boolean {
  switch (header) {
    case GROUP_HEADER:
      return meant.messageGroupId !== undefined;
    case DEDUPLICATION_HEADER:
      return meant.deduplicationId !== undefined;
    case TRACE_HEADER:
      return meant.traceHeader !== undefined;
    case ATTRIBUTE_TYPES_HEADER:
    case ID_HEADER:
    case SENDER_HEADER:
    case SENT_HEADER:
    case SOURCE_HEADER:
      return true;
    default:
      return false;
  }
}

function typesOf(headers: FieldTable): ReadonlyMap<string, unknown> | undefined {
  const field = headers.get(ATTRIBUTE_TYPES_HEADER);
  if (field?.type !== 'longstr') return undefined;
  try {
    const json: unknown = JSON.parse(field.value);
    return typeof json === 'object' && json !== null ? new Map(Object.entries(json)) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Of the message that `reader` has read. */
function addProperties(attributes: Attributes, headers: FieldTable, id: string): void {
  for (const [index, name] of PROPERTY_NAMES.entries()) {
    const bytes = reader.bytesAt(index);
    if (bytes === undefined || isToldProperty(name, headers, id)) continue;
    attributes.add(PROPERTY_HEADERS[index], propertyAttribute(name, bytes));
  }
}

/** Every message of SQS is persistent. */
function isToldProperty(name: keyof BasicProperties, headers: FieldTable, id: string): boolean {
  switch (name) {
    case 'headers':
    case 'deliveryMode':
    case 'userId':
      return true;
    case 'messageId':
      return reader.messageId === id;
    case 'timestamp': {
      const sent = headers.get(SENT_HEADER);
      return sent?.type === 'int64' && sent.value / MS_PER_S === reader.timestamp;
    }
    default:
      return false;
  }
}

function propertyAttribute(name: keyof BasicProperties, bytes: Buffer): SqsAttribute {
  switch (PROPERTY_KINDS[name]) {
    case 'octet':
      return { DataType: 'Number', StringValue: String(bytes[0]) };
    case 'timestamp':
      return { DataType: 'Number', StringValue: String(bytes.readBigUInt64BE(0)) };
    default:
      return attributeOfField(untypedField(bytes.subarray(1)));
  }
}

function addHistory(attributes: Attributes, headers: FieldTable): void {
  for (const name of DEATH_HEADERS) {
    const field = headers.get(name);
    if (field !== undefined) attributes.add(name, attributeOfField(field));
  }
}

/** As many as SQS allows; the others are counted. A name that comes again is left out. */
class Attributes {
  readonly #attributes = new Map<string, SqsAttribute>();
  #last = '';
  #leftOut = 0;

  /** @param name undefined: SQS has no such names */
  add(name: string | undefined, attribute: SqsAttribute): void {
    if (name === undefined || this.#attributes.size === ATTRIBUTES_MAX || this.#attributes.has(name)) {
      this.#leftOut += 1;
      return;
    }
    this.#attributes.set(name, attribute);
    this.#last = name;
  }

  build(): ReadonlyMap<string, SqsAttribute> | undefined {
    if (this.#leftOut > 0) this.#setCount();
    return this.#attributes.size === 0 ? undefined : this.#attributes;
  }

  #setCount(): void {
    if (this.#attributes.size === ATTRIBUTES_MAX && this.#attributes.delete(this.#last)) this.#leftOut += 1;
    this.#attributes.set(HEADERS_LEFT_OUT_ATTRIBUTE, { DataType: 'Number', StringValue: String(this.#leftOut) });
  }
}
