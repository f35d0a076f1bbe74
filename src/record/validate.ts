/**
 * What Kafka checks of the records in a produce request, as far as the header of the batch tells it: nothing is
 * decompressed or decoded here (see `check.ts` for the records themselves). Errors name the rule; the caller knows the
 * partition. The order of the checks is Kafka's, since it decides which error a client sees.
 */
import { DomainError, type ErrorKind } from '../base/errors.ts';
import {
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_OVERHEAD,
  BATCH_MAGIC_PREFIX_BYTES,
  baseSequence,
  baseTimestamp,
  compressionType,
  computeCrc,
  hasDeleteHorizon,
  isControlBatch,
  isTransactional,
  lastOffsetDelta,
  MAGIC_V2,
  maxTimestamp,
  NO_PRODUCER_ID,
  NO_TIMESTAMP,
  producerEpoch,
  producerId,
  readBaseOffset,
  readBatchLength,
  readCrc,
  readMagic,
  recordCount,
  TIMESTAMP_MAGNITUDE_MS_MAX,
  type TimestampType,
  timestampType,
} from './batch.ts';
import { RECORD_BYTES_MIN } from './records.ts';
import { RefusedRecordsError } from './refused-records.ts';

/** The topic's settings that batches must keep to. */
export interface ProduceLimits {
  /** `max.message.bytes`: the size of a batch with its header, compressed as it is. */
  readonly maxMessageBytes: number;
  readonly timestampType: TimestampType;
  /** `message.timestamp.before.max.ms`, `message.timestamp.after.max.ms`. */
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
}

export interface ProduceContext {
  /** Version of the produce request. */
  readonly version: number;
  readonly nowMs: number;
}

/** Zstd came with produce version 7 (KIP-110): older clients could not read it. */
const ZSTD_PRODUCE_VERSION_MIN = 7;
/** The shortest length field Kafka takes for a batch of any format. */
const BATCH_LENGTH_MIN = 14;
/**
 * More records in a byte of compressed data than any real compressor reaches: they differ in their offset deltas. Keeps
 * a batch of a few bytes from using up billions of offsets, since compressed records are not counted.
 */
const RECORDS_PER_COMPRESSED_BYTE_MAX = 1024;

/**
 * The batches of a produce request for one partition: views into `buffer`. Since produce version 3 that is exactly one.
 * Throws a `DomainError` for anything that Kafka would refuse.
 */
export function validateProduceRecords(buffer: Buffer, limits: ProduceLimits, context: ProduceContext): Buffer[] {
  const batch = onlyBatch(buffer);
  const compression = compressionType(batch);
  if (compression === 'zstd' && context.version < ZSTD_PRODUCE_VERSION_MIN) {
    throw refuse('compression_unsupported', `Produce version ${context.version} is not allowed to use zstd.`);
  }
  const baseOffset = readBaseOffset(batch);
  if (baseOffset !== 0) throw refuse('record_invalid', `The base offset of a batch should be 0, but is ${baseOffset}.`);
  if (batch.length > limits.maxMessageBytes) {
    throw refuse(
      'record_too_large',
      `The batch is ${batch.length} bytes long; the topic's max.message.bytes is ${limits.maxMessageBytes}.`,
    );
  }
  if (computeCrc(batch) !== readCrc(batch)) {
    throw refuse('record_corrupt', 'The checksum of the batch is wrong: it was damaged on its way. Send it again.');
  }
  if (compression === undefined) throw refuse('compression_unsupported', 'The compression of the batch is unknown.');
  checkCount(batch, compression === 'none');
  checkProducer(batch);
  checkTimestamps(batch, limits, context.nowMs);
  return [batch];
}

