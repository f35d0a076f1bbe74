/**
 * Zstandard. The library reserves memory by what a frame says of itself, so every frame is measured first, from its
 * header and block headers: its declared size must be possible for its blocks, and where it declares none (streaming
 * writers such as the Java client and librdkafka) the blocks give an upper bound. Frames that need a dictionary are
 * refused.
 */
import { compress, decompress, init } from '@bokuweb/zstd-wasm';
import { type Codec, corrupt, tooLarge } from './codec.ts';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_MAGIC_MASK = 0xfffffff0;
const BLOCK_BYTES_MAX = 128 * 1024;
/** How the library reports that the output did not fit into the space it was given. */
const OUTPUT_TOO_SMALL = /code -70$/;
const LEVEL = 3;
/** The library's memory is 32-bit and never given back; nothing that is near its end is asked of it. */
const OUTPUT_BYTES_MAX = 2 ** 28;

export async function loadZstdCodec(): Promise<Codec> {
  await init();
  return {
    compression: 'zstd',
    compress: (bytes) => asBuffer(compress(bytes, LEVEL)),
    decompress: (bytes, bytesMax) => decompressFrames(bytes, Math.min(bytesMax, OUTPUT_BYTES_MAX)),
  };
}

function decompressFrames(bytes: Buffer, bytesMax: number): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 8) throw corrupt('zstd', 'a frame is cut off');
    if ((bytes.readUInt32LE(at) & SKIPPABLE_MAGIC_MASK) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + bytes.readUInt32LE(at + 4);
      continue;
    }
    const frame = measureFrame(bytes, at);
    const part = decompressFrame(bytes.subarray(at, frame.end), frame, bytesMax - size, bytesMax);
    parts.push(part);
    size += part.length;
    at = frame.end;
  }
  if (parts.length === 0) throw corrupt('zstd', 'there is no frame');
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
}

interface Frame {
  readonly end: number;
  /** What the header declares, if it does. */
  readonly contentSize: number | undefined;
  /** The blocks cannot hold more than this. */
  readonly sizeMax: number;
}

function decompressFrame(bytes: Buffer, frame: Frame, sizeMax: number, bytesMax: number): Buffer {
  if (frame.contentSize !== undefined) {
    if (frame.contentSize > frame.sizeMax) throw corrupt('zstd', 'a frame declares more than it holds');
    if (frame.contentSize > sizeMax) throw tooLarge('zstd', bytesMax);
  }
  try {
    return asBuffer(decompress(bytes, { defaultHeapSize: Math.min(frame.sizeMax, sizeMax) }));
  } catch (error) {
    const { message } = error as Error;
    if (OUTPUT_TOO_SMALL.test(message) && frame.sizeMax > sizeMax) throw tooLarge('zstd', bytesMax);
    throw corrupt('zstd', message);
  }
}

/** RFC 8878 §3.1.1. */
function measureFrame(bytes: Buffer, start: number): Frame {
  if (bytes.readUInt32LE(start) !== FRAME_MAGIC) throw corrupt('zstd', 'it is not a zstd frame');
  const descriptor = bytes.readUInt8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  if (descriptor & 0x03) throw corrupt('zstd', 'a frame needs a dictionary');
  let at = start + 5 + (singleSegment ? 0 : 1);
  const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;
  if (bytes.length - at < sizeBytes) throw corrupt('zstd', 'a frame is cut off');
  const contentSize = readContentSize(bytes, at, sizeBytes);
  at += sizeBytes;
  const blocks = measureBlocks(bytes, at);
  const end = blocks.end + (descriptor & 0x04 ? 4 : 0);
  if (end > bytes.length) throw corrupt('zstd', 'a frame is cut off');
  return { end, contentSize, sizeMax: blocks.sizeMax };
}

function readContentSize(bytes: Buffer, at: number, sizeBytes: number): number | undefined {
  switch (sizeBytes) {
    case 0:
      return undefined;
    case 1:
      return bytes.readUInt8(at);
    case 2:
      return bytes.readUInt16LE(at) + 256;
    case 4:
      return bytes.readUInt32LE(at);
    default:
      return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
  }
}

function measureBlocks(bytes: Buffer, at: number): { end: number; sizeMax: number } {
  let sizeMax = 0;
  for (let last = false; !last; ) {
    if (bytes.length - at < 3) throw corrupt('zstd', 'a block header is cut off');
    const header = bytes.readUIntLE(at, 3);
    const size = header >>> 3;
    last = (header & 1) !== 0;
    at += 3;
    switch ((header >>> 1) & 3) {
      case 0: // raw
        at += size;
        sizeMax += size;
        break;
      case 1: // one byte, repeated
        at += 1;
        sizeMax += size;
        break;
      case 2: // compressed
        at += size;
        sizeMax += BLOCK_BYTES_MAX;
        break;
      default:
        throw corrupt('zstd', 'a block is of an unknown type');
    }
  }
  return { end: at, sizeMax };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
