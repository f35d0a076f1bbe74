/**
 * The body of a JSON request as the value it stands for. Refuses bytes that are not UTF-8, which would otherwise become other
 * text on their way, and JSON with more structure than a request can need: a few bytes of it cost many in memory.
 */
import { isUtf8 } from 'node:buffer';
import { malformed } from './decode-runtime.ts';
import { JSON_TOKENS_MAX } from './limits.ts';

/** JSON of up to this size cannot hold enough structure to hurt. */
const UNCOUNTED_BYTES_MAX = 2 * JSON_TOKENS_MAX;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/** Throws `AwsError`. An empty body is an empty object. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  if (!isUtf8(body)) throw malformed('The body of the request is not UTF-8.');
  if (body.length > UNCOUNTED_BYTES_MAX && hasTooMuchStructure(body)) {
    throw malformed(`The body of the request has more than ${JSON_TOKENS_MAX} values.`);
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw malformed('The body of the request is not JSON.');
  }
}

/** Strings are skipped by searching for their end, so that a large message costs little. */
function hasTooMuchStructure(body: Buffer): boolean {
  let tokens = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = endOfString(body, at + 1);
      if (at === -1) return false;
    } else if (byte === COMMA || byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      tokens++;
      if (tokens > JSON_TOKENS_MAX) return true;
    }
  }
  return false;
}

/** The position of the quote that ends the string; -1 if none does. */
function endOfString(body: Buffer, start: number): number {
  for (let quote = body.indexOf(QUOTE, start); quote !== -1; quote = body.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0;
    while (quote - backslashes > start && body[quote - backslashes - 1] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote;
  }
  return -1;
}
