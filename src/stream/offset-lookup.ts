/** Offsets by time: what ListOffsets asks for besides the ends of a partition. */
import { maxTimestamp } from '../record/batch.ts';
import { readRecords } from '../record/records.ts';
import type { IsolationLevel, Partition } from './partition.ts';

const READ_BYTES = 1024 * 1024;
/** A batch that unpacks to more is not looked into. */
const RECORDS_BYTES_MAX = 256 * 1024 * 1024;

export interface TimestampOffset {
  readonly timestampMs: number;
  readonly offset: number;
}

/** The first visible record with a timestamp at or after `timestampMs`; undefined if there is none. */
export async function findByTimestamp(
  partition: Partition,
  timestampMs: number,
  isolation: IsolationLevel,
): Promise<TimestampOffset | undefined> {
  let offset = await partition.log.findByTime(timestampMs);
  while (offset !== undefined) {
    const entries = await partition.log.read(offset, partition.visibleEnd(isolation), READ_BYTES);
    for (const { payload } of entries) {
      if (maxTimestamp(payload) < timestampMs) continue;
      for (const record of await readRecords(payload, RECORDS_BYTES_MAX)) {
        if (record.timestampMs >= timestampMs && record.offset >= partition.startOffset) {
          return { timestampMs: record.timestampMs, offset: record.offset };
        }
      }
    }
    const last = entries.at(-1);
    offset = last === undefined ? undefined : last.baseOffset + last.count;
  }
  return undefined;
}

/** The record with the largest timestamp, the first of several (KIP-734); undefined for an empty partition. */
export async function findMaxTimestamp(partition: Partition): Promise<TimestampOffset | undefined> {
  for (;;) {
    const { maxTimestampMs } = partition.log;
    if (maxTimestampMs < 0) return undefined;
    const found = await findByTimestamp(partition, maxTimestampMs, 'read_uncommitted');
    // A truncation meanwhile may have taken the largest with it: then there is a smaller one to look for.
    if (found !== undefined) return found;
    if (partition.log.maxTimestampMs === maxTimestampMs) return searchMaxTimestamp(partition);
  }
}

/** Looks at every batch: the entry with the largest timestamp was deleted or compacted, and the log's index doesn't know yet. */
async function searchMaxTimestamp(partition: Partition): Promise<TimestampOffset | undefined> {
  let largestMs = -1;
  for (let offset = partition.startOffset; ; ) {
    const entries = await partition.log.read(offset, partition.highWatermark, READ_BYTES);
    const last = entries.at(-1);
    if (last === undefined) break;
    for (const { timestampMs } of entries) largestMs = Math.max(largestMs, timestampMs);
    offset = last.baseOffset + last.count;
  }
  return largestMs < 0 ? undefined : findByTimestamp(partition, largestMs, 'read_uncommitted');
}
