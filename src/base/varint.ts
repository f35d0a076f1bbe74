/**
 * Zigzag variable-length integers (protobuf's sint encoding) as Kafka's records use them, writing side and sizes.
 * Values are safe integers of at most 52 bits and a sign; anything larger is a bug of the caller.
 */
import { assert } from './assert.ts';

const MAGNITUDE_MAX = 2 ** 52;

/** Bytes that `writeVarint` needs for `value`. */
export function sizeOfVarint(value: number): number {
  let rest = zigzag(value);
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size++;
  }
  return size;
}

/** Writes `value` at `at` and returns the index after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = zigzag(value);
  while (rest >= 0x80) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

function zigzag(value: number): number {
  assert(Number.isInteger(value) && Math.abs(value) < MAGNITUDE_MAX, `varint out of range: ${value}`);
  return value >= 0 ? value * 2 : value * -2 - 1;
}
