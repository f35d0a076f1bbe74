/**
 * The head of a request (RFC 9112), strictly: what two readers could understand differently is refused, so that nothing can be
 * hidden from a proxy in front. Lines end with CRLF, nothing is folded, a name is followed by its colon at once, the length of
 * the body is said once and in one way.
 */
import { HttpError } from './http-error.ts';
import type { HttpRequestHead } from './message.ts';

export interface RequestHead extends HttpRequestHead {
  /** Of the body; undefined: it comes in chunks. */
  readonly contentLength: number | undefined;
  /** The client waits for a word before it sends the body. */
  readonly expectsContinue: boolean;
  readonly keepAlive: boolean;
  /** The client speaks HTTP/1.0, and understands no chunks. */
  readonly isOld: boolean;
}

type Headers = Record<string, string | string[] | undefined>;

const HEADERS_MAX = 100;
const SPACE = 0x20;
const TAB = 0x09;
/** A line without controls but the tab, and so without half an end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const LINE = /^[^\0-\x08\x0a-\x1f\x7f]*$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const LENGTH = /^\d{1,15}$/;
const ABSOLUTE = /^https?:\/\/([^/?#]+)/i;
const HOST = /^[A-Za-z0-9._~%!$&'()*+,;=:[\]-]*$/;

/** Names as clients write them, checked, with their lower case: the same ones come again and again. */
const names = new Map<string, string>();
const NAMES_MAX = 512;
const NAME_CHARS_MAX = 64;

/** @param text without the empty line at its end, one character a byte. Throws `HttpError`. */
export function parseHead(text: string): RequestHead {
  const lineEnd = endOfLine(text, 0);
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.lastIndexOf(' ', lineEnd - 1);
  const method = text.slice(0, Math.max(methodEnd, 0));
  if (targetEnd <= methodEnd || methodEnd > lineEnd || !TOKEN.test(method)) {
    throw new HttpError(400, 'The first line of the request is not that of HTTP.');
  }
  const isOld = versionIsOld(text.slice(targetEnd + 1, lineEnd));
  const target = checked(text.slice(methodEnd + 1, targetEnd));
  const headers = parseHeaders(text, lineEnd + 2);
  return {
    method,
    target: originForm(target, headers),
    headers,
    contentLength: contentLengthOf(headers, isOld),
    expectsContinue: expectsContinue(headers, isOld),
    keepAlive: !isOld && !hasToken(headers.connection, 'close'),
    isOld,
  };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? text.length : end;
}

function versionIsOld(version: string): boolean {
  if (version === 'HTTP/1.1') return false;
  if (version === 'HTTP/1.0') return true;
  if (/^HTTP\/\d\.\d$/.test(version)) throw new HttpError(505, 'This server speaks HTTP/1.1.');
  throw new HttpError(400, 'The first line of the request is not that of HTTP.');
}

function parseHeaders(text: string, from: number): Headers {
  // Without a prototype: no name of a header means anything but itself.
  const headers = Object.create(null) as Headers;
  let count = 0;
  for (let at = from; at < text.length; ) {
    const lineEnd = endOfLine(text, at);
    const colon = text.indexOf(':', at);
    if (colon === -1 || colon > lineEnd) throw new HttpError(400, 'A header of the request has no colon.');
    count += 1;
    if (count > HEADERS_MAX) throw new HttpError(431, `The request has more than ${HEADERS_MAX} headers.`);
    addHeader(headers, lowerName(text.slice(at, colon)), checked(trimmed(text, colon + 1, lineEnd)));
    at = lineEnd + 2;
  }
  return headers;
}

function addHeader(headers: Headers, name: string, value: string): void {
  const known = headers[name];
  if (known === undefined) headers[name] = value;
  else if (name === 'host' || name === 'content-length' || name === 'transfer-encoding') {
    throw new HttpError(400, `The request has the header ${name} more than once.`);
  } else if (typeof known === 'string') headers[name] = [known, value];
  else known.push(value);
}

function lowerName(written: string): string {
  const known = names.get(written);
  if (known !== undefined) return known;
  if (!TOKEN.test(written)) throw new HttpError(400, 'A header of the request has a name that is none.');
  const lower = written.toLowerCase();
  if (names.size < NAMES_MAX && written.length <= NAME_CHARS_MAX) names.set(written, lower);
  return lower;
}

/** Without spaces and tabs around it. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function checked(part: string): string {
  if (LINE.test(part)) return part;
  throw new HttpError(400, 'The head of the request has characters that it must not have.');
}

function contentLengthOf(headers: Headers, isOld: boolean): number | undefined {
  const length = headers['content-length'];
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined) {
    if (length !== undefined || isOld) {
      throw new HttpError(400, 'The request says in more than one way where its body ends.', headers);
    }
    if (String(encoding).toLowerCase() !== 'chunked') {
      throw new HttpError(501, 'The only transfer coding that is understood is chunked.', headers);
    }
    return undefined;
  }
  if (length === undefined) return 0;
  if (typeof length !== 'string' || !LENGTH.test(length)) {
    throw new HttpError(400, 'The header content-length is not a number of bytes.', headers);
  }
  return Number(length);
}

function expectsContinue(headers: Headers, isOld: boolean): boolean {
  const { expect } = headers;
  if (expect === undefined || isOld) return false;
  if (String(expect).toLowerCase() === '100-continue') return true;
  throw new HttpError(417, 'The only expectation that is understood is 100-continue.', headers);
}

/** Proxies may be sent the whole address, which then says the host as well. */
function originForm(target: string, headers: Headers): string {
  const absolute = ABSOLUTE.exec(target);
  if (absolute !== null) headers.host = absolute[1];
  const path = absolute === null ? target : target.slice(absolute[0].length);
  if (path.includes(' ') || !/^[/?*]|^$/.test(path) || (path === '' && absolute === null)) {
    throw new HttpError(400, 'The first line of the request has no path.', headers);
  }
  if (headers.host === undefined || typeof headers.host !== 'string' || !HOST.test(headers.host)) {
    throw new HttpError(400, 'The request does not say, in a header host, whom it is meant for.', headers);
  }
  return path.startsWith('/') || path === '*' ? path : `/${path}`;
}

function hasToken(value: string | string[] | undefined, token: string): boolean {
  if (value === undefined) return false;
  return String(value)
    .toLowerCase()
    .split(',')
    .some((part) => part.trim() === token);
}
