/** What generated decoders call: one function per kind of value, and the errors for values of another kind. */
import { AwsError, missingParameter } from './aws-error.ts';
import { BATCH_ENTRIES_MAX, ENTRIES_MAX } from './limits.ts';

export type DecodeElement = (value: unknown, listName: string, index: number) => unknown;

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Numbers and booleans are taken as the text they were written as, which is what the service does. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return unexpected(value);
}

function integer(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= INT32_MIN && value <= INT32_MAX) return value;
  if (typeof value === 'object') return unexpected(value);
  const found = typeof value === 'string' ? 'STRING_VALUE' : typeof value === 'number' ? 'NUMBER_VALUE' : 'VALUE';
  throw malformed(`${found} can not be converted to an Integer`);
}

function blob(value: unknown): Buffer {
  const encoded = text(value);
  if (!BASE64.test(encoded)) throw malformed('The value of a blob is not base64.');
  return Buffer.from(encoded, 'base64');
}

function list(value: unknown, decode: DecodeElement, listName: string, isBatch: boolean): unknown[] {
  if (!Array.isArray(value)) return unexpected(value);
  const count = value.length;
  if (isBatch && count > BATCH_ENTRIES_MAX) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${BATCH_ENTRIES_MAX}. You have sent ${count}.`,
    );
  }
  if (count > ENTRIES_MAX) throw tooMany(listName);
  const decoded: unknown[] = [];
  for (let i = 0; i < count; i++) decoded.push(decode(value[i], listName, i + 1));
  return decoded;
}

/** Entries whose value is null are left out, as members are. */
function map(value: unknown, decode: DecodeElement, mapName: string): Map<string, unknown> {
  const source = object(value);
  const decoded = new Map<string, unknown>();
  let count = 0;
  // What JSON.parse and Query give has no enumerable members but its own.
  for (const key in source) {
    if (++count > ENTRIES_MAX) throw tooMany(mapName);
    const entry = source[key];
    if (entry !== null) decoded.set(key, decode(entry, mapName, count));
  }
  return decoded;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return unexpected(value);
  return value as Record<string, unknown>;
}

/** @param index of the list that the structure is in, from 1; 0 if it is in none. */
function missing(listName: string, index: number, name: string): never {
  throw missingParameter(index === 0 ? name : `${listName}.${index}.${name}`);
}

function unexpected(value: unknown): never {
  const found = value === null ? 'Null' : typeof value !== 'object' ? 'A scalar' : undefined;
  if (found !== undefined) throw malformed(`${found} was found where not expected.`);
  throw malformed(`Start of ${Array.isArray(value) ? 'list' : 'structure or map'} found where not expected.`);
}

function tooMany(name: string): AwsError {
  return new AwsError('InvalidParameterValueException', `There are more than ${ENTRIES_MAX} of ${name}.`);
}

export function malformed(message: string): AwsError {
  return new AwsError('SerializationException', message);
}

export const decodeRuntime = { text, integer, blob, list, map, object, missing };
