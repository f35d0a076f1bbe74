/** What a compression codec does, and how it fails. Codecs are synchronous; loading one may not be (`compression.ts`). */
import { DomainError } from '../base/errors.ts';
import type { Compression } from './batch.ts';

export interface Codec {
  readonly compression: Compression;
  compress(bytes: Buffer): Buffer;
  /**
   * @param bytesMax the result is at most this long; nothing larger is ever allocated for it.
   * @throws DomainError `record_corrupt` when the bytes are not of this codec, `record_too_large` above `bytesMax`.
   */
  decompress(bytes: Buffer, bytesMax: number): Buffer;
}

export function corrupt(codec: Compression, why: string): DomainError {
  return new DomainError('record_corrupt', `The ${codec} data of a record batch cannot be decompressed: ${why}.`);
}

export function tooLarge(codec: Compression, bytesMax: number): DomainError {
  return new DomainError(
    'record_too_large',
    `The ${codec} data of a record batch is larger than ${bytesMax} bytes when decompressed; send smaller batches.`,
  );
}
