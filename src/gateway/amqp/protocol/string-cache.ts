/**
 * Strings that came recently, so that the exchange names and routing keys that clients repeat are not decoded again and
 * keep the hash that maps have computed for them. One table for all connections, of fixed size: a string replaces the one in its place.
 */

const SLOTS = 256;
const slots: string[] = new Array<string>(SLOTS).fill('');

/** The string of these bytes if it is one that came before, or is ASCII; undefined leaves it to the caller. */
export function knownString(buffer: Buffer, start: number, length: number): string | undefined {
  if (length === 0) return '';
  const slot = (length * 31 + (buffer[start] ?? 0) * 7 + (buffer[start + length - 1] ?? 0)) & (SLOTS - 1);
  const known = slots[slot] ?? '';
  if (known.length === length && isAt(known, buffer, start)) return known;
  return undefined;
}

function isAt(text: string, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== buffer[start + i]) return false;
  }
  return true;
}
