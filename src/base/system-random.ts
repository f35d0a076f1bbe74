/** The operating system's random source. */
import { randomBytes } from 'node:crypto';
import type { Random } from './random.ts';

export const systemRandom: Random = {
  uint32: () => randomBytes(4).readUInt32LE(0),
  bytes: (length) => randomBytes(length),
};
