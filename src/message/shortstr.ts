/** AMQP short strings: one byte of length, then UTF-8 (AMQP 0-9-1 §4.2.5.3). */
import { EncodeError } from '../base/schema/errors.ts';

export const SHORTSTR_BYTES_MAX = 255;
/** Up to this size a loop beats the call into native code. */
const LOOP_BYTES_MAX = 48;

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
  const buffer = Buffer.alloc(shortstrBytes(text));
  putShortstr(buffer, 0, text);
  return buffer;
}

/** What a short string takes. Throws `EncodeError` beyond 255 bytes of text. */
export function shortstrBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  if (bytes > SHORTSTR_BYTES_MAX) throw tooLong(bytes);
  return 1 + bytes;
}

function tooLong(bytes: number): EncodeError {
  return new EncodeError(`a short string of ${bytes} bytes does not fit: the most is ${SHORTSTR_BYTES_MAX}`);
}
