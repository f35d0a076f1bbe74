/** What generated encoders call: one function per type, which checks the value and writes it. */
import { EncodeError } from '../../../base/schema/errors.ts';
import type { FieldTable } from '../../../message/field-table.ts';
import type { SlabWriter } from './slab-writer.ts';

function bit(value: unknown, where: string): number {
  if (typeof value !== 'boolean') return illegal(where, value);
  return value ? 1 : 0;
}

function octet(writer: SlabWriter, value: number, where: string): void {
  if ((value & 0xff) !== value) illegal(where, value);
  writer.octet(value);
}

function short(writer: SlabWriter, value: number, where: string): void {
  if ((value & 0xffff) !== value) illegal(where, value);
  writer.short(value);
}

function long(writer: SlabWriter, value: number, where: string): void {
  if (value >>> 0 !== value) illegal(where, value);
  writer.long(value);
}

function longlong(writer: SlabWriter, value: number, where: string): void {
  if (!Number.isSafeInteger(value) || value < 0) illegal(where, value);
  writer.longlong(value);
}

function shortstr(writer: SlabWriter, value: string, where: string): void {
  if (typeof value !== 'string' || Buffer.byteLength(value) > 0xff) illegal(where, value);
  writer.shortstr(value);
}

function longstr(writer: SlabWriter, value: string, where: string): void {
  if (typeof value !== 'string') illegal(where, value);
  writer.longstr(value);
}

function opaque(writer: SlabWriter, value: Buffer, where: string): void {
  if (!(value instanceof Uint8Array)) illegal(where, value);
  writer.long(value.length);
  writer.raw(value);
}

function table(writer: SlabWriter, value: FieldTable, where: string): void {
  if (!(value instanceof Map)) illegal(where, value);
  writer.table(value);
}

function illegal(where: string, value: unknown): never {
  const shown = typeof value === 'string' ? `'${value.slice(0, 40)}'` : typeof value === 'object' ? 'an object' : value;
  throw new EncodeError(`${where}: ${String(shown)} does not fit the argument's type`);
}

export const encodeRuntime = { bit, octet, short, long, longlong, shortstr, longstr, opaque, table };
