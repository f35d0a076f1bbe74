/**
 * The header of a record batch, format v2 ("magic 2"), read and patched in place in the bytes a client sent. A batch is
 * the `Buffer` from its base offset to its last record; nothing here allocates per batch.
 *
 * Invariants: callers pass a buffer of at least `BATCH_HEADER_BYTES`, which `validate.ts` establishes for client bytes.
 * The CRC covers everything from the attributes on, so base offset and leader epoch can be patched without touching it.
 */
import { crc32c } from '../base/crc32c.ts';
import { DomainError } from '../base/errors.ts';

const BASE_OFFSET = 0;
const BATCH_LENGTH = 8;
const LEADER_EPOCH = 12;
const MAGIC = 16;
const CRC = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const BASE_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const PRODUCER_ID = 43;
const PRODUCER_EPOCH = 51;
const BASE_SEQUENCE = 53;
const RECORD_COUNT = 57;

/** Bytes before the first record. */
export const BATCH_HEADER_BYTES = 61;
/** Base offset and batch length: what the batch length does not count. */
export const BATCH_LENGTH_OVERHEAD = 12;
/** The shortest prefix that tells the format of a batch. */
export const BATCH_MAGIC_PREFIX_BYTES = MAGIC + 1;
export const MAGIC_V2 = 2;

export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_TIMESTAMP = -1;
export const NO_LEADER_EPOCH = -1;

/**
 * Timestamps are kept within this of the Unix epoch, some 71,000 years, so that the difference of any two is a delta
 * that a record can hold and a number can carry exactly.
 */
export const TIMESTAMP_MAGNITUDE_MS_MAX = 2 ** 51 - 1;

const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
const DELETE_HORIZON_BIT = 0x40;

/** In the order of their ids on the wire; the names are those of the topic setting `compression.type`. */
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];
/** The values of the topic setting `message.timestamp.type`. */
export type TimestampType = 'CreateTime' | 'LogAppendTime';

const SEQUENCE_MAX = 2 ** 31 - 1;

export function readBaseOffset(batch: Buffer): number {
  return readInt64(batch, BASE_OFFSET);
}

/** The length field: bytes after it. The whole batch is `BATCH_LENGTH_OVERHEAD` longer. */
export function readBatchLength(batch: Buffer): number {
  return batch.readInt32BE(BATCH_LENGTH);
}

export function readLeaderEpoch(batch: Buffer): number {
  return batch.readInt32BE(LEADER_EPOCH);
}

export function readMagic(batch: Buffer): number {
  return batch.readInt8(MAGIC);
}

export function readCrc(batch: Buffer): number {
  return batch.readUInt32BE(CRC);
}

/** The checksum that `readCrc` should give. */
export function computeCrc(batch: Buffer): number {
  return crc32c(batch.subarray(ATTRIBUTES));
}

function readAttributes(batch: Buffer): number {
  return batch.readInt16BE(ATTRIBUTES);
}

/** `undefined` for an id that the format does not define. */
export function compressionType(batch: Buffer): Compression | undefined {
  return COMPRESSIONS[readAttributes(batch) & COMPRESSION_MASK];
}

export function isTransactional(batch: Buffer): boolean {
  return (readAttributes(batch) & TRANSACTIONAL_BIT) !== 0;
}

export function isControlBatch(batch: Buffer): boolean {
  return (readAttributes(batch) & CONTROL_BIT) !== 0;
}

export function timestampType(batch: Buffer): TimestampType {
  return (readAttributes(batch) & LOG_APPEND_TIME_BIT) !== 0 ? 'LogAppendTime' : 'CreateTime';
}

/** Whether the base timestamp is the delete horizon (KIP-534): the time from which tombstones may be dropped. */
export function hasDeleteHorizon(batch: Buffer): boolean {
  return (readAttributes(batch) & DELETE_HORIZON_BIT) !== 0;
}

export function lastOffsetDelta(batch: Buffer): number {
  return batch.readInt32BE(LAST_OFFSET_DELTA);
}

export function lastOffset(batch: Buffer): number {
  return readBaseOffset(batch) + lastOffsetDelta(batch);
}

/** What the timestamp deltas of the records count from. */
export function baseTimestamp(batch: Buffer): number {
  return readInt64(batch, BASE_TIMESTAMP);
}

export function maxTimestamp(batch: Buffer): number {
  return readInt64(batch, MAX_TIMESTAMP);
}

