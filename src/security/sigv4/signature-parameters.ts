/**
 * What a request says about its signature, in the header `Authorization` or, presigned, in the query string. Refuses what is
 * incomplete; whether it is right is for the verifier to find out.
 */

import { parseAmzDate } from './amz-date.ts';
import { type SignedRequest, signedHeaderValue } from './signed-request.ts';
import { SigV4Error } from './sigv4-error.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const EXPIRES_SECONDS_MAX = 604_800;
const SIGNED_HEADERS_MAX = 100;

export interface SignatureParameters {
  readonly accessKeyId: string;
  /** `20150830/us-east-1/sqs/aws4_request` */
  readonly scope: string;
  readonly dateStamp: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
  /** `20150830T123600Z` */
  readonly date: string;
  readonly dateMs: number;
  /** How long after its date it may be used; undefined if it was made for one request. */
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
}

interface RawParameters {
  readonly credential: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
  readonly date: string | undefined;
  readonly expires?: string | undefined;
  readonly sessionToken: string | undefined;
}

/** Throws `SigV4Error`: `missing` or `incomplete`. */
export function signatureParameters(request: SignedRequest): SignatureParameters {
  const authorization = signedHeaderValue(request, 'authorization');
  if (authorization !== undefined) return parse(fromHeader(request, authorization), "the header 'Authorization'");
  const question = request.target.indexOf('?');
  const query = question === -1 ? '' : request.target.slice(question + 1);
  if (query.includes('X-Amz-')) return parse(fromQuery(query), 'the query string');
  throw new SigV4Error('missing', 'The request is not signed.');
}

function fromHeader(request: SignedRequest, authorization: string): RawParameters {
  if (!authorization.startsWith(ALGORITHM)) {
    throw new SigV4Error('incomplete', `The algorithm of the header 'Authorization' is not ${ALGORITHM}.`);
  }
  const parameters = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM.length).split(/[\s,]+/)) {
    const equals = part.indexOf('=');
    if (equals !== -1) parameters.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return {
    credential: parameters.get('Credential'),
    signedHeaders: parameters.get('SignedHeaders'),
    signature: parameters.get('Signature'),
    date: signedHeaderValue(request, 'x-amz-date'),
    sessionToken: signedHeaderValue(request, 'x-amz-security-token'),
  };
}

function fromQuery(query: string): RawParameters {
  const parameters = new URLSearchParams(query);
  const get = (name: string) => parameters.get(name) ?? undefined;
  if (get('X-Amz-Algorithm') !== ALGORITHM) {
    throw new SigV4Error('incomplete', `X-Amz-Algorithm of the query string is not ${ALGORITHM}.`);
  }
  return {
    credential: get('X-Amz-Credential'),
    signedHeaders: get('X-Amz-SignedHeaders'),
    signature: get('X-Amz-Signature'),
    date: get('X-Amz-Date'),
    expires: get('X-Amz-Expires') ?? '',
    sessionToken: get('X-Amz-Security-Token'),
  };
}

function parse(raw: RawParameters, where: string): SignatureParameters {
  const { credential, signedHeaders: signedHeaderList, signature, date, expires, sessionToken } = raw;
  if (credential === undefined) throw lacking(where, 'Credential');
  if (signedHeaderList === undefined) throw lacking(where, 'SignedHeaders');
  if (signature === undefined) throw lacking(where, 'Signature');
  const dateMs = date === undefined ? undefined : parseAmzDate(date);
  if (date === undefined || dateMs === undefined) {
    throw new SigV4Error('incomplete', 'The signature needs its date, as X-Amz-Date in the form 20150830T123600Z.');
  }
  const signedHeaders = signedHeaderList.split(';');
  if (signedHeaders.length > SIGNED_HEADERS_MAX || !signedHeaders.every((name) => name === name.toLowerCase())) {
    throw new SigV4Error('incomplete', 'SignedHeaders is not a list of header names in lower case.');
  }
  const scope = parseCredential(credential);
  return { ...scope, signedHeaders, signature, date, dateMs, expiresSeconds: parseExpires(expires), sessionToken };
}

function parseCredential(credential: string) {
  // Access keys may have slashes of their own; the scope has none.
  const parts = credential.split('/');
  const [dateStamp = '', region = '', service = '', terminator = ''] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (accessKeyId === '' || terminator !== 'aws4_request') {
    throw new SigV4Error('incomplete', 'Credential must have the form access-key-id/date/region/service/aws4_request.');
  }
  return { accessKeyId, scope: `${dateStamp}/${region}/${service}/${terminator}`, dateStamp, region, service };
}

function parseExpires(expires: string | undefined): number | undefined {
  if (expires === undefined) return undefined;
  const seconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (seconds >= 1 && seconds <= EXPIRES_SECONDS_MAX) return seconds;
  throw new SigV4Error('incomplete', `X-Amz-Expires must be from 1 to ${EXPIRES_SECONDS_MAX} seconds.`);
}

function lacking(where: string, name: string): SigV4Error {
  return new SigV4Error('incomplete', `The signature in ${where} lacks '${name}'.`);
}
