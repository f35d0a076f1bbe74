/** What generated decoders call besides reading bytes. */
import { isUtf8 } from 'node:buffer';
import { DecodeError } from '../../../base/schema/errors.ts';
import { decodeFieldTable } from '../../../message/field-table-codec.ts';
import { shortString } from './string-cache.ts';

function shortstr(buffer: Buffer, start: number, length: number, where: string): string {
  return shortString(buffer, start, length) ?? notUtf8(where);
}

function text(buffer: Buffer, start: number, end: number, where: string): string {
  if (!isUtf8(buffer.subarray(start, end))) notUtf8(where);
  return buffer.toString('utf8', start, end);
}

function notUtf8(where: string): never {
  throw new DecodeError(`${where} is not UTF-8`);
}

function truncated(where: string): never {
  throw new DecodeError(`${where}: the frame ends before the argument does`);
}

function trailing(name: string, bytes: number): never {
  throw new DecodeError(`${name}: ${bytes} bytes follow the last argument`);
}

export const decodeRuntime = { shortstr, text, truncated, trailing, decodeFieldTable };
