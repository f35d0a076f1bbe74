/**
 * The records inside a batch. Decoding is lazy and, for uncompressed batches, free of copies: keys and values are views
 * into the batch and keep it in memory. Refuses (`record_invalid`) records whose lengths do not add up or whose offsets
 * leave the batch's range.
 */
import {
  BATCH_HEADER_BYTES,
  baseTimestamp,
  compressionType,
  lastOffsetDelta,
  maxTimestamp,
  readBaseOffset,
  recordCount,
  TIMESTAMP_MAGNITUDE_MS_MAX,
  timestampType,
} from './batch.ts';
import { loadCodec } from './compression.ts';
import { invalid, RecordCursor } from './cursor.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

export interface BatchRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** `null` is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** A record cannot be shorter: six fields of one byte behind a length of one byte. */
export const RECORD_BYTES_MIN = 7;
const HEADER_BYTES_MIN = 2;
const NO_HEADERS: readonly RecordHeader[] = [];

/**
 * The encoded records of a batch, decompressed. Answers without a promise when the codec is loaded.
 * @param bytesMax refuses (`record_too_large`) to decompress to more than this; ignored for uncompressed batches.
 */
export function recordBytes(batch: Buffer, bytesMax: number): Buffer | Promise<Buffer> {
  const bytes = batch.subarray(BATCH_HEADER_BYTES);
  const compression = compressionType(batch);
  if (compression === 'none') return bytes;
  if (compression === undefined) throw invalid('its compression is unknown');
  // A batch that compaction emptied has nothing to decompress, not even a codec's header.
  if (recordCount(batch) === 0) return bytes;
  const codec = loadCodec(compression);
  return codec instanceof Promise
    ? codec.then((it) => it.decompress(bytes, bytesMax))
    : codec.decompress(bytes, bytesMax);
}

/** All records at once, for callers that bound `bytesMax` tightly. Answers without a promise when the codec is loaded. */
export function readRecords(batch: Buffer, bytesMax: number): BatchRecord[] | Promise<BatchRecord[]> {
  const bytes = recordBytes(batch, bytesMax);
  return bytes instanceof Promise
    ? bytes.then((it) => [...decodeRecords(batch, it)])
    : [...decodeRecords(batch, bytes)];
}

/** @param bytes what `recordBytes` gave for this batch. */
export function* decodeRecords(batch: Buffer, bytes: Buffer): Generator<BatchRecord, void, undefined> {
  const count = checkedRecordCount(batch, bytes);
  const cursor = new RecordCursor(bytes, 0, bytes.length);
  const appendTimeMs = timestampType(batch) === 'LogAppendTime' ? maxTimestamp(batch) : undefined;
  const baseOffset = readBaseOffset(batch);
  const baseTimestampMs = baseTimestamp(batch);
  const deltaMax = lastOffsetDelta(batch);
  for (let i = 0; i < count; i++) {
    const end = enterRecord(cursor);
    cursor.skip(1); // attributes, unused by the format
    const timestampMs = checkedTimestamp(baseTimestampMs + cursor.varlong());
    const offsetDelta = cursor.varint();
    if (offsetDelta < 0 || offsetDelta > deltaMax) throw invalid('a record lies outside of its offsets');
    const key = nullableSlice(cursor, 'key');
    const value = nullableSlice(cursor, 'value');
    const headers = decodeHeaders(cursor);
    leaveRecord(cursor, end);
    yield { offset: baseOffset + offsetDelta, timestampMs: appendTimeMs ?? timestampMs, key, value, headers };
  }
  if (cursor.at !== bytes.length) throw invalid('bytes follow the last record');
}

/** The record count, once it is known to be possible for `bytes`. */
export function checkedRecordCount(batch: Buffer, bytes: Buffer): number {
  const count = recordCount(batch);
  if (count < 0 || count * RECORD_BYTES_MIN > bytes.length) throw invalid(`it cannot hold ${count} records`);
  return count;
}

export function checkedTimestamp(timestampMs: number): number {
  if (Math.abs(timestampMs) > TIMESTAMP_MAGNITUDE_MS_MAX) throw invalid(`a record has timestamp ${timestampMs}`);
  return timestampMs;
}

/** Narrows the cursor to the record that begins here; gives the end to restore with `leaveRecord`. */
export function enterRecord(cursor: RecordCursor): number {
  const length = cursor.length('record');
  const end = cursor.end;
  if (length > end - cursor.at) throw invalid('the last record is cut off');
  cursor.end = cursor.at + length;
  return end;
}

export function leaveRecord(cursor: RecordCursor, end: number): void {
  if (cursor.at !== cursor.end) throw invalid('a record is longer than its fields');
  cursor.end = end;
}

export function nullableSlice(cursor: RecordCursor, what: string): Buffer | null {
  const length = cursor.nullableLength(what);
  return length < 0 ? null : cursor.slice(length);
}

export function headerCount(cursor: RecordCursor): number {
  const count = cursor.length('list of headers');
  if (count * HEADER_BYTES_MIN > cursor.end - cursor.at) throw invalid(`a record cannot hold ${count} headers`);
  return count;
}

export function decodeHeaders(cursor: RecordCursor): readonly RecordHeader[] {
  const count = headerCount(cursor);
  if (count === 0) return NO_HEADERS;
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) {
    const key = cursor.slice(cursor.length('header key')).toString('utf8');
    headers.push({ key, value: nullableSlice(cursor, 'header value') });
  }
  return headers;
}
