/** Writes single values into a buffer that has room for them; each returns where it stopped. Big-endian. */

/** Up to this size a loop beats the call into native code. */
const LOOP_BYTES_MAX = 48;

export function putLong(buffer: Buffer, at: number, value: number): number {
  buffer[at] = value >> 24;
  buffer[at + 1] = value >> 16;
  buffer[at + 2] = value >> 8;
  buffer[at + 3] = value;
  return at + 4;
}

/** `value` is a safe integer and not negative. */
export function putLonglong(buffer: Buffer, at: number, value: number): number {
  putLong(buffer, at, Math.floor(value / 0x1_0000_0000));
  return putLong(buffer, at + 4, value | 0);
}

export function putBytes(buffer: Buffer, at: number, bytes: Buffer): number {
  const { length } = bytes;
  if (length > LOOP_BYTES_MAX) buffer.set(bytes, at);
  else for (let i = 0; i < length; i++) buffer[at + i] = bytes[i] ?? 0;
  return at + length;
}
