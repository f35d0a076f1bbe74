/** Writes single values into a buffer that has room for them; each returns where it stopped. Big-endian. */
import { EncodeError } from '../../../base/schema/errors.ts';

const SHORTSTR_BYTES_MAX = 255;
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

/** The room must be for three bytes per character. Throws `EncodeError` beyond 255 bytes. */
export function putShortstr(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length <= LOOP_BYTES_MAX) {
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) break;
      buffer[at + 1 + i] = code;
    }
    if (i === length) {
      buffer[at] = length;
      return at + 1 + length;
    }
  }
  const bytes = buffer.write(text, at + 1, 'utf8');
  if (bytes > SHORTSTR_BYTES_MAX) throw tooLong(bytes);
  buffer[at] = bytes;
  return at + 1 + bytes;
}

/** A short string as it is sent: what is sent often is encoded once. Throws `EncodeError` beyond 255 bytes. */
export function encodeShortstr(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  if (bytes > SHORTSTR_BYTES_MAX) throw tooLong(bytes);
  const buffer = Buffer.alloc(1 + bytes);
  putShortstr(buffer, 0, text);
  return buffer;
}

function tooLong(bytes: number): EncodeError {
  return new EncodeError(`a short string of ${bytes} bytes does not fit: the most is ${SHORTSTR_BYTES_MAX}`);
}