/** The one batch that fills `buffer`; checks what must hold before any other field may be read. */
function onlyBatch(buffer: Buffer): Buffer {
  if (buffer.length < BATCH_LENGTH_OVERHEAD) {
    throw refuse('record_invalid', 'A produce request must hold a record batch for each of its partitions.');
  }
  const length = readBatchLength(buffer);
  if (length < BATCH_LENGTH_MIN) {
    throw refuse('record_corrupt', `The batch gives its length as ${length}; the least is ${BATCH_LENGTH_MIN}.`);
  }
  if (buffer.length >= BATCH_MAGIC_PREFIX_BYTES) checkMagic(readMagic(buffer));
  const size = length + BATCH_LENGTH_OVERHEAD;
  if (size > buffer.length) throw refuse('record_invalid', 'The record batch is cut off.');
  if (size < BATCH_HEADER_BYTES) {
    throw refuse('record_corrupt', `The batch is ${size} bytes long; its header alone takes ${BATCH_HEADER_BYTES}.`);
  }
  if (size < buffer.length) {
    throw refuse('record_invalid', 'A produce request may hold only one record batch for each of its partitions.');
  }
  return buffer;
}

function checkMagic(magic: number): void {
  if (magic === MAGIC_V2) return;
  if (magic < 0 || magic > MAGIC_V2) throw refuse('record_corrupt', `No record format has the magic ${magic}.`);
  throw refuse(
    'record_invalid',
    `Produce requests may hold only batches of magic 2, not of ${magic}; update the client.`,
  );
}

function checkCount(batch: Buffer, uncompressed: boolean): void {
  const count = recordCount(batch);
  const offsets = lastOffsetDelta(batch) + 1;
  if (count <= 0) throw refuse('record_invalid', `The batch says that it holds ${count} records.`);
  if (offsets !== count)
    throw refuse('record_invalid', `The batch spans ${offsets} offsets but holds ${count} records.`);
  const bytes = batch.length - BATCH_HEADER_BYTES;
  const countMax = uncompressed ? bytes / RECORD_BYTES_MIN : bytes * RECORDS_PER_COMPRESSED_BYTE_MAX;
  if (count > countMax)
    throw refuse('record_invalid', `A batch of ${batch.length} bytes cannot hold ${count} records.`);
}

function checkProducer(batch: Buffer): void {
  if (isControlBatch(batch)) throw refuse('record_invalid', 'Clients are not allowed to write control records.');
  if (hasDeleteHorizon(batch)) throw refuse('record_invalid', 'Clients are not allowed to set a delete horizon.');
  const id = producerId(batch);
  if (id <= NO_PRODUCER_ID) {
    if (isTransactional(batch)) throw refuse('record_invalid', 'A transactional batch needs a producer id.');
    return;
  }
  if (baseSequence(batch) < 0 || producerEpoch(batch) < 0) {
    throw refuse(
      'record_invalid',
      `The batch of producer ${id} has sequence ${baseSequence(batch)} and epoch ${producerEpoch(batch)}.`,
    );
  }
}

/**
 * Kafka checks every record; the header holds the first and the largest of their timestamps. Where the broker sets the
 * time, the client's does not matter, but it must not claim to have been set by a broker.
 */
function checkTimestamps(batch: Buffer, limits: ProduceLimits, nowMs: number): void {
  const first = baseTimestamp(batch);
  const largest = maxTimestamp(batch);
  if (timestampType(batch) === 'LogAppendTime') {
    throw refuse('timestamp_invalid', 'Producers may not set the timestamp type to LogAppendTime.');
  }
  if (Math.max(Math.abs(first), Math.abs(largest)) > TIMESTAMP_MAGNITUDE_MS_MAX) {
    throw refuse('timestamp_invalid', `The timestamps ${first} to ${largest} of the batch are out of range.`);
  }
  if (limits.timestampType === 'LogAppendTime') return;
  const earliest = nowMs - limits.timestampBeforeMaxMs;
  const latest = nowMs + limits.timestampAfterMaxMs;
  const isOutside = (timestampMs: number) =>
    timestampMs !== NO_TIMESTAMP && (timestampMs < earliest || timestampMs > latest);
  if (!isOutside(first) && !isOutside(largest)) return;
  const message = `The timestamp ${isOutside(first) ? first : largest} is not within [${earliest}, ${latest}].`;
  throw new RefusedRecordsError('timestamp_invalid', message, batch, ({ timestampMs }) => isOutside(timestampMs));
}

function refuse(kind: ErrorKind, message: string): DomainError {
  return new DomainError(kind, message);
}
