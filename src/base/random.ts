/** Randomness reaches the core only through this interface; `system-random.ts` is the real one, tests pass a seeded one. */
export interface Random {
  /** A uniformly distributed integer in [0, 2^32). */
  uint32(): number;
  /** `length` random bytes. */
  bytes(length: number): Buffer;
}

/** An RFC 4122 version 4 UUID in its canonical text form. */
export function uuidV4(random: Random): string {
  const hex = uuidV4Bytes(random).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of an RFC 4122 version 4 UUID. */
export function uuidV4Bytes(random: Random): Buffer {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}
