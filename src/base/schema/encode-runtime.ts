/** What generated encoders call besides the writer: failing, and attaching record batches. */
import { EncodeError } from './errors.ts';
import type { Writer } from './writer.ts';

function illegal(path: string, value: unknown): never {
  throw new EncodeError(`${path}: ${describe(value)} does not fit the field's type`);
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : String(value);
}

function recordsBytes(value: unknown, path: string): number {
  if (value instanceof Uint8Array) return value.length;
  if (!Array.isArray(value)) return illegal(path, value);
  let bytes = 0;
  for (const part of value) bytes += part instanceof Uint8Array ? part.length : illegal(path, part);
  return bytes;
}

function attachRecords(writer: Writer, value: Buffer | readonly Buffer[]): void {
  if (value instanceof Uint8Array) writer.attach(value);
  else for (const part of value) writer.attach(part);
}

export const encodeRuntime = { illegal, recordsBytes, attachRecords };
