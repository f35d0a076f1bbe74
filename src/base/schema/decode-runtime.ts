/**
 * What generated decoders call when a value needs more than a few instructions, and how they fail. A decoder keeps its
 * position in a local variable; helpers that move it leave the new one in `cursor.position`. Decoding is synchronous and
 * never re-entered, so one cursor serves all.
 */
import { DecodeError } from './errors.ts';
import { ZERO_UUID } from './field.ts';

const cursor = { position: 0 };

/** The bytes of a 32-bit varint: 7 bits in each. */
const VARINT_BYTES_MAX = 5;

/** An unsigned varint of two bytes or more; the decoder has read the one-byte form itself. */
function uvarint(buffer: Buffer, start: number, end: number, path: string): number {
  let value = 0;
  for (let i = 0; i < VARINT_BYTES_MAX; i++) {
    if (start + i >= end) truncated(path);
    const byte = buffer[start + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (value > 0xffff_ffff) break;
      cursor.position = start + i + 1;
      return value;
    }
  }
  throw new DecodeError(`${path}: a varint is longer than 32 bits`);
}

/** `high` is the signed upper half, `low` the unsigned lower half. */
function int64(high: number, low: number, path: string): number {
  const value = high * 0x1_0000_0000 + low;
  if (!Number.isSafeInteger(value)) {
    throw new DecodeError(`${path}: a 64-bit integer lies outside ±(2^53-1), about ${value}`);
  }
  return value;
}

function uuid(buffer: Buffer, start: number): string {
  for (let at = start; at < start + 16; at++) {
    if (buffer[at] !== 0) return buffer.toString('base64url', start, start + 16);
  }
  return ZERO_UUID;
}

function text(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('utf8', start, end);
}

function truncated(path: string): never {
  throw new DecodeError(`${path}: the message ends before the field does`);
}

/** A length or count that is negative, null where null is illegal, or more than the remaining bytes can hold. */
function badLength(path: string, length: number): never {
  throw new DecodeError(`${path}: length ${length} is illegal or exceeds the bytes that follow`);
}

function badTaggedSize(path: string): never {
  throw new DecodeError(`${path}: a tagged field is not as long as it says`);
}

export const decodeRuntime = {
  cursor,
  uvarint,
  int64,
  uuid,
  text,
  truncated,
  badLength,
  badTaggedSize,
  emptyBytes: Buffer.alloc(0),
};
