/**
 * Batches from records whose headers are encoded already: the way from messages to a partition, where many records have
 * the same headers. The records have one timestamp, no producer, and offsets without gaps; nothing is compressed.
 */
import { sizeOfVarint, writeVarint } from '../base/varint.ts';
import {
  BATCH_HEADER_BYTES,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  writeBatchHeader,
} from './batch.ts';
import type { RecordHeader } from './records.ts';

export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** As `encodeHeaders` gives them. */
  readonly headers: Buffer;
}

/** Attributes and the difference to the batch's timestamp, which is 0. */
const FIXED_BYTES = 2;

/** What a record takes in a batch at that place, its length included. */
export function rawRecordBytes(record: RawRecord, offsetDelta: number): number {
  const bodyBytes = bodyBytesOf(record, offsetDelta);
  return sizeOfVarint(bodyBytes) + bodyBytes;
}

function bodyBytesOf({ key, value, headers }: RawRecord, offsetDelta: number): number {
  return FIXED_BYTES + sizeOfVarint(offsetDelta) + bytesOf(key) + bytesOf(value) + headers.length;
}

/** A batch of its own memory. @param recordsBytes the sum of their `rawRecordBytes` */
export function buildRawBatch(records: readonly RawRecord[], recordsBytes: number, timestampMs: number): Buffer {
  const batch = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + recordsBytes);
  let at = BATCH_HEADER_BYTES;
  for (let i = 0; i < records.length; i += 1) at = writeRecord(batch, at, records[i] as RawRecord, i);
  writeBatchHeader(batch, {
    baseOffset: 0,
    leaderEpoch: NO_LEADER_EPOCH,
    compression: 'none',
    timestampType: 'CreateTime',
    transactional: false,
    control: false,
    deleteHorizon: false,
    lastOffsetDelta: records.length - 1,
    baseTimestamp: timestampMs,
    maxTimestamp: timestampMs,
    producerId: NO_PRODUCER_ID,
    producerEpoch: NO_PRODUCER_EPOCH,
    baseSequence: NO_SEQUENCE,
    recordCount: records.length,
  });
  return batch;
}

function writeRecord(batch: Buffer, start: number, record: RawRecord, offsetDelta: number): number {
  let at = writeVarint(batch, start, bodyBytesOf(record, offsetDelta));
  batch[at++] = 0; // attributes, unused by the format
  batch[at++] = 0; // timestamp delta
  at = writeVarint(batch, at, offsetDelta);
  at = writeBytes(batch, at, record.key);
  at = writeBytes(batch, at, record.value);
  return at + record.headers.copy(batch, at);
}

/** A record's list of headers with its count in front. */
export function encodeHeaders(headers: readonly RecordHeader[]): Buffer {
  let bytes = sizeOfVarint(headers.length);
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key);
    bytes += sizeOfVarint(keyBytes) + keyBytes + bytesOf(value);
  }
  const encoded = Buffer.allocUnsafeSlow(bytes);
  let at = writeVarint(encoded, 0, headers.length);
  for (const { key, value } of headers) {
    at = writeVarint(encoded, at, Buffer.byteLength(key));
    at += encoded.write(key, at);
    at = writeBytes(encoded, at, value);
  }
  return encoded;
}

function bytesOf(bytes: Buffer | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

function writeBytes(target: Buffer, start: number, bytes: Buffer | null): number {
  if (bytes === null) return writeVarint(target, start, -1);
  const at = writeVarint(target, start, bytes.length);
  return at + bytes.copy(target, at);
}
