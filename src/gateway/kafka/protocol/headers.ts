/**
 * What precedes every request and response, and which form of it goes with which message. A frame is a length of four
 * bytes, then the header, then the body.
 */
import { DecodeError } from '../../../base/schema/errors.ts';
import { int16, int32, neverCompact, nullable, string } from '../../../base/schema/field.ts';
import { type Message, message } from '../../../base/schema/message.ts';
import type { Writer } from '../../../base/schema/writer.ts';

export const requestHeader = message(
  { versions: [1, 2], flexible: 2 },
  {
    requestApiKey: int16(),
    requestApiVersion: int16(),
    correlationId: int32(),
    // KIP-482 left the client id as it was, so that a broker can read it whatever the version.
    clientId: nullable(neverCompact(string())),
  },
);

export const responseHeader = message({ versions: [0, 1], flexible: 1 }, { correlationId: int32() });

const API_VERSIONS_KEY = 18;
const FIXED_HEADER_BYTES = 8;

export interface RequestStart {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

/** Reads the part of the request header that is the same in every version. Throws `DecodeError`. */
export function readRequestStart(buffer: Buffer, start: number, end: number): RequestStart {
  if (end - start < FIXED_HEADER_BYTES) throw new DecodeError('the request ends before its header does');
  return {
    apiKey: buffer.readInt16BE(start),
    apiVersion: buffer.readInt16BE(start + 2),
    correlationId: buffer.readInt32BE(start + 4),
  };
}

/** Also right for versions of a request that we don't know but that are newer than the ones we do. */
export function requestHeaderVersion(request: Message<unknown, never>, version: number): number {
  return request.isFlexible(version) ? 2 : 1;
}

/** The ApiVersions response never has the flexible header: its reader may not know the version yet (KIP-511). */
export function responseHeaderVersion(response: Message<unknown, never>, version: number): number {
  return response.isFlexible(version) && response.apiKey !== API_VERSIONS_KEY ? 1 : 0;
}

/** A whole response frame, as the buffers to write in order. */
export function encodeResponse<Body>(
  writer: Writer,
  response: Message<unknown, Body>,
  version: number,
  correlationId: number,
  body: Body,
): Buffer[] {
  writer.beginFrame();
  responseHeader.encode(writer, { correlationId }, responseHeaderVersion(response, version));
  response.encode(writer, body, version);
  return writer.finish();
}
