/** Reads single values of a buffer that has the bytes; the buffer's own methods check that again and cost more. Big-endian. */

export function getShort(buffer: Buffer, at: number): number {
  return ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0);
}

/** Unsigned. */
export function getLong(buffer: Buffer, at: number): number {
  return ((getShort(buffer, at) << 16) | getShort(buffer, at + 2)) >>> 0;
}

/** Unsigned; rounded beyond 2^53. */
export function getLonglong(buffer: Buffer, at: number): number {
  return getLong(buffer, at) * 0x1_0000_0000 + getLong(buffer, at + 4);
}
