/**
 * The newest offset of each key in a stretch of a log: what compaction decides by. Keys are compared byte by byte, so that
 * no collision ever loses a record; the hash is keyed (HalfSipHash-1-3), so that no choice of keys makes the table slow.
 * Bounded by `bytesMax`: whoever fills it asks `hasRoom` first, and compacts only as far as it got.
 */
import type { Random } from '../base/random.ts';

/** Two slots, the offset, the hash, the end of the key. */
const ENTRY_BYTES = 24;
const ENTRIES_MIN = 1024;
const KEY_BYTES_MIN = 16 * 1024;

export class OffsetMap {
  /** Index of an entry plus 1, or 0: open addressing, at most half full. */
  #slots = new Int32Array(ENTRIES_MIN * 2);
  #offsets = new Float64Array(ENTRIES_MIN);
  #hashes = new Int32Array(ENTRIES_MIN);
  /** Where the key of an entry ends in `#keys`; it begins where the one before ends. */
  #keyEnds = new Uint32Array(ENTRIES_MIN);
  #keys = Buffer.allocUnsafeSlow(KEY_BYTES_MIN);
  #keyBytes = 0;
  #count = 0;
  readonly #k0: number;
  readonly #k1: number;

  constructor(
    private readonly bytesMax: number,
    random: Random,
  ) {
    this.#k0 = random.uint32() | 0;
    this.#k1 = random.uint32() | 0;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether so many more keys fit, should all of them be new. */
  hasRoom(keys: number, keyBytes: number): boolean {
    return this.#keyBytes + keyBytes + (this.#count + keys) * ENTRY_BYTES <= this.bytesMax;
  }

  /** Notes that the key `bytes[start, end)` was written at `offset`; the last call for a key counts. */
  put(bytes: Buffer, start: number, end: number, offset: number): void {
    const hash = halfSipHash(this.#k0, this.#k1, bytes, start, end);
    const slot = this.#find(hash, bytes, start, end);
    const found = this.#slots[slot] as number;
    if (found !== 0) {
      this.#offsets[found - 1] = offset;
      return;
    }
    const index = this.#count++;
    this.#slots[slot] = index + 1;
    if (this.#count > this.#offsets.length) this.#growEntries();
    this.#growKeys(end - start);
    this.#offsets[index] = offset;
    this.#hashes[index] = hash;
    bytes.copy(this.#keys, this.#keyBytes, start, end);
    this.#keyBytes += end - start;
    this.#keyEnds[index] = this.#keyBytes;
    if (this.#count * 2 > this.#slots.length) this.#growSlots();
  }

  /** -1 for a key that is not in it. */
  offsetOf(bytes: Buffer, start: number, end: number): number {
    const hash = halfSipHash(this.#k0, this.#k1, bytes, start, end);
    const found = this.#slots[this.#find(hash, bytes, start, end)] as number;
    return found === 0 ? -1 : (this.#offsets[found - 1] as number);
  }

  /** The slot that has the key, or the free one where it belongs. */
  #find(hash: number, bytes: Buffer, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] as number;
      if (found === 0) return slot;
      if (this.#hashes[found - 1] === hash && this.#hasKey(found - 1, bytes, start, end)) return slot;
    }
  }

  #hasKey(index: number, bytes: Buffer, start: number, end: number): boolean {
    const keyStart = index === 0 ? 0 : (this.#keyEnds[index - 1] as number);
    const keyEnd = this.#keyEnds[index] as number;
    if (keyEnd - keyStart !== end - start) return false;
    for (let at = keyStart, other = start; at < keyEnd; at++, other++) {
      if (this.#keys[at] !== bytes[other]) return false;
    }
    return true;
  }

  #growEntries(): void {
    const entries = this.#offsets.length * 2;
    const offsets = new Float64Array(entries);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const hashes = new Int32Array(entries);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const keyEnds = new Uint32Array(entries);
    keyEnds.set(this.#keyEnds);
    this.#keyEnds = keyEnds;
  }

  #growKeys(bytes: number): void {
    const needed = this.#keyBytes + bytes;
    if (needed <= this.#keys.length) return;
    const keys = Buffer.allocUnsafeSlow(Math.max(needed, this.#keys.length * 2));
    this.#keys.copy(keys, 0, 0, this.#keyBytes);
    this.#keys = keys;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#count; index++) {
      let slot = (this.#hashes[index] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

/** 32 bits of HalfSipHash with one round per word and three at the end, which is enough for a table in memory. */
export function halfSipHash(k0: number, k1: number, bytes: Uint8Array, start: number, end: number): number {
  let v0 = k0;
  let v1 = k1;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  const wordsEnd = end - ((end - start) & 3);
  let last = (end - start) << 24;
  for (let at = wordsEnd, shift = 0; at < end; at++, shift += 8) last |= (bytes[at] as number) << shift;
  for (let at = start; at <= wordsEnd + 12; at += 4) {
    let word = 0;
    if (at < wordsEnd) {
      word = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
      word |= ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    } else if (at === wordsEnd) word = last;
    else if (at === wordsEnd + 4) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
