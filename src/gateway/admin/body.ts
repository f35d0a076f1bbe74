/**
 * Reads the JSON bodies of requests. Refuses what is no JSON, no object, or not of the type a key should have, in RabbitMQ's words
 * where it has some. Clients of shell scripts send numbers and booleans as texts; those are taken.
 */
import { type ApiError, badRequest } from './api-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = {};

/** Nothing at all and `null` are an empty object. @throws ApiError 400 */
export function bodyFields(body: Buffer): Fields {
  if (body.length === 0) return NONE;
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw badRequest('not_json');
  }
  if (value === null) return NONE;
  if (typeof value === 'string') {
    throw badRequest('invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?');
  }
  if (!isFields(value)) throw badRequest('not_json');
  return value;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key, undefined if it is not there: never what objects inherit. */
export function field(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** @throws ApiError 400 that names all that are missing */
export function requireKeys(fields: Fields, ...keys: readonly string[]): void {
  const missing = keys.filter((key) => field(fields, key) === undefined);
  if (missing.length > 0) throw badRequest(`[${missing.map((key) => `{key_missing,${key}}`).join(',')}]`);
}

export function booleanField(fields: Fields, key: string, otherwise: boolean): boolean {
  const value = field(fields, key);
  if (value === undefined) return otherwise;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw wrongType(key, 'a boolean', value);
}

export function integerField(fields: Fields, key: string): number | undefined {
  const value = field(fields, key);
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw wrongType(key, 'an integer', value);
  return number;
}

/** A number that is one, as RabbitMQ insists on where limits and priorities are set. */
export function numberField(fields: Fields, key: string): number | undefined {
  const value = field(fields, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw badRequest(`${key} should be a number, actually was ${shown(value)}`);
  return value;
}

export function textField(fields: Fields, key: string): string | undefined {
  const value = field(fields, key);
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(key, 'a text', value);
}

/** A text that must be there. @throws ApiError 400 */
export function requiredText(fields: Fields, key: string): string {
  requireKeys(fields, key);
  return textField(fields, key) ?? '';
}

export function objectField(fields: Fields, key: string): Fields | undefined {
  const value = field(fields, key);
  if (value === undefined) return undefined;
  // An empty list is how some clients write an empty object.
  if (Array.isArray(value) && value.length === 0) return NONE;
  if (!isFields(value)) throw wrongType(key, 'an object', value);
  return value;
}

/** A list, or one text with commas. */
export function tagsField(fields: Fields, key: string): string[] | undefined {
  const value = field(fields, key);
  if (value === undefined) return undefined;
  const tags: readonly unknown[] =
    typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [value];
  if (!tags.every((tag) => typeof tag === 'string')) throw wrongType(key, 'a list of texts', value);
  return tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
}

const SHOWN_CHARS_MAX = 100;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}

function wrongType(key: string, expected: string, value: unknown): ApiError {
  return badRequest(`${key} should be ${expected}, actually was ${shown(value)}`);
}
