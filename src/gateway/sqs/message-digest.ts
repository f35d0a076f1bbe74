/**
 * Digests that clients check and compare: MD5 of a body and of attributes, and the SHA-256 that stands for a body in
 * content-based deduplication.
 */
import { hash } from 'node:crypto';
import type { SqsAttribute } from '../../message/sqs-properties.ts';

const LENGTH_BYTES = 4;
const TRANSPORT_STRING = 1;
const TRANSPORT_BINARY = 2;

export function md5OfBody(body: Buffer | string): string {
  return hash('md5', body);
}

/**
 * Of user or of system attributes; undefined if there are none. The names in order, each followed by its type, what kind of
 * value it has, and the value; each text after its length.
 */
export function md5OfAttributes(attributes: ReadonlyMap<string, SqsAttribute> | undefined): string | undefined {
  if (attributes === undefined || attributes.size === 0) return undefined;
  const parts: Buffer[] = [];
  for (const name of [...attributes.keys()].sort()) {
    const attribute = attributes.get(name);
    if (attribute === undefined) continue;
    const { DataType, StringValue = '', BinaryValue } = attribute;
    pushText(parts, Buffer.from(name));
    pushText(parts, Buffer.from(DataType));
    parts.push(Buffer.of(BinaryValue === undefined ? TRANSPORT_STRING : TRANSPORT_BINARY));
    pushText(parts, BinaryValue ?? Buffer.from(StringValue));
  }
  return hash('md5', Buffer.concat(parts));
}

export function contentDeduplicationId(body: Buffer | string): string {
  return hash('sha256', body);
}

function pushText(parts: Buffer[], bytes: Buffer): void {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  parts.push(length, bytes);
}
