/**
 * LZ4 in its frame format, which is what magic 2 batches hold. Reading is our own: the frame is measured first (the
 * sequences of its blocks add up to its exact size), then decoded into one buffer of that size, so that a small frame
 * cannot make us allocate much; it is also faster than the reader of the library, which promises no bound.
 * One frame is read, as Kafka's own reader does. Checksums are skipped: the CRC of the batch covers the same bytes.
 * Legacy frames, skippable frames and dictionaries are refused.
 */
import { compressFrameSync } from 'lz4-napi';
import { type Codec, corrupt, tooLarge } from './codec.ts';

const FRAME_MAGIC = 0x184d2204;
const VERSION_MASK = 0xc0;
const VERSION_1 = 0x40;
const BLOCK_CHECKSUM_FLAG = 0x10;
const CONTENT_SIZE_FLAG = 0x08;
const DICTIONARY_FLAG = 0x01;
const BLOCK_UNCOMPRESSED_BIT = 0x80000000;
const MATCH_LENGTH_MIN = 4;
/** A length of 15 in a token goes on in the bytes that follow, and on from each of those that is 255. */
const LENGTH_CONTINUES = 15;
/** Below this a loop copies faster than a call. */
const COPY_CALL_BYTES_MIN = 48;

export const lz4Codec: Codec = {
  compression: 'lz4',
  // The library writes independent blocks without checksums, which is all that the Java reader accepts.
  compress: (bytes) => compressFrameSync(bytes),
  decompress(bytes, bytesMax) {
    const output = Buffer.allocUnsafe(measureFrame(bytes, bytesMax));
    let written = 0;
    forEachBlock(bytes, (start, end, compressed) => {
      if (compressed) written = decodeBlock(bytes, start, end, output, written);
      else written += bytes.copy(output, written, start, end);
    });
    return output;
  },
};

/** The size of the frame's content, at most `bytesMax`. */
function measureFrame(bytes: Buffer, bytesMax: number): number {
  let size = 0;
  forEachBlock(bytes, (start, end, compressed) => {
    size += compressed ? measureBlock(bytes, start, end) : end - start;
    if (size > bytesMax) throw tooLarge('lz4', bytesMax);
  });
  return size;
}

/** Calls `visit` for the blocks up to the end mark; each lies within `bytes`. */
function forEachBlock(bytes: Buffer, visit: (start: number, end: number, compressed: boolean) => void): void {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== FRAME_MAGIC) throw corrupt('lz4', 'it is not an LZ4 frame');
  const flags = bytes.readUInt8(4);
  if ((flags & VERSION_MASK) !== VERSION_1) throw corrupt('lz4', 'the frame is of an unknown version');
  if (flags & DICTIONARY_FLAG) throw corrupt('lz4', 'the frame needs a dictionary');
  const trailer = flags & BLOCK_CHECKSUM_FLAG ? 4 : 0;
  let at = flags & CONTENT_SIZE_FLAG ? 15 : 7;
  for (;;) {
    if (bytes.length - at < 4) throw corrupt('lz4', 'the frame is cut off');
    const word = bytes.readUInt32LE(at);
    if (word === 0) return;
    const start = at + 4;
    const end = start + (word & ~BLOCK_UNCOMPRESSED_BIT);
    if (end > bytes.length) throw corrupt('lz4', 'a block is cut off');
    visit(start, end, (word & BLOCK_UNCOMPRESSED_BIT) === 0);
    at = end + trailer;
  }
}

/** Size that `decodeBlock` writes. Makes sure that every sequence lies within the block, so that decoding need not. */
function measureBlock(bytes: Buffer, start: number, end: number): number {
  let at = start;
  let size = 0;
  while (at < end) {
    const token = bytes[at++] as number;
    let literals = token >>> 4;
    if (literals === LENGTH_CONTINUES) {
      for (let more = 255; more === 255; literals += more) more = at < end ? (bytes[at++] as number) : 0;
    }
    size += literals;
    at += literals;
    if (at === end) return size; // The last sequence has no match.
    if (at + 2 > end) break;
    at += 2;
    let match = token & 15;
    if (match === LENGTH_CONTINUES) {
      for (let more = 255; more === 255; match += more) more = at < end ? (bytes[at++] as number) : 0;
    }
    size += match + MATCH_LENGTH_MIN;
  }
  throw corrupt('lz4', 'a sequence is cut off');
}

/** Decodes a block that `measureBlock` accepted; matches may reach back into earlier blocks. Returns the new end. */
function decodeBlock(bytes: Buffer, start: number, end: number, output: Buffer, outputStart: number): number {
  let at = start;
  let to = outputStart;
  for (;;) {
    const token = bytes[at++] as number;
    let literals = token >>> 4;
    if (literals === LENGTH_CONTINUES) {
      for (let more = 255; more === 255; literals += more) more = bytes[at++] as number;
    }
    if (literals < COPY_CALL_BYTES_MIN) {
      for (const literalsEnd = at + literals; at < literalsEnd; ) output[to++] = bytes[at++] as number;
    } else {
      to += bytes.copy(output, to, at, at + literals);
      at += literals;
    }
    if (at === end) return to;
    const distance = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    at += 2;
    let match = token & 15;
    if (match === LENGTH_CONTINUES) {
      for (let more = 255; more === 255; match += more) more = bytes[at++] as number;
    }
    if (distance === 0 || distance > to) throw corrupt('lz4', 'a match reaches back before the start');
    to = copyMatch(output, to, distance, match + MATCH_LENGTH_MIN);
  }
}

/** Repeats the `length` bytes that lie `distance` back; the two may overlap, which repeats what was just written. */
function copyMatch(output: Buffer, start: number, distance: number, length: number): number {
  const end = start + length;
  if (length >= COPY_CALL_BYTES_MIN && distance >= length) {
    output.copyWithin(start, start - distance, end - distance);
    return end;
  }
  for (let to = start, from = start - distance; to < end; ) output[to++] = output[from++] as number;
  return end;
}
