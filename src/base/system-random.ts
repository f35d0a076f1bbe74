/**
 * The operating system's randomness: the only place in the core's reach that draws real random bytes. Asking it costs much more than
 * the few bytes of an id, so it is asked for many at once; each byte is handed out once, and wiped.
 */
import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from './random.ts';

const POOL_BYTES = 4096;
/** More than this is drawn directly. */
const POOLED_BYTES_MAX = 64;

const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

function pooled(length: number): Buffer {
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) {
    bytes[i] = pool[used + i] ?? 0;
    pool[used + i] = 0;
  }
  used += length;
  return bytes;
}

export const systemRandom: Random = {
  uint32: () => pooled(4).readUInt32LE(0),
  bytes: (length) => (length <= POOLED_BYTES_MAX ? pooled(length) : randomBytes(length)),
};