export function producerId(batch: Buffer): number {
  return readInt64(batch, PRODUCER_ID);
}

export function producerEpoch(batch: Buffer): number {
  return batch.readInt16BE(PRODUCER_EPOCH);
}

export function baseSequence(batch: Buffer): number {
  return batch.readInt32BE(BASE_SEQUENCE);
}

export function recordCount(batch: Buffer): number {
  return batch.readInt32BE(RECORD_COUNT);
}

/** The sequence of the last record; sequences go from 2^31-1 on to 0. */
export function lastSequence(batch: Buffer): number {
  const base = baseSequence(batch);
  return base === NO_SEQUENCE ? NO_SEQUENCE : advanceSequence(base, lastOffsetDelta(batch));
}

/** `sequence` moved on by `count`, with the wrap from 2^31-1 to 0. */
export function advanceSequence(sequence: number, count: number): number {
  const sum = sequence + count;
  return sum > SEQUENCE_MAX ? sum - SEQUENCE_MAX - 1 : sum;
}

/** Gives the batch its place in the log. The CRC does not cover these fields. */
export function patchForAppend(batch: Buffer, place: { baseOffset: number; leaderEpoch: number }): void {
  writeInt64(batch, BASE_OFFSET, place.baseOffset);
  batch.writeInt32BE(place.leaderEpoch, LEADER_EPOCH);
}

/** Makes `timestampMs` the time of every record in the batch. */
export function setLogAppendTime(batch: Buffer, timestampMs: number): void {
  batch.writeInt16BE(readAttributes(batch) | LOG_APPEND_TIME_BIT, ATTRIBUTES);
  setMaxTimestamp(batch, timestampMs);
}

/** Corrects the largest timestamp, for a client whose header does not agree with its records. */
export function setMaxTimestamp(batch: Buffer, timestampMs: number): void {
  writeInt64(batch, MAX_TIMESTAMP, timestampMs);
  writeCrc(batch);
}

export interface BatchHeader {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  readonly compression: Compression;
  readonly timestampType: TimestampType;
  readonly transactional: boolean;
  readonly control: boolean;
  /** Whether `baseTimestamp` is a delete horizon. */
  readonly deleteHorizon: boolean;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/** Writes the header in front of records that are already in place, and the CRC over both. */
export function writeBatchHeader(batch: Buffer, header: BatchHeader): void {
  writeInt64(batch, BASE_OFFSET, header.baseOffset);
  batch.writeInt32BE(batch.length - BATCH_LENGTH_OVERHEAD, BATCH_LENGTH);
  batch.writeInt32BE(header.leaderEpoch, LEADER_EPOCH);
  batch.writeInt8(MAGIC_V2, MAGIC);
  batch.writeInt16BE(
    COMPRESSIONS.indexOf(header.compression) |
      (header.timestampType === 'LogAppendTime' ? LOG_APPEND_TIME_BIT : 0) |
      (header.transactional ? TRANSACTIONAL_BIT : 0) |
      (header.control ? CONTROL_BIT : 0) |
      (header.deleteHorizon ? DELETE_HORIZON_BIT : 0),
    ATTRIBUTES,
  );
  batch.writeInt32BE(header.lastOffsetDelta, LAST_OFFSET_DELTA);
  writeInt64(batch, BASE_TIMESTAMP, header.baseTimestamp);
  writeInt64(batch, MAX_TIMESTAMP, header.maxTimestamp);
  writeInt64(batch, PRODUCER_ID, header.producerId);
  batch.writeInt16BE(header.producerEpoch, PRODUCER_EPOCH);
  batch.writeInt32BE(header.baseSequence, BASE_SEQUENCE);
  batch.writeInt32BE(header.recordCount, RECORD_COUNT);
  writeCrc(batch);
}

function writeCrc(batch: Buffer): void {
  batch.writeUInt32BE(computeCrc(batch), CRC);
}

function readInt64(batch: Buffer, at: number): number {
  const value = batch.readInt32BE(at) * 2 ** 32 + batch.readUInt32BE(at + 4);
  if (!Number.isSafeInteger(value)) {
    throw new DomainError('record_invalid', `The 64-bit field at byte ${at} of a record batch is out of range.`);
  }
  return value;
}

function writeInt64(batch: Buffer, at: number, value: number): void {
  batch.writeInt32BE(Math.floor(value / 2 ** 32), at);
  batch.writeUInt32BE(value - Math.floor(value / 2 ** 32) * 2 ** 32, at + 4);
}
