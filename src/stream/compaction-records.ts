/**
 * The records of one batch as compaction sees them: where each lies in the unpacked bytes, its key, whether it is a tombstone.
 * One table is filled again for every batch, so that a pass allocates nothing per record. Survivors are copied as they are;
 * only their timestamps are written anew when the batch gets a delete horizon, which takes the place of the base timestamp
 * that they count from (KIP-534).
 */
import { sizeOfVarint, writeVarint } from '../base/varint.ts';
import { baseTimestamp, lastOffsetDelta, NO_TIMESTAMP } from '../record/batch.ts';
import { invalid, RecordCursor } from '../record/cursor.ts';
import {
  checkedRecordCount,
  checkedTimestamp,
  enterRecord,
  headerCount,
  leaveRecord,
  recordBytes,
} from '../record/records.ts';

/** What a batch may unpack to, as when it was produced; beyond that it is kept as it is. */
const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;
const NO_KEY = -1;
const FIELDS = 7;

export class RecordTable {
  count = 0;
  /** The unpacked records. */
  bytes: Buffer = Buffer.alloc(0);
  /** Sum of the lengths of all keys. */
  keyBytes = 0;
  /** Per record: offset delta, start, end, end of the timestamp, key start, key end, 1 for a tombstone. */
  #cells = new Int32Array(FIELDS * 64);
  #timestamps = new Float64Array(64);

  /**
   * Fills the table; without a promise when the codec is loaded.
   * @throws DomainError when the batch can't be decoded
   */
  read(batch: Buffer): void | Promise<void> {
    const bytes = recordBytes(batch, UNPACKED_BYTES_MAX);
    if (bytes instanceof Promise) return bytes.then((it) => this.#fill(batch, it));
    this.#fill(batch, bytes);
  }

  offsetDelta(record: number): number {
    return this.#cell(record, 0);
  }

  hasKey(record: number): boolean {
    return this.#cell(record, 4) !== NO_KEY;
  }

  keyStart(record: number): number {
    return this.#cell(record, 4);
  }

  keyEnd(record: number): number {
    return this.#cell(record, 5);
  }

  isTombstone(record: number): boolean {
    return this.#cell(record, 6) === 1;
  }

  timestampMs(record: number): number {
    return this.#timestamps[record] as number;
  }

  /** Encodes the records `kept` one behind the other, their timestamps counting from `baseTimestampMs`. */
  encode(batch: Buffer, kept: readonly number[], baseTimestampMs: number): Buffer {
    if (baseTimestampMs !== baseTimestamp(batch)) return this.#encodeRebased(kept, baseTimestampMs);
    return Buffer.concat(kept.map((record) => this.bytes.subarray(this.#cell(record, 1), this.#cell(record, 2))));
  }

  /** The largest timestamp of the records `kept`. */
  largestTimestamp(kept: readonly number[]): number {
    return kept.reduce((largest, record) => Math.max(largest, this.timestampMs(record)), NO_TIMESTAMP);
  }

  #encodeRebased(kept: readonly number[], baseTimestampMs: number): Buffer {
    const parts: Buffer[] = [];
    for (const record of kept) {
      const delta = this.timestampMs(record) - baseTimestampMs;
      const rest = this.bytes.subarray(this.#cell(record, 3), this.#cell(record, 2));
      const length = 1 + sizeOfVarint(delta) + rest.length;
      const head = Buffer.allocUnsafe(sizeOfVarint(length) + 1 + sizeOfVarint(delta));
      const at = writeVarint(head, 0, length);
      head[at] = 0; // attributes, unused by the format
      writeVarint(head, at + 1, delta);
      parts.push(head, rest);
    }
    return Buffer.concat(parts);
  }

  #cell(record: number, field: number): number {
    return this.#cells[record * FIELDS + field] as number;
  }

  #fill(batch: Buffer, bytes: Buffer): void {
    const count = checkedRecordCount(batch, bytes);
    this.#makeRoom(count);
    this.count = 0;
    this.keyBytes = 0;
    this.bytes = bytes;
    const cursor = new RecordCursor(bytes, 0, bytes.length);
    const baseTimestampMs = baseTimestamp(batch);
    const deltaMax = lastOffsetDelta(batch);
    let previous = -1;
    for (let record = 0; record < count; record++) {
      const delta = this.#readRecord(cursor, record, baseTimestampMs);
      if (delta <= previous || delta > deltaMax) throw invalid('the offsets of its records do not increase');
      previous = delta;
    }
    if (cursor.at !== bytes.length) throw invalid('bytes follow the last record');
    this.count = count;
  }

  /** Answers the offset delta. */
  #readRecord(cursor: RecordCursor, record: number, baseTimestampMs: number): number {
    const at = record * FIELDS;
    this.#cells[at + 1] = cursor.at;
    const end = enterRecord(cursor);
    cursor.skip(1); // attributes
    this.#timestamps[record] = checkedTimestamp(baseTimestampMs + cursor.varlong());
    this.#cells[at + 3] = cursor.at;
    const delta = cursor.varint();
    const keyLength = cursor.nullableLength('key');
    this.#cells[at] = delta;
    this.#cells[at + 4] = keyLength < 0 ? NO_KEY : cursor.at;
    cursor.skip(Math.max(keyLength, 0));
    this.#cells[at + 5] = cursor.at;
    this.keyBytes += Math.max(keyLength, 0);
    const valueLength = cursor.nullableLength('value');
    this.#cells[at + 6] = valueLength < 0 ? 1 : 0;
    cursor.skip(Math.max(valueLength, 0));
    skipHeaders(cursor);
    this.#cells[at + 2] = cursor.at;
    leaveRecord(cursor, end);
    return delta;
  }

  #makeRoom(records: number): void {
    if (records <= this.#timestamps.length) return;
    const room = Math.max(records, this.#timestamps.length * 2);
    this.#cells = new Int32Array(room * FIELDS);
    this.#timestamps = new Float64Array(room);
  }
}

function skipHeaders(cursor: RecordCursor): void {
  const count = headerCount(cursor);
  for (let i = 0; i < count; i++) {
    cursor.skip(cursor.length('header key'));
    cursor.skip(Math.max(cursor.nullableLength('header value'), 0));
  }
}
