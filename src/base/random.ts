/** Randomness reaches the core only through this interface; `system-random.ts` is the real one, tests pass a seeded one. */
export interface Random {
  /** A uniformly distributed integer in [0, 2^32). */
  uint32(): number;
  /** `length` random bytes. */
  bytes(length: number): Buffer;
}

const HEX_DIGITS = Buffer.from('0123456789abcdef', 'latin1');
/** Where the digits of each byte stand in the text of a UUID. */
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const uuidText = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1');

/** An RFC 4122 version 4 UUID in its canonical text form. Every SQS request and message has one. */
export function uuidV4(random: Random): string {
  const bytes = uuidV4Bytes(random);
  for (let i = 0; i < DIGITS_AT.length; i++) {
    const byte = bytes[i] ?? 0;
    const at = DIGITS_AT[i] ?? 0;
    uuidText[at] = HEX_DIGITS[byte >> 4] ?? 0;
    uuidText[at + 1] = HEX_DIGITS[byte & 0x0f] ?? 0;
  }
  return uuidText.toString('latin1');
}

/** The 16 bytes of an RFC 4122 version 4 UUID. */
export function uuidV4Bytes(random: Random): Buffer {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}
