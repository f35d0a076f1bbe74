/**
 * Reads entries of one log from segments, run by run through the block cache. Every entry's CRC is checked again, and
 * damage is an error that names the file, never silently skipped.
 */
import { DomainError } from '../base/errors.ts';
import type { Loan } from '../base/loan.ts';
import type { BlockCache } from './block-cache.ts';
import { decodeEntry } from './format.ts';
import type { Entry } from './log.ts';
import type { RunCache } from './run-cache.ts';
import type { Runs } from './runs.ts';
import { firstRangeAfter, type Range } from './segment.ts';

/** What a reader needs to know of a log. `ranges` is replaced, never changed in place, when data moves or goes. */
export interface ReadableLog {
  readonly id: number;
  readonly startOffset: number;
  readonly ranges: readonly Range[];
}

interface Want {
  readonly from: number;
  readonly to: number;
  maxBytes: number;
  readonly entries: Entry[];
  readonly loan: Loan | undefined;
}

export class LogReader {
  constructor(
    private readonly blocks: BlockCache,
    private readonly cache: RunCache,
  ) {}

  /** What the entries hold stays as it is until `loan` ends; without one, for good. */
  read(log: ReadableLog, from: number, to: number, maxBytes: number, loan?: Loan): Promise<Entry[]> {
    return onPresentRanges(log, (ranges) => this.#readRanges(ranges, { from, to, maxBytes, entries: [], loan }));
  }

  async #readRanges(ranges: readonly Range[], want: Want): Promise<Entry[]> {
    for (let i = firstRangeAfter(ranges, want.from); ; i += 1) {
      const range = ranges[i];
      if (range === undefined || range.baseOffset >= want.to) break;
      if (await this.#readRange(range, want)) break;
    }
    return want.entries;
  }

  /** True when the want is satisfied. */
  async #readRange(range: Range, want: Want): Promise<boolean> {
    const runs = await this.cache.load(range);
    const from = Math.max(want.from, range.baseOffset);
    for (let run = runs.find(from); run < runs.count && runs.base(run) < want.to; run += 1) {
      const position = runs.position(run);
      const read = this.blocks.read(range.segment, position, runs.bytes(run), want.loan);
      const bytes = read instanceof Promise ? await read : read;
      if (takeRun(range, bytes, position, from, want)) return true;
    }
    return false;
  }

  findByTime(log: ReadableLog, timestampMs: number, inTail: () => number | undefined): Promise<number | undefined> {
    return onPresentRanges(log, async (ranges) => {
      for (const range of ranges) {
        if (range.timestampMs < timestampMs) continue;
        const runs = await this.cache.load(range);
        const run = runs.findByTime(timestampMs);
        if (run !== undefined) return Math.max(runs.base(run), log.startOffset);
      }
      return inTail();
    });
  }

  findBySize(log: ReadableLog, bytes: number): Promise<number> {
    return onPresentRanges(log, async (ranges) => {
      let rest = bytes;
      for (const range of [...ranges].reverse()) {
        if (range.bytes <= rest) {
          rest -= range.bytes;
          continue;
        }
        const runs = await this.cache.load(range);
        for (let run = runs.count - 1; run >= 0; run -= 1) {
          rest -= runs.bytes(run);
          if (rest < 0) return run + 1 < runs.count ? runs.base(run + 1) : range.endOffset;
        }
      }
      return log.startOffset;
    });
  }

  sizeBelow(log: ReadableLog, offset: number): Promise<number> {
    return onPresentRanges(log, async (ranges) => {
      let bytes = 0;
      for (const range of ranges) {
        if (range.baseOffset >= offset) break;
        if (range.endOffset <= offset) bytes += range.liveBytes;
        else bytes += bytesBelow(range, await this.cache.load(range), log.startOffset, offset);
      }
      return bytes;
    });
  }
}

/** Data may move, and its file be deleted, while `look` reads it: then it looks again, where the data is now. */
async function onPresentRanges<T>(log: ReadableLog, look: (ranges: readonly Range[]) => Promise<T>): Promise<T> {
  for (;;) {
    const { ranges } = log;
    try {
      const found = await look(ranges);
      // A rewrite may have taken the head of a range that was still to be read.
      if (log.ranges === ranges) return found;
    } catch (error) {
      if (log.ranges === ranges) throw unreadable(log, error);
    }
  }
}

/** What of the log's bytes in `range` lies below `offset`. */
function bytesBelow(range: Range, runs: Runs, startOffset: number, offset: number): number {
  const floor = Math.max(range.baseOffset, startOffset);
  let bytes = 0;
  for (let run = 0; run < runs.count && runs.base(run) < offset; run += 1) {
    const end = run + 1 < runs.count ? runs.base(run + 1) : range.endOffset;
    const from = Math.max(runs.base(run), floor);
    const share = (Math.min(end, offset) - from) / (end - runs.base(run));
    if (share > 0) bytes += runs.bytes(run) * share;
  }
  return bytes;
}

/** Takes the wanted entries of one run, whose bytes stand at `position` in the file; true when there is no need to read on. */
function takeRun(range: Range, bytes: Buffer, position: number, from: number, want: Want): boolean {
  let at = 0;
  while (at < bytes.length) {
    const entry = decodeEntry(bytes, at, range.segment.generation, position);
    if (entry === undefined || entry.logId !== range.logId) {
      // The last run of an active file may go on with a group that is being written just now.
      if (!range.segment.sealed && want.entries.length > 0) return true;
      throw new Error(`${range.segment.name} is damaged in log ${range.logId}, at or after offset ${from}`);
    }
    at = entry.end;
    if (entry.baseOffset + entry.count <= from) continue;
    if (entry.baseOffset + entry.count > want.to) return true;
    if (entry.payload.length > want.maxBytes && want.entries.length > 0) return true;
    want.maxBytes -= entry.payload.length;
    want.entries.push(entry);
  }
  return want.maxBytes <= 0;
}

/** Whoever asked gets an error; everybody else goes on. */
function unreadable(log: ReadableLog, error: unknown): DomainError {
  return new DomainError('storage_failed', `log ${log.id} can't be read: ${(error as Error).message}`);
}
