/**
 * What a lane must remember for good: which of its messages are settled. Changed by `apply…` only, with entries of its log and
 * records of the queue journal, in live operation and in recovery alike.
 *
 * Invariants: everything below `floor` is settled; `count` and `bytes` are of the messages in the log that are not.
 */
import type { Entry, Log } from '../storage/log.ts';
import { batchBodyBytes, batchCanExpire, batchCount } from './message-batch.ts';
import { OffsetSet } from './offset-set.ts';
import type { HeldRecord, LaneRecord, SettledRecord } from './records.ts';

/** A message that was not to be had before a time, when that was said last. */
export interface Held {
  readonly bytes: number;
  /** Wall clock, milliseconds. */
  readonly untilMs: number;
  /** 0: it is delayed. */
  readonly deliveries: number;
  readonly firstReceivedAtMs: number;
  readonly receivedAtMs: number;
}

type Six = [number, number, number, number, number, number];
/** How many stand in a record for each message. */
const HELD_NUMBERS = 6;

/** As they stand in records. */
export function heldNumbers([offset, held]: readonly [number, Held]): number[] {
  return [offset, held.bytes, held.untilMs, held.deliveries, held.firstReceivedAtMs, held.receivedAtMs];
}

export class LaneState {
  floor = 0;
  cursor = 0;
  count = 0;
  bytes = 0;
  /** A message that can expire was written since the lane was last empty. */
  canExpire = false;
  readonly settled = new OffsetSet();
  /** By offset; of messages that are not settled. */
  readonly held = new Map<number, Held>();

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
      if (this.held.size > 0) this.#forget(ranges[i] as number, ranges[i + 1] as number);
    }
  }

  #forget(from: number, to: number): void {
    if (to - from <= this.held.size) for (let offset = from; offset < to; offset += 1) this.held.delete(offset);
    else for (const offset of this.held.keys()) if (offset >= from && offset < to) this.held.delete(offset);
  }

  applyHeld({ messages }: Pick<HeldRecord, 'messages'>): void {
    for (let i = 0; i < messages.length; i += HELD_NUMBERS) {
      const [offset, ...numbers] = messages.slice(i, i + HELD_NUMBERS) as Six;
      const [bytes, untilMs, deliveries, firstReceivedAtMs, receivedAtMs] = numbers;
      if (this.isSettled(offset)) continue;
      this.held.set(offset, { bytes, untilMs, deliveries, firstReceivedAtMs, receivedAtMs });
    }
  }

  isSettled(offset: number): boolean {
    return offset < this.floor || this.settled.has(offset);
  }

  restore(record: LaneRecord): void {
    const { floor, cursor, ranges, count, bytes, canExpire, held } = record;
    Object.assign(this, { floor, cursor, count, bytes, canExpire });
    if (held !== undefined) this.applyHeld({ messages: held });
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
    const lane: LaneRecord = { type: 'lane', logId: this.log.id, floor, cursor, ranges, count, bytes, canExpire };
    return this.held.size === 0 ? lane : { ...lane, held: [...this.held].flatMap(heldNumbers) };
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
