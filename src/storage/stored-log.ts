/**
 * One log: the ranges of segments that hold it, in offset order, and the newest entries in memory.
 * Invariants: ranges don't overlap; the in-memory tail is an unbroken suffix of the log; `startOffset <= durableOffset <=
 * endOffset`; what was appended and not yet written is in the tail.
 */
import { assert } from '../base/assert.ts';
import type { LogId, Position } from '../base/brand.ts';
import type { Loan } from '../base/loan.ts';
import type { Entry, Log, LogOwner } from './log.ts';
import type { LogReader } from './log-reader.ts';
import { firstRangeAfter, type Range } from './segment.ts';

/** An entry on its way through the WAL and in the tail cache. One object for both. */
export class AppendedEntry implements Entry {
  /** WAL position after this entry; set by the WAL. */
  position = 0 as Position;
  flags = 0;

  constructor(
    readonly log: StoredLog,
    readonly logId: number,
    readonly type: number,
    readonly baseOffset: number,
    readonly count: number,
    readonly timestampMs: number,
    public payload: Buffer,
  ) {}
}

/** What a log needs of the engine around it. */
export interface LogEngine {
  append(entry: AppendedEntry): void;
  readonly reader: LogReader;
  rewrite(log: StoredLog, fromOffset: number, toOffset: number, entries: AsyncIterable<Entry>): Promise<void>;
}

export class StoredLog implements Log {
  startOffset = 0;
  endOffset = 0;
  durableOffset = 0;
  owner: LogOwner | undefined;
  ranges: Range[] = [];
  dropped = false;
  /** Marks a log that is already in the list of logs to notify of a durable group. */
  notified = false;
  #tail: AppendedEntry[] = [];
  #tailHead = 0;

  constructor(
    readonly id: LogId,
    private readonly engine: LogEngine,
  ) {}

  get byteSize(): number {
    let bytes = 0;
    for (const range of this.ranges) bytes += range.liveBytes;
    return bytes;
  }

  get maxTimestampMs(): number {
    let max = -1;
    for (const range of this.ranges) max = Math.max(max, range.timestampMs);
    return max;
  }

  append(entry: Entry): void {
    assert(entry.baseOffset >= this.endOffset, `log ${this.id}: append at ${entry.baseOffset} below ${this.endOffset}`);
    assert(!this.dropped, `log ${this.id}: append after it was dropped`);
    const { type, baseOffset, count, timestampMs, payload } = entry;
    const appended = new AppendedEntry(this, this.id, type, baseOffset, count, timestampMs, payload);
    this.#tail.push(appended);
    this.engine.append(appended);
    this.applyEntry(appended);
  }

  /** Live and in recovery alike: moves the end and lets the owner apply. */
  applyEntry(entry: Entry): void {
    this.endOffset = entry.baseOffset + entry.count;
    if (this.owner === undefined) throw new Error(`log ${this.id} has entries but nothing owns it`);
    this.owner.apply(entry);
  }

  read(fromOffset: number, toOffset: number, maxBytes: number, loan?: Loan): Entry[] | Promise<Entry[]> {
    const from = Math.max(fromOffset, this.startOffset);
    if (from >= Math.min(toOffset, this.endOffset)) return [];
    const first = this.#tail[this.#tailHead];
    if (first !== undefined && from >= first.baseOffset) return this.#readTail(from, toOffset, maxBytes);
    const diskEnd = first === undefined ? toOffset : Math.min(toOffset, first.baseOffset);
    return this.#readDisk(from, diskEnd, toOffset, maxBytes, loan);
  }

