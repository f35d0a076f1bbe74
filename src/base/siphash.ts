/**
 * SipHash-2-4 (Aumasson, Bernstein 2012) of 16 bytes: a digest of 64 bits that nobody computes without the key, in a fraction
 * of the time that calling into a library takes. 64-bit words are pairs of 32-bit halves.
 */
import { assert } from './assert.ts';

const KEY_BYTES = 16;
const WORDS = 3;
const COMPRESSION_ROUNDS = 2 * WORDS;
const ROUNDS = COMPRESSION_ROUNDS + 4;
/** The word after the input: its length in the highest byte. */
const LAST_WORD_HIGH = 16 << 24;

/** The halves of a digest, each from 0 to 2^32 - 1. */
export interface Digest64 {
  low: number;
  high: number;
}

/** Of the 16 bytes at `at`. The digest is the same object in every call. */
export type SipHash16 = (bytes: Buffer, at: number) => Readonly<Digest64>;

export function newSipHash16(key: Buffer): SipHash16 {
  assert(key.length === KEY_BYTES, `a key of ${key.length} bytes`);
  const k0l = key.readInt32LE(0);
  const k0h = key.readInt32LE(4);
  const k1l = key.readInt32LE(8);
  const k1h = key.readInt32LE(12);
  const digest: Digest64 = { low: 0, high: 0 };
  return (bytes, at) => {
    sipHash16(k0l, k0h, k1l, k1h, bytes, at, digest);
    return digest;
  };
}

/** The names of the state are those of the paper. */
function sipHash16(
  k0l: number,
  k0h: number,
  k1l: number,
  k1h: number,
  bytes: Buffer,
  at: number,
  into: Digest64,
): void {
  let [v0l, v0h, v1l, v1h] = [k0l ^ 0x70736575, k0h ^ 0x736f6d65, k1l ^ 0x6e646f6d, k1h ^ 0x646f7261];
  let [v2l, v2h, v3l, v3h] = [k0l ^ 0x6e657261, k0h ^ 0x6c796765, k1l ^ 0x79746573, k1h ^ 0x74656462];
  let ml = 0;
  let mh = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round < COMPRESSION_ROUNDS && (round & 1) === 0) {
      const word = round >> 1;
      ml = word < 2 ? bytes.readInt32LE(at + word * 8) : 0;
      mh = word < 2 ? bytes.readInt32LE(at + word * 8 + 4) : LAST_WORD_HIGH;
      v3l ^= ml;
      v3h ^= mh;
    }

    let low = (v0l >>> 0) + (v1l >>> 0);
    v0h = (v0h + v1h + (low > 0xffffffff ? 1 : 0)) | 0;
    v0l = low | 0;
    let t = (v1l << 13) | (v1h >>> 19);
    v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
    v1l = t ^ v0l;
    t = v0l;
    v0l = v0h;
    v0h = t;

    low = (v2l >>> 0) + (v3l >>> 0);
    v2h = (v2h + v3h + (low > 0xffffffff ? 1 : 0)) | 0;
    v2l = low | 0;
    t = (v3l << 16) | (v3h >>> 16);
    v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
    v3l = t ^ v2l;

    low = (v0l >>> 0) + (v3l >>> 0);
    v0h = (v0h + v3h + (low > 0xffffffff ? 1 : 0)) | 0;
    v0l = low | 0;
    t = (v3l << 21) | (v3h >>> 11);
    v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
    v3l = t ^ v0l;

    low = (v2l >>> 0) + (v1l >>> 0);
    v2h = (v2h + v1h + (low > 0xffffffff ? 1 : 0)) | 0;
    v2l = low | 0;
    t = (v1l << 17) | (v1h >>> 15);
    v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
    v1l = t ^ v2l;
    t = v2l;
    v2l = v2h;
    v2h = t;

    if (round < COMPRESSION_ROUNDS && (round & 1) === 1) {
      v0l ^= ml;
      v0h ^= mh;
      if (round === COMPRESSION_ROUNDS - 1) v2l ^= 0xff;
    }
  }
  into.low = (v0l ^ v1l ^ v2l ^ v3l) >>> 0;
  into.high = (v0h ^ v1h ^ v2h ^ v3h) >>> 0;
}
