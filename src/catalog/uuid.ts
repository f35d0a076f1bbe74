/** Kafka's Uuid as text: 16 bytes in 22 characters of unpadded base64url. */
import { type Random, uuidV4Bytes } from '../base/random.ts';

export const UUID_ZERO = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Never starts with '-', which command-line tools would take for an option. */
export function randomUuid(random: Random): string {
  const bytes = uuidV4Bytes(random);
  const text = bytes.toString('base64url');
  if (!text.startsWith('-')) return text;
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('base64url');
}
