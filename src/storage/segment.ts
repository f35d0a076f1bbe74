/**
 * Files of entries, and which stretch of which log each holds. A segment is `active` while the WAL writes it and sealed
 * afterwards; only sealed segments are deleted, when no range lives in them any more.
 */
import type { LogId } from '../base/brand.ts';
import { Runs } from './runs.ts';

export class Segment {
  /** Bytes of valid entries and the file header, without the footer. */
  bytes: number;
  /** Of `bytes`, those that are on the medium for good: what may be read. */
  writtenBytes: number;
  sealed: boolean;
  readonly ranges = new Set<Range>();

  constructor(
    readonly name: string,
    readonly generation: number,
    bytes: number,
    sealed: boolean,
  ) {
    this.bytes = bytes;
    this.writtenBytes = bytes;
    this.sealed = sealed;
  }

  get liveBytes(): number {
    let bytes = 0;
    for (const range of this.ranges) bytes += range.liveBytes;
    return bytes;
  }
}

/**
 * Where a range's runs are: in memory while the segment is active, both while its footer is on the way to the disk, in
 * the footer afterwards.
 */
export type RunsPlace =
  | { readonly kind: 'resident'; readonly runs: Runs }
  | { readonly kind: 'sealing'; readonly runs: Runs; readonly position: number; readonly count: number }
  | { readonly kind: 'footer'; readonly position: number; readonly count: number };

/** What one segment holds of one log: offsets `[baseOffset, endOffset)`, some of which may be missing. */
export class Range {
  endOffset: number;
  bytes = 0;
  timestampMs = -1;
  /** The share of `bytes` that is at or above the log's start offset. */
  liveBytes = 0;
  place: RunsPlace = { kind: 'resident', runs: new Runs() };

  constructor(
    readonly logId: LogId,
    readonly segment: Segment,
    /** Moves up when the offsets below it are rewritten elsewhere. */
    public baseOffset: number,
  ) {
    this.endOffset = baseOffset;
  }

  add(baseOffset: number, count: number, position: number, bytes: number, timestampMs: number): void {
    if (this.place.kind !== 'resident') throw new Error(`range of log ${this.logId} in ${this.segment.name} is sealed`);
    this.place.runs.add(baseOffset, position, bytes, timestampMs);
    this.endOffset = baseOffset + count;
    this.bytes += bytes;
    this.liveBytes += bytes;
    if (timestampMs > this.timestampMs) this.timestampMs = timestampMs;
  }

  /** Everything below `offset` is dead. */
  truncateHead(offset: number): void {
    this.liveBytes = Math.min(this.liveBytes, this.#bytesFrom(offset));
  }

  /** `[fromOffset, toOffset)` is dead. */
  discard(fromOffset: number, toOffset: number): void {
    const from = Math.max(fromOffset, this.baseOffset);
    const to = Math.min(toOffset, this.endOffset);
    if (to <= from) return;
    const share = (this.bytes * (to - from)) / (this.endOffset - this.baseOffset);
    this.liveBytes = Math.max(0, Math.floor(this.liveBytes - share));
  }

  /** Everything below `offset` is in another range now. */
  giveUpHead(offset: number): void {
    this.bytes = this.#bytesFrom(offset);
    this.liveBytes = Math.min(this.liveBytes, this.bytes);
    this.baseOffset = offset;
  }

  /** Storage doesn't know where within the range the bytes lie; in proportion is close enough. */
  #bytesFrom(offset: number): number {
    return Math.ceil((this.bytes * (this.endOffset - offset)) / (this.endOffset - this.baseOffset));
  }
}

/** Index of the first range that ends after `offset`. */
export function firstRangeAfter(ranges: readonly Range[], offset: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.endOffset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
