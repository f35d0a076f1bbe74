/**
 * What a message that came through SQS has besides its body, and its bytes, which are the `properties` of messages of origin `sqs`.
 * Little-endian; the group comes first because FIFO queues ask for it of every message:
 *
 *   properties  group id length u16 (0: it has none) · group id · fields
 *   field       tag u8 · length of the rest u32 · text, an attribute, or 16 bytes of a digest
 *   attribute   name length u16 · type length u16 · is binary u16 · name · type · value
 *
 * Texts are UTF-8. Fields that are absent take no room; attributes come one by one, in their order. Fields with unknown tags are
 * passed over, so that more can be added. Only this file writes these bytes: what does not add up is a bug, and asserted.
 */
import { assert } from '../base/assert.ts';

/** A message attribute. It has one of the two values: text if its type is String or Number, bytes if it is Binary. */
export interface SqsAttribute {
  /** `String`, `Number` or `Binary`, with a custom suffix if wanted: `Number.int`. */
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Buffer | undefined;
}

export interface SqsProperties {
  /** A UUID as text. */
  readonly messageId: string;
  /** Undefined: nobody was logged in. */
  readonly senderId: string | undefined;
  /** None are undefined, and never an empty map. */
  readonly attributes: ReadonlyMap<string, SqsAttribute> | undefined;
  readonly messageGroupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly traceHeader: string | undefined;
  /** The name of the queue that it was first moved from. */
  readonly deadLetterSource: string | undefined;
  /** In hexadecimal digits, so that it need not be computed anew for each receiver; undefined: nobody knows it yet. */
  readonly bodyMd5: string | undefined;
}

const TAG = {
  messageId: 1,
  senderId: 2,
  deduplicationId: 3,
  traceHeader: 4,
  deadLetterSource: 5,
  attribute: 6,
  bodyMd5: 7,
} as const;
const MD5_BYTES = 16;
const GROUP_HEAD_BYTES = 2;
const FIELD_HEAD_BYTES = 5;
const ATTRIBUTE_HEAD_BYTES = 6;
const U16_MAX = 0xffff;

export function encodeSqsProperties(properties: SqsProperties): Buffer {
  const { messageId, senderId, attributes, messageGroupId, deduplicationId, traceHeader, deadLetterSource, bodyMd5 } =
    properties;
  const bytes = Buffer.allocUnsafe(
    GROUP_HEAD_BYTES +
      Buffer.byteLength(messageGroupId ?? '') +
      fieldBytes(messageId) +
      fieldBytes(senderId) +
      fieldBytes(deduplicationId) +
      fieldBytes(traceHeader) +
      fieldBytes(deadLetterSource) +
      (bodyMd5 === undefined ? 0 : FIELD_HEAD_BYTES + MD5_BYTES) +
      (attributes === undefined ? 0 : attributesBytes(attributes)),
  );
  let at = putGroup(bytes, messageGroupId);
  at = putField(bytes, at, TAG.messageId, messageId);
  at = putField(bytes, at, TAG.senderId, senderId);
  at = putField(bytes, at, TAG.deduplicationId, deduplicationId);
  at = putField(bytes, at, TAG.traceHeader, traceHeader);
  at = putField(bytes, at, TAG.deadLetterSource, deadLetterSource);
  if (bodyMd5 !== undefined) at = putField(bytes, at, TAG.bodyMd5, bodyMd5, 'hex');
  if (attributes !== undefined) for (const [name, value] of attributes) at = putAttribute(bytes, at, name, value);
  assert(at === bytes.length, 'properties of SQS are as long as they were said to be');
  return bytes;
}

function fieldBytes(text: string | undefined): number {
  return text === undefined ? 0 : FIELD_HEAD_BYTES + Buffer.byteLength(text);
}

function attributesBytes(attributes: ReadonlyMap<string, SqsAttribute>): number {
  let bytes = 0;
  for (const [name, { DataType, StringValue = '', BinaryValue }] of attributes) {
    bytes += FIELD_HEAD_BYTES + ATTRIBUTE_HEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += BinaryValue?.length ?? Buffer.byteLength(StringValue);
  }
  return bytes;
}

function putGroup(bytes: Buffer, group: string | undefined): number {
  const length = group === undefined ? 0 : bytes.write(group, GROUP_HEAD_BYTES);
  assert(length <= U16_MAX && group !== '', 'a message group id is neither empty nor long');
  bytes.writeUInt16LE(length, 0);
  return GROUP_HEAD_BYTES + length;
}