  async #readDisk(from: number, diskEnd: number, toOffset: number, maxBytes: number, loan?: Loan): Promise<Entry[]> {
    const entries = await this.engine.reader.read(this, from, diskEnd, maxBytes, loan);
    // A gap (compaction) may leave nothing on disk before the tail, which may meanwhile begin later than it did.
    if (entries.length === 0 && diskEnd < toOffset) return this.read(diskEnd, toOffset, maxBytes, loan);
    return entries;
  }

  #readTail(from: number, toOffset: number, maxBytes: number): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    for (let i = this.#findTail(from); i < this.#tail.length; i += 1) {
      const entry = this.#tail[i];
      if (entry === undefined || entry.baseOffset + entry.count > toOffset) break;
      bytes += entry.payload.length;
      if (bytes > maxBytes && entries.length > 0) break;
      entries.push(entry);
    }
    return entries;
  }

  /** Index of the first tail entry that ends after `offset`. */
  #findTail(offset: number): number {
    let low = this.#tailHead;
    let high = this.#tail.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#tail[middle];
      if (entry !== undefined && entry.baseOffset + entry.count <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The tail cache lets go of `entry`, which is the oldest of this tail unless it went before. */
  forgetTail(entry: AppendedEntry): void {
    if (this.#tail[this.#tailHead] !== entry) return;
    this.#tailHead += 1;
    if (this.#tailHead === this.#tail.length || this.#tailHead > 256) {
      this.#tail = this.#tail.slice(this.#tailHead);
      this.#tailHead = 0;
    }
  }

  /** Forgets tail entries that start below `offset`; they must be on disk, or dead. */
  forgetTailBelow(offset: number): void {
    while ((this.#tail[this.#tailHead]?.baseOffset ?? offset) < offset) {
      const entry = this.#tail[this.#tailHead];
      if (entry === undefined) break;
      this.forgetTail(entry);
    }
  }

  findByTime(timestampMs: number): Promise<number | undefined> {
    return this.engine.reader.findByTime(this, timestampMs, () => {
      const entry = this.#tail.slice(this.#tailHead).find((candidate) => candidate.timestampMs >= timestampMs);
      return entry?.baseOffset;
    });
  }

  findBySize(bytes: number): Promise<number> {
    return this.engine.reader.findBySize(this, bytes);
  }

  sizeBelow(offset: number): Promise<number> {
    return this.engine.reader.sizeBelow(this, offset);
  }

  truncateHead(offset: number): void {
    if (offset <= this.startOffset) return;
    this.startOffset = offset;
    if (offset > this.endOffset) this.endOffset = offset;
    if (offset > this.durableOffset) this.durableOffset = offset;
    let dead = 0;
    for (const range of this.ranges) {
      if (range.endOffset > offset) {
        if (range.baseOffset < offset) range.truncateHead(offset);
        break;
      }
      range.segment.ranges.delete(range);
      dead += 1;
    }
    if (dead > 0) this.ranges = this.ranges.slice(dead);
  }

  discard(fromOffset: number, toOffset: number): void {
    for (let i = firstRangeAfter(this.ranges, fromOffset); i < this.ranges.length; i += 1) {
      const range = this.ranges[i];
      if (range === undefined || range.baseOffset >= toOffset) break;
      range.discard(fromOffset, toOffset);
    }
  }

  canRewriteFrom(offset: number): boolean {
    if (offset <= this.startOffset) return true;
    const range = this.ranges[firstRangeAfter(this.ranges, offset)];
    return range === undefined || range.baseOffset >= offset;
  }

  rewrite(fromOffset: number, toOffset: number, entries: AsyncIterable<Entry>): Promise<void> {
    assert(this.canRewriteFrom(fromOffset), `log ${this.id}: a rewrite can't begin at ${fromOffset}`);
    assert(toOffset <= this.durableOffset, `log ${this.id}: a rewrite takes only what is durable`);
    return this.engine.rewrite(this, fromOffset, toOffset, entries);
  }

  /** Gives up every range. Entries that are still on their way to the disk are written and dead on arrival. */
  drop(): void {
    this.dropped = true;
    for (const range of this.ranges) range.segment.ranges.delete(range);
    this.ranges = [];
    this.#tail = [];
    this.#tailHead = 0;
  }
}
