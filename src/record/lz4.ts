/**
 * LZ4 in its frame format, which is what magic 2 batches hold. The library does not bound what it allocates, so the
 * frame is measured first: every block's sequences add up to its exact size without touching the data. One frame is
 * read, as Kafka's own reader does; legacy and skippable frames and dictionaries are refused.
 */
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { type Codec, corrupt, tooLarge } from './codec.ts';

const FRAME_MAGIC = 0x184d2204;
const VERSION_MASK = 0xc0;
const VERSION_1 = 0x40;
const BLOCK_CHECKSUM_FLAG = 0x10;
const CONTENT_SIZE_FLAG = 0x08;
const CONTENT_CHECKSUM_FLAG = 0x04;
const DICTIONARY_FLAG = 0x01;
const BLOCK_UNCOMPRESSED_BIT = 0x80000000;
const MATCH_LENGTH_MIN = 4;

export const lz4Codec: Codec = {
  compression: 'lz4',
  // The library writes independent blocks without checksums, which is all that the Java reader accepts.
  compress: (bytes) => compressFrameSync(bytes),
  decompress(bytes, bytesMax) {
    const frame = bytes.subarray(0, measureFrame(bytes, bytesMax));
    try {
      return decompressFrameSync(frame);
    } catch (error) {
      throw corrupt('lz4', (error as Error).message);
    }
  },
};

/** Where the frame ends, having made sure that it holds no more than `bytesMax`. */
function measureFrame(bytes: Buffer, bytesMax: number): number {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== FRAME_MAGIC) throw corrupt('lz4', 'it is not an LZ4 frame');
  const flags = bytes.readUInt8(4);
  if ((flags & VERSION_MASK) !== VERSION_1) throw corrupt('lz4', 'the frame is of an unknown version');
  if (flags & DICTIONARY_FLAG) throw corrupt('lz4', 'the frame needs a dictionary');
  const blockTrailer = flags & BLOCK_CHECKSUM_FLAG ? 4 : 0;
  let at = flags & CONTENT_SIZE_FLAG ? 15 : 7;
  let size = 0;
  for (;;) {
    if (bytes.length - at < 4) throw corrupt('lz4', 'the frame is cut off');
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const length = word & ~BLOCK_UNCOMPRESSED_BIT;
    if (length > bytes.length - at) throw corrupt('lz4', 'a block is cut off');
    size += word & BLOCK_UNCOMPRESSED_BIT ? length : measureBlock(bytes, at, at + length);
    if (size > bytesMax) throw tooLarge('lz4', bytesMax);
    at += length + blockTrailer;
  }
  at += flags & CONTENT_CHECKSUM_FLAG ? 4 : 0;
  if (at > bytes.length) throw corrupt('lz4', 'the frame is cut off');
  return at;
}

/** Uncompressed size of the block in `[at, end)`: the literals and matches of its sequences. */
function measureBlock(bytes: Buffer, at: number, end: number): number {
  let size = 0;
  while (at < end) {
    const token = bytes[at++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) more = at < end ? (bytes[at++] as number) : 0;
    }
    size += literals;
    at += literals;
    if (at >= end) break; // The last sequence has no match.
    at += 2;
    let match = token & 15;
    if (match === 15) {
      for (let more = 255; more === 255; match += more) more = at < end ? (bytes[at++] as number) : 0;
    }
    size += match + MATCH_LENGTH_MIN;
  }
  return size;
}