function putField(
  bytes: Buffer,
  at: number,
  tag: number,
  text: string | undefined,
  encoding: 'utf8' | 'hex' = 'utf8',
): number {
  if (text === undefined) return at;
  return closeField(bytes, at, tag, at + FIELD_HEAD_BYTES + bytes.write(text, at + FIELD_HEAD_BYTES, encoding));
}

function putAttribute(bytes: Buffer, fieldAt: number, name: string, attribute: SqsAttribute): number {
  const { DataType, StringValue, BinaryValue } = attribute;
  assert((StringValue === undefined) !== (BinaryValue === undefined), 'a message attribute has one value');
  const at = fieldAt + FIELD_HEAD_BYTES;
  let end = at + ATTRIBUTE_HEAD_BYTES;
  const nameBytes = bytes.write(name, end);
  end += nameBytes;
  const typeBytes = bytes.write(DataType, end);
  end += typeBytes;
  end += BinaryValue === undefined ? bytes.write(StringValue ?? '', end) : BinaryValue.copy(bytes, end);
  assert(nameBytes <= U16_MAX && typeBytes <= U16_MAX, 'the name and type of a message attribute are short');
  bytes.writeUInt16LE(nameBytes, at);
  bytes.writeUInt16LE(typeBytes, at + 2);
  bytes.writeUInt16LE(BinaryValue === undefined ? 0 : 1, at + 4);
  return closeField(bytes, fieldAt, TAG.attribute, end);
}

function closeField(bytes: Buffer, at: number, tag: number, end: number): number {
  bytes[at] = tag;
  bytes.writeUInt32LE(end - at - FIELD_HEAD_BYTES, at + 1);
  return end;
}

/** '' if there is none. */
export function groupOfSqsProperties(bytes: Buffer): string {
  const end = GROUP_HEAD_BYTES + bytes.readUInt16LE(0);
  assert(end <= bytes.length, 'a message group id lies within its properties');
  return end === GROUP_HEAD_BYTES ? '' : bytes.toString('utf8', GROUP_HEAD_BYTES, end);
}

/** Binary values are views of `bytes`. */
export function decodeSqsProperties(bytes: Buffer): SqsProperties {
  const texts: (string | undefined)[] = [];
  let attributes: Map<string, SqsAttribute> | undefined;
  let bodyMd5: string | undefined;
  let at = GROUP_HEAD_BYTES + bytes.readUInt16LE(0);
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const start = at + FIELD_HEAD_BYTES;
    at = start + bytes.readUInt32LE(at + 1);
    assert(at <= bytes.length, 'a field lies within the properties of SQS');
    if (tag === TAG.attribute) {
      attributes ??= new Map();
      addAttribute(attributes, bytes, start, at);
    } else if (tag === TAG.bodyMd5) bodyMd5 = bytes.toString('hex', start, at);
    else if (tag < TAG.attribute) texts[tag] = bytes.toString('utf8', start, at);
  }
  const messageId = texts[TAG.messageId];
  assert(messageId !== undefined && at === bytes.length, 'properties of SQS are whole and have a message id');
  return {
    messageId,
    senderId: texts[TAG.senderId],
    attributes,
    messageGroupId: groupOfSqsProperties(bytes) || undefined,
    deduplicationId: texts[TAG.deduplicationId],
    traceHeader: texts[TAG.traceHeader],
    deadLetterSource: texts[TAG.deadLetterSource],
    bodyMd5,
  };
}

function addAttribute(attributes: Map<string, SqsAttribute>, bytes: Buffer, at: number, end: number): void {
  const nameAt = at + ATTRIBUTE_HEAD_BYTES;
  const typeAt = nameAt + bytes.readUInt16LE(at);
  const valueAt = typeAt + bytes.readUInt16LE(at + 2);
  assert(valueAt <= end, 'a message attribute lies within its field');
  const DataType = bytes.toString('utf8', typeAt, valueAt);
  const isBinary = bytes.readUInt16LE(at + 4) === 1;
  attributes.set(
    bytes.toString('utf8', nameAt, typeAt),
    isBinary
      ? { DataType, BinaryValue: bytes.subarray(valueAt, end) }
      : { DataType, StringValue: bytes.toString('utf8', valueAt, end) },
  );
}
