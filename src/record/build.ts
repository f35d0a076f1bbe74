/**
 * Builds batches: for compaction (which keeps offset gaps, and batches without records), control batches and tests.
 * What it is given is ours, so it asserts instead of refusing.
 */
import { assert } from '../base/assert.ts';
import { sizeOfVarint, writeVarint } from '../base/varint.ts';
import {
  BATCH_HEADER_BYTES,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  type TimestampType,
  writeBatchHeader,
} from './batch.ts';
import type { Codec } from './codec.ts';
import { noneCodec } from './compression.ts';
import type { RecordHeader } from './records.ts';

export interface RecordSpec {
  /** Counts from the base offset; strictly increasing, gaps are legal. */
  readonly offsetDelta: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly RecordHeader[];
}

export interface BatchSpec {
  readonly baseOffset: number;
  readonly records: readonly RecordSpec[];
  /** By default that of the last record. Larger when compaction removed the last records. */
  readonly lastOffsetDelta?: number | undefined;
  /** From `loadCodec`; by default the records are not compressed. */
  readonly codec?: Codec | undefined;
  readonly leaderEpoch?: number | undefined;
  readonly producerId?: number | undefined;
  readonly producerEpoch?: number | undefined;
  readonly baseSequence?: number | undefined;
  readonly transactional?: boolean | undefined;
  readonly control?: boolean | undefined;
  readonly timestampType?: TimestampType | undefined;
  /** By default that of the first record. */
  readonly baseTimestamp?: number | undefined;
  /** By default the largest of the records. */
  readonly maxTimestamp?: number | undefined;
  /** KIP-534; takes the place of the base timestamp. */
  readonly deleteHorizonMs?: number | undefined;
}

export function buildBatch(spec: BatchSpec): Buffer {
  const { records } = spec;
  const last = records.at(-1);
  const lastOffsetDelta = spec.lastOffsetDelta ?? last?.offsetDelta;
  assert(lastOffsetDelta !== undefined, 'a batch without records needs its lastOffsetDelta');
  assert(last === undefined || lastOffsetDelta >= last.offsetDelta, 'lastOffsetDelta lies before the last record');
  const baseTimestamp = spec.deleteHorizonMs ?? spec.baseTimestamp ?? records[0]?.timestampMs ?? NO_TIMESTAMP;
  const codec = records.length === 0 ? noneCodec : (spec.codec ?? noneCodec);
  const batch = withRecords(records, baseTimestamp, codec);
  writeBatchHeader(batch, {
    baseOffset: spec.baseOffset,
    leaderEpoch: spec.leaderEpoch ?? NO_LEADER_EPOCH,
    compression: codec.compression,
    timestampType: spec.timestampType ?? 'CreateTime',
    transactional: spec.transactional ?? false,
    control: spec.control ?? false,
    deleteHorizon: spec.deleteHorizonMs !== undefined,
    lastOffsetDelta,
    baseTimestamp,
    maxTimestamp: spec.maxTimestamp ?? largestTimestamp(records),
    producerId: spec.producerId ?? NO_PRODUCER_ID,
    producerEpoch: spec.producerEpoch ?? NO_PRODUCER_EPOCH,
    baseSequence: spec.baseSequence ?? NO_SEQUENCE,
    recordCount: records.length,
  });
  return batch;
}

/** A buffer with room for the header, and the encoded records behind it. */
function withRecords(records: readonly RecordSpec[], baseTimestamp: number, codec: Codec): Buffer {
  const bodySizes = records.map((record) => recordBodySize(record, baseTimestamp));
  const size = bodySizes.reduce((sum, bodySize) => sum + sizeOfVarint(bodySize) + bodySize, 0);
  const batch = Buffer.allocUnsafe(BATCH_HEADER_BYTES + size);
  let at = BATCH_HEADER_BYTES;
  let offsetDelta = -1;
  records.forEach((record, index) => {
    assert(record.offsetDelta > offsetDelta, 'the offset deltas of a batch must increase');
    offsetDelta = record.offsetDelta;
    at = writeVarint(batch, at, bodySizes[index] as number);
    at = writeRecordBody(batch, at, record, baseTimestamp);
  });
  assert(at === batch.length, 'the sizes of the records do not agree with their bytes');
  if (codec.compression === 'none') return batch;
  return Buffer.concat([batch.subarray(0, BATCH_HEADER_BYTES), codec.compress(batch.subarray(BATCH_HEADER_BYTES))]);
}

function recordBodySize(record: RecordSpec, baseTimestamp: number): number {
  const headers = record.headers ?? [];
  let size = 1 + sizeOfVarint(record.timestampMs - baseTimestamp) + sizeOfVarint(record.offsetDelta);
  size += sizeOfNullable(record.key) + sizeOfNullable(record.value) + sizeOfVarint(headers.length);
  for (const { key, value } of headers) {
    const keySize = Buffer.byteLength(key);
    size += sizeOfVarint(keySize) + keySize + sizeOfNullable(value);
  }
  return size;
}

function writeRecordBody(batch: Buffer, start: number, record: RecordSpec, baseTimestamp: number): number {
  const headers = record.headers ?? [];
  let at = start;
  batch[at++] = 0; // attributes, unused by the format
  at = writeVarint(batch, at, record.timestampMs - baseTimestamp);
  at = writeVarint(batch, at, record.offsetDelta);
  at = writeNullable(batch, at, record.key);
  at = writeNullable(batch, at, record.value);
  at = writeVarint(batch, at, headers.length);
  for (const { key, value } of headers) {
    at = writeNullable(batch, at, Buffer.from(key));
    at = writeNullable(batch, at, value);
  }
  return at;
}

function sizeOfNullable(bytes: Buffer | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

function writeNullable(batch: Buffer, start: number, bytes: Buffer | null): number {
  if (bytes === null) return writeVarint(batch, start, -1);
  const at = writeVarint(batch, start, bytes.length);
  batch.set(bytes, at);
  return at + bytes.length;
}

function largestTimestamp(records: readonly RecordSpec[]): number {
  return records.reduce((largest, { timestampMs }) => Math.max(largest, timestampMs), NO_TIMESTAMP);
}
