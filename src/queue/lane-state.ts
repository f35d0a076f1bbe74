/**
 * What a lane must remember for good: which of its messages are settled. Changed by `apply…` only, with entries of its log and
 * records of the queue journal, in live operation and in recovery alike.
 *
 * Invariants: everything below `floor` is settled; `count` and `bytes` are of the messages in the log that are not.
 */
import type { Entry, Log } from '../storage/log.ts';
import { batchBodyBytes, batchCanExpire, batchCount } from './message-batch.ts';
import { OffsetSet } from './offset-set.ts';
import type { LaneRecord, SettledRecord } from './records.ts';

export class LaneState {
  floor = 0;
  cursor = 0;
  count = 0;
  bytes = 0;
  /** A message that can expire was written since the lane was last empty. */
  canExpire = false;
  readonly settled = new OffsetSet();

  constructor(private readonly log: Log) {}

  applyBatch(entry: Entry): void {
    this.count += batchCount(entry.payload);
    this.bytes += batchBodyBytes(entry.payload);
    if (batchCanExpire(entry.payload)) this.canExpire = true;
  }

  applySettled(record: SettledRecord): void {
    const { ranges } = record;
    for (let i = 0; i + 1 < ranges.length; i += 2) this.settled.add(ranges[i] as number, ranges[i + 1] as number);
    this.count -= record.count;
    this.bytes -= record.bytes;
    if (this.count === 0) this.canExpire = false;
    this.cursor = Math.max(this.cursor, record.cursor);
    this.floor = this.settled.takeFrom(this.floor);
    this.log.truncateHead(this.floor);
    for (let i = 0; i + 1 < ranges.length; i += 2) {
      if ((ranges[i + 1] as number) > this.floor) this.log.discard(ranges[i] as number, ranges[i + 1] as number);
    }
  }

  restore(record: LaneRecord): void {
    const { floor, cursor, ranges, count, bytes, canExpire } = record;
    Object.assign(this, { floor, cursor, count, bytes, canExpire });
    for (let i = 0; i + 1 < ranges.length; i += 2) {
      this.settled.add(ranges[i] as number, ranges[i + 1] as number);
      this.log.discard(ranges[i] as number, ranges[i + 1] as number);
    }
  }

  /** Undefined while there is nothing to remember. */
  snapshot(): LaneRecord | undefined {
    const { floor, cursor, count, bytes, canExpire } = this;
    if (floor === 0 && cursor === 0 && count === 0 && this.settled.isEmpty) return undefined;
    const ranges = this.settled.toArray();
    return { type: 'lane', logId: this.log.id, floor, cursor, ranges, count, bytes, canExpire };
  }

  /** Whether any of `[baseOffset, baseOffset + count)` is not settled. */
  retains(baseOffset: number, count: number): boolean {
    const end = baseOffset + count;
    return end > this.floor && !this.settled.covers(Math.max(baseOffset, this.floor), end);
  }

  /** The first offset that nothing known of here uses. */
  get end(): number {
    return Math.max(this.log.endOffset, this.floor, this.cursor, this.settled.end);
  }
}
