/**
 * A walk over the records of a batch that a producer sent, without decoding them: lengths add up exactly, offset deltas
 * are 0, 1, 2, …. It allocates nothing per record. What Kafka checks of each record on append, and what it learns there.
 */
import { baseTimestamp, maxTimestamp, NO_TIMESTAMP, timestampType } from './batch.ts';
import { invalid, RecordCursor } from './cursor.ts';
import { checkedRecordCount, checkedTimestamp, enterRecord, headerCount, leaveRecord, recordBytes } from './records.ts';

export interface RecordsSummary {
  /** The largest timestamp of the records themselves; the header's may differ and is then to be corrected. */
  readonly maxTimestampMs: number;
  readonly everyRecordHasKey: boolean;
}

/** @param batch an uncompressed batch that `validateProduceRecords` accepted. Throws `record_invalid`. */
export function checkUncompressedRecords(batch: Buffer): RecordsSummary {
  return checkRecords(batch, recordBytes(batch, 0) as Buffer);
}

/** Whether the batch may enter a compacted topic. Answers without a promise when the codec is loaded. */
export function everyRecordHasKey(batch: Buffer, bytesMax: number): boolean | Promise<boolean> {
  const bytes = recordBytes(batch, bytesMax);
  return bytes instanceof Promise
    ? bytes.then((it) => checkRecords(batch, it).everyRecordHasKey)
    : checkRecords(batch, bytes).everyRecordHasKey;
}

/** @param bytes what `recordBytes` gave for this batch. Throws `record_invalid`. */
export function checkRecords(batch: Buffer, bytes: Buffer): RecordsSummary {
  const count = checkedRecordCount(batch, bytes);
  const cursor = new RecordCursor(bytes, 0, bytes.length);
  const baseTimestampMs = baseTimestamp(batch);
  let maxTimestampMs = NO_TIMESTAMP;
  let everyKey = true;
  for (let i = 0; i < count; i++) {
    const end = enterRecord(cursor);
    cursor.skip(1); // attributes, unused by the format
    const timestampMs = checkedTimestamp(baseTimestampMs + cursor.varlong());
    if (timestampMs > maxTimestampMs) maxTimestampMs = timestampMs;
    if (cursor.varint() !== i) throw invalid('the offsets of its records are not consecutive from 0');
    const keyLength = cursor.nullableLength('key');
    if (keyLength < 0) everyKey = false;
    else cursor.skip(keyLength);
    skipNullable(cursor, 'value');
    skipHeaders(cursor);
    leaveRecord(cursor, end);
  }
  if (cursor.at !== bytes.length) throw invalid('bytes follow the last record');
  if (timestampType(batch) === 'LogAppendTime') maxTimestampMs = maxTimestamp(batch);
  return { maxTimestampMs, everyRecordHasKey: everyKey };
}

function skipNullable(cursor: RecordCursor, what: string): void {
  const length = cursor.nullableLength(what);
  if (length > 0) cursor.skip(length);
}

function skipHeaders(cursor: RecordCursor): void {
  const count = headerCount(cursor);
  for (let i = 0; i < count; i++) {
    cursor.skip(cursor.length('header key'));
    skipNullable(cursor, 'header value');
  }
}
