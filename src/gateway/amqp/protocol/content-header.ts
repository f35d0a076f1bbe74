/** The payload of a content header frame (AMQP 0-9-1 §4.2.6.1): class, weight, body size, properties. */
import { DecodeError } from '../../../base/schema/errors.ts';

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

export function decodeContentHeader(payload: Buffer): ContentHeader {
  if (payload.length < CONTENT_HEADER_BYTES) {
    throw new DecodeError(`a content header of ${payload.length} bytes ends before the body size does`);
  }
  return {
    classId: payload.readUInt16BE(0),
    weight: payload.readUInt16BE(2),
    bodySize: payload.readUInt32BE(4) * 0x1_0000_0000 + payload.readUInt32BE(8),
    properties: payload.subarray(CONTENT_HEADER_BYTES),
  };
}
