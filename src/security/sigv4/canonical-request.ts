/**
 * The canonical form of a request, which both sides sign: the same bytes whatever proxies and libraries did to the spelling
 * of the path, the query string and the headers. This is the form for all services but S3: the path is encoded once more than
 * it was sent.
 */

import { type SignedRequest, signedHeaderValue } from './signed-request.ts';
import { SigV4Error } from './sigv4-error.ts';

const SIGNATURE_PARAMETER = 'X-Amz-Signature';

/** @param payloadHash hexadecimal SHA-256 of the body, or the word that stands for it. */
export function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const { method, target } = request;
  const question = target.indexOf('?');
  const path = question === -1 ? target : target.slice(0, question);
  const query = question === -1 ? '' : target.slice(question + 1);
  let headers = '';
  for (const name of signedHeaders) {
    const value = signedHeaderValue(request, name);
    if (value === undefined)
      throw new SigV4Error('incomplete', `The request has no header '${name}', which is signed.`);
    headers += `${name}:${value}\n`;
  }
  return `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n${headers}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/';
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encoded(segment));
  }
  const end = path.endsWith('/') && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs: [name: string, value: string][] = [];
  for (const parameter of query.split('&')) {
    const equals = parameter.indexOf('=');
    const name = recoded(equals === -1 ? parameter : parameter.slice(0, equals));
    const value = equals === -1 ? '' : recoded(parameter.slice(equals + 1));
    if (name !== '' && name !== SIGNATURE_PARAMETER) pairs.push([name, value]);
  }
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same text in the one encoding that signatures know. */
function recoded(text: string): string {
  if (!text.includes('%')) return encoded(text);
  try {
    return encoded(decodeURIComponent(text));
  } catch {
    throw new SigV4Error('incomplete', 'The query string is not encoded as it must be.');
  }
}

/** Everything but the unreserved characters of RFC 3986 becomes `%XX`. */
function encoded(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  // Lone surrogates have no encoding; no client sends them.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
