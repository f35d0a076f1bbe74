/**
 * Walks through the records of a batch one at a time, decoding headers only when they are asked for. One object for all
 * records of a batch; keys, values and headers are views into its bytes. Refuses (`record_invalid`) what `decodeRecords` does.
 */
import { baseTimestamp, lastOffsetDelta, maxTimestamp, readBaseOffset, timestampType } from './batch.ts';
import { invalid, RecordCursor } from './cursor.ts';
import {
  checkedRecordCount,
  checkedTimestamp,
  decodeHeaders,
  enterRecord,
  leaveRecord,
  nullableSlice,
  type RecordHeader,
} from './records.ts';

const NO_BYTES: Buffer = Buffer.alloc(0);

export class RecordReader {
  offset = -1;
  timestampMs = -1;
  key: Buffer | null = null;
  value: Buffer | null = null;
  /** The list of headers as it is encoded. */
  headerBytes: Buffer = NO_BYTES;
  readonly #cursor: RecordCursor;
  readonly #appendTimeMs: number | undefined;
  readonly #baseOffset: number;
  readonly #baseTimestampMs: number;
  readonly #offsetDeltaMax: number;
  #left: number;

  /** @param bytes what `recordBytes` gave for this batch */
  constructor(batch: Buffer, bytes: Buffer) {
    this.#left = checkedRecordCount(batch, bytes);
    this.#cursor = new RecordCursor(bytes, 0, bytes.length);
    this.#appendTimeMs = timestampType(batch) === 'LogAppendTime' ? maxTimestamp(batch) : undefined;
    this.#baseOffset = readBaseOffset(batch);
    this.#baseTimestampMs = baseTimestamp(batch);
    this.#offsetDeltaMax = lastOffsetDelta(batch);
  }

  /** Goes to the next record; false after the last. */
  next(): boolean {
    const cursor = this.#cursor;
    if (this.#left === 0) {
      if (cursor.at !== cursor.end) throw invalid('bytes follow the last record');
      return false;
    }
    this.#left -= 1;
    const end = enterRecord(cursor);
    cursor.skip(1); // attributes, unused by the format
    const timestampMs = checkedTimestamp(this.#baseTimestampMs + cursor.varlong());
    const offsetDelta = cursor.varint();
    if (offsetDelta < 0 || offsetDelta > this.#offsetDeltaMax) throw invalid('a record lies outside of its offsets');
    this.offset = this.#baseOffset + offsetDelta;
    this.timestampMs = this.#appendTimeMs ?? timestampMs;
    this.key = nullableSlice(cursor, 'key');
    this.value = nullableSlice(cursor, 'value');
    this.headerBytes = cursor.slice(cursor.end - cursor.at);
    leaveRecord(cursor, end);
    return true;
  }

  /** Of the record that `next` went to. */
  headers(): readonly RecordHeader[] {
    const cursor = new RecordCursor(this.headerBytes, 0, this.headerBytes.length);
    const headers = decodeHeaders(cursor);
    if (cursor.at !== cursor.end) throw invalid('a record is longer than its fields');
    return headers;
  }
}
