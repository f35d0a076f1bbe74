/** CRC-32C (Castagnoli), as Kafka's record batches and the WAL use it, from a native library. */
import { crc32c as native } from '@node-rs/crc32';

export function crc32c(bytes: Buffer, initial = 0): number {
  return native(bytes, initial);
}
