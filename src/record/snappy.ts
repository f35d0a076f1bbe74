/**
 * Snappy as Kafka clients speak it: the Java library's stream (a 16-byte header, then blocks behind their lengths), which
 * is what is written here, or one bare block as librdkafka sends it. The size that a block declares is checked before
 * it is decompressed.
 */
import { compressSync, uncompressSync } from 'snappy';
import { type Codec, corrupt, tooLarge } from './codec.ts';

const STREAM_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic, then the stream's version and the lowest version that can read it, both 1. */
const STREAM_HEADER = Buffer.concat([STREAM_MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
/** What the Java client writes; readers size their buffers by it. */
const BLOCK_BYTES = 32 * 1024;

export const snappyCodec: Codec = { compression: 'snappy', compress, decompress };

function compress(bytes: Buffer): Buffer {
  const parts: Buffer[] = [STREAM_HEADER];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = compressSync(bytes.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

function decompress(bytes: Buffer, bytesMax: number): Buffer {
  if (!startsStream(bytes, 0)) return decompressBlock(bytes, bytesMax, bytesMax);
  const blocks: Buffer[] = [];
  let size = 0;
  let at = 0;
  while (at < bytes.length) {
    // Streams that were written one after the other are legal: each begins with a header of its own.
    if (startsStream(bytes, at)) {
      at += STREAM_HEADER.length;
      continue;
    }
    if (bytes.length - at < 4) throw corrupt('snappy', 'a block length is cut off');
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (length > bytes.length - at) throw corrupt('snappy', 'a block is cut off');
    const block = decompressBlock(bytes.subarray(at, at + length), bytesMax - size, bytesMax);
    blocks.push(block);
    size += block.length;
    at += length;
  }
  return Buffer.concat(blocks, size);
}

function startsStream(bytes: Buffer, at: number): boolean {
  return (
    bytes.length - at >= STREAM_HEADER.length &&
    bytes.compare(STREAM_MAGIC, 0, STREAM_MAGIC.length, at, at + STREAM_MAGIC.length) === 0
  );
}

function decompressBlock(block: Buffer, sizeMax: number, bytesMax: number): Buffer {
  if (declaredSize(block) > sizeMax) throw tooLarge('snappy', bytesMax);
  try {
    return uncompressSync(block) as Buffer;
  } catch (error) {
    throw corrupt('snappy', (error as Error).message);
  }
}

/** The uncompressed size that a block starts with, a little-endian base-128 integer of up to 32 bits. */
function declaredSize(block: Buffer): number {
  let size = 0;
  for (let at = 0, scale = 1; at < 5; at++, scale *= 0x80) {
    const byte = block[at];
    if (byte === undefined) break;
    size += (byte & 0x7f) * scale;
    if (byte < 0x80) return size;
  }
  throw corrupt('snappy', 'a block does not say its size');
}
