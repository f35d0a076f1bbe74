/**
 * The codecs of record batches by name. Libraries are loaded at the first use of a codec, so that starting a node does
 * not pay for them; from then on the codec is at hand without a promise.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { unreachable } from '../base/assert.ts';
import type { Compression } from './batch.ts';
import { type Codec, corrupt, tooLarge } from './codec.ts';

export const noneCodec: Codec = {
  compression: 'none',
  compress: (bytes) => bytes,
  decompress(bytes, bytesMax) {
    if (bytes.length > bytesMax) throw tooLarge('none', bytesMax);
    return bytes;
  },
};

const gzipCodec: Codec = {
  compression: 'gzip',
  compress: (bytes) => gzipSync(bytes),
  decompress(bytes, bytesMax) {
    try {
      return gunzipSync(bytes, { maxOutputLength: Math.max(1, bytesMax) });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge('gzip', bytesMax) : corrupt('gzip', message);
    }
  },
};

const loaded = new Map<Compression, Codec>([
  ['none', noneCodec],
  ['gzip', gzipCodec],
]);

/** Answers without a promise when the codec has been loaded before. */
export function loadCodec(compression: Compression): Codec | Promise<Codec> {
  return loaded.get(compression) ?? load(compression);
}

async function load(compression: Compression): Promise<Codec> {
  const codec = await importCodec(compression);
  loaded.set(compression, codec);
  return codec;
}

async function importCodec(compression: Compression): Promise<Codec> {
  switch (compression) {
    case 'none':
      return noneCodec;
    case 'gzip':
      return gzipCodec;
    case 'snappy':
      return (await import('./snappy.ts')).snappyCodec;
    case 'lz4':
      return (await import('./lz4.ts')).lz4Codec;
    case 'zstd':
      return (await import('./zstd.ts')).loadZstdCodec();
    default:
      return unreachable(compression);
  }
}
