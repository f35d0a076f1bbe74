/** What generated decoders call besides reading bytes. */
import { isUtf8 } from 'node:buffer';
import { DecodeError } from '../../../base/schema/errors.ts';
import { decodeFieldTable } from '../../../message/field-table-codec.ts';
import { knownString } from './string-cache.ts';

/** `[start, start + length)` lies within the buffer. */
function shortString(buffer: Buffer, start: number, length: number, where: string): string {
  return knownString(buffer, start, length) ?? text(buffer, start, start + length, where);
}

function text(buffer: Buffer, start: number, end: number, where: string): string {
  if (!isUtf8(buffer.subarray(start, end))) throw new DecodeError(`${where} is not UTF-8`);
  return buffer.toString('utf8', start, end);
}

function truncated(where: string): never {
  throw new DecodeError(`${where}: the frame ends before the argument does`);
}

function trailing(name: string, bytes: number): never {
  throw new DecodeError(`${name}: ${bytes} bytes follow the last argument`);
}

export const decodeRuntime = { shortString, text, truncated, trailing, decodeFieldTable };
