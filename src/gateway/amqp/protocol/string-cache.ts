/**
 * Decodes short strings, and gives back the same string for bytes that came before: clients repeat exchange names,
 * routing keys and tags, and a known string costs neither a call into native code nor a new hash in every map it is
 * looked up in. One table of fixed size for all connections; a string replaces the one in its place.
 */
import { isUtf8 } from 'node:buffer';

const SLOTS = 1024;
const slots: string[] = new Array<string>(SLOTS).fill('');

/** The text of `[start, start + length)`, which lies within the buffer; undefined if it is not UTF-8. */
export function shortString(buffer: Buffer, start: number, length: number): string | undefined {
  const end = start + length;
  let hash = length;
  let bits = 0;
  for (let at = start; at < end; at++) {
    const byte = buffer[at] ?? 0;
    hash = (Math.imul(hash, 31) + byte) | 0;
    bits |= byte;
  }
  if (bits > 0x7f) return otherString(buffer, start, end);
  const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1);
  const known = slots[slot] ?? '';
  if (known.length === length && isAt(known, buffer, start)) return known;
  const text = buffer.toString('latin1', start, end);
  slots[slot] = text;
  return text;
}

function otherString(buffer: Buffer, start: number, end: number): string | undefined {
  return isUtf8(buffer.subarray(start, end)) ? buffer.toString('utf8', start, end) : undefined;
}

function isAt(text: string, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== buffer[start + i]) return false;
  }
  return true;
}
