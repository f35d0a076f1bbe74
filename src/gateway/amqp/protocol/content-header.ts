/** The payload of a content header frame (AMQP 0-9-1 §4.2.6.1): class, weight, body size, properties. */
import { DecodeError } from '../../../base/schema/errors.ts';
import { getLong, getLonglong, getShort } from './get.ts';

/** Class, weight and body size, which the properties follow. */
export const CONTENT_HEADER_BYTES = 12;

export interface ContentHeader {
  readonly classId: number;
  /** Always 0 in AMQP 0-9-1. */
  readonly weight: number;
  /** Rounded beyond 2^53, which no body reaches. */
  readonly bodySize: number;
  /** A slice of the frame, unchecked: `PropertiesReader` checks it. */
  readonly properties: Buffer;
}

/** Decodes `[start, end)`, the payload of a content header frame. Throws `DecodeError`. */
export function decodeContentHeader(buffer: Buffer, start: number, end: number): ContentHeader {
  if (end - start < CONTENT_HEADER_BYTES) throw truncated(start, end);
  return {
    classId: getShort(buffer, start),
    weight: getShort(buffer, start + 2),
    bodySize: getLonglong(buffer, start + 4),
    properties: buffer.subarray(start + CONTENT_HEADER_BYTES, end),
  };
}

/**
 * The body size of the header in `[start, end)`, whose properties begin at `start + CONTENT_HEADER_BYTES`. Makes nothing, unlike
 * `decodeContentHeader`. Throws `DecodeError`.
 */
export function contentBodySize(buffer: Buffer, start: number, end: number): number {
  if (end - start < CONTENT_HEADER_BYTES) throw truncated(start, end);
  return getLonglong(buffer, start + 4);
}

/** Of a header that has been found long enough: the class in the upper half, the weight in the lower. */
export function contentClassAndWeight(buffer: Buffer, start: number): number {
  return getLong(buffer, start);
}

function truncated(start: number, end: number): DecodeError {
  return new DecodeError(`a content header of ${end - start} bytes ends before the body size does`);
}
