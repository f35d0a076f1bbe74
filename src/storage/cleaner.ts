/**
 * Gives disk space back: deletes sealed segments in which nothing is live and moves the live rest of sparse ones together.
 * Touches only what the newest durable checkpoint no longer needs for replay. A move is: write the new segment, journal the
 * `moved` record, and only when that is durable delete the old files.
 */
import type { Position } from '../base/brand.ts';
import type { Durability } from '../base/durability.ts';
import { DomainError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { LogIndex, Move } from './log-index.ts';
import { rangeRecord } from './log-index.ts';
import type { LogReader } from './log-reader.ts';
import type { Medium } from './medium/medium.ts';
import type { Range, Segment } from './segment.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { isNoSpace } from './wal.ts';

export interface CleanerSettings {
  /** A segment is sparse when less than this share of it is live, in percent. */
  readonly cleanLivePercentMax: number;
  readonly segmentBytesMax: number;
}

/** Segments below this share of the usual size are merged when there are several of them. */
const SMALL_RATIO = 0.25;
const SMALL_COUNT = 8;
const READ_BYTES = 1024 * 1024;

export interface CleanerContext {
  readonly medium: Medium;
  readonly index: LogIndex;
  readonly reader: LogReader;
  readonly logger: Logger;
  readonly durability: Pick<Durability, 'appended' | 'durable'>;
  /** Whether a crash now would still replay this segment. */
  isReplayed(segment: Segment): boolean;
  newWriter(): SegmentWriter;
  /** Journals the moves together with the segment that they name; resolves when durable. */
  commitMoves(writer: SegmentWriter, moves: Move[]): Promise<void>;
}

export class Cleaner {
  /** Segments without anything live, and the position that must be durable before they go. */
  readonly #dead = new WeakMap<Segment, Position>();
  /** Segments that could not be read: they stay as they are, and what is wrong with them was said once. */
  readonly #unreadable = new WeakSet<Segment>();

  constructor(
    private readonly context: CleanerContext,
    private readonly settings: CleanerSettings,
  ) {}

  /** One round: at most one new segment is written. Answers whether there may be more to do. */
  async tick(): Promise<boolean> {
    await this.#deleteDead();
    const sources = this.#sparse();
    if (sources.length === 0) return false;
    if (!(await this.#merge(sources))) return false;
    await this.#deleteDead();
    return true;
  }

  /**
   * What made a segment dead (a truncation, a deleted topic) may not be durable yet, and a crash would bring its data back to
   * life: it goes when all that was appended when it was found dead is durable, at once or in a later round.
   */
  async #deleteDead(): Promise<void> {
    const { index, medium, logger, durability } = this.context;
    for (const segment of [...index.segments.values()]) {
      if (!segment.sealed || segment.ranges.size > 0 || this.context.isReplayed(segment)) continue;
      const deadAt = this.#dead.get(segment) ?? durability.appended;
      this.#dead.set(segment, deadAt);
      if (durability.durable < deadAt) continue;
      index.segments.delete(segment.name);
      await medium.delete(segment.name);
      logger.debug({ segment: segment.name, bytes: segment.bytes }, 'deleted a segment with nothing live in it');
    }
  }

  /** Segments worth merging, as many as fit in one new segment. */
  #sparse(): Segment[] {
    const sealed = [...this.context.index.segments.values()].filter(
      (segment) =>
        segment.sealed &&
        segment.ranges.size > 0 &&
        !this.context.isReplayed(segment) &&
        !this.#unreadable.has(segment),
    );
    const small = sealed.filter((segment) => segment.bytes < this.settings.segmentBytesMax * SMALL_RATIO);
    const chosen: Segment[] = [];
    let bytes = 0;
    for (const segment of sealed) {
      const { liveBytes } = segment;
      const isSparse = liveBytes * 100 < segment.bytes * this.settings.cleanLivePercentMax;
      const isOneOfManySmall = small.length >= SMALL_COUNT && small.includes(segment);
      if (!isSparse && !isOneOfManySmall) continue;
      if (bytes + liveBytes > this.settings.segmentBytesMax) continue;
      bytes += liveBytes;
      chosen.push(segment);
    }
    return chosen;
  }

  /** False if a source can't be read or there is no space for the new segment: they stay as they are until a later round. */
  async #merge(sources: readonly Segment[]): Promise<boolean> {
    const { medium, logger } = this.context;
    const writer = this.context.newWriter();
    const moves: { from: Range; to: Range | undefined }[] = [];
    for (const segment of sources) {
      try {
        for (const range of [...segment.ranges]) moves.push({ from: range, to: await this.#copy(range, writer) });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        this.#unreadable.add(segment);
        logger.error({ segment: segment.name, reason: error.message }, 'a segment can not be read: it is not cleaned');
        return false;
      }
    }
    try {
      await writer.finish(medium);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      logger.warn(
        { segment: writer.segment.name },
        'no space to merge sparse segments: cleaning goes on when there is',
      );
      await medium.delete(writer.segment.name);
      return false;
    }
    await this.context.commitMoves(
      writer,
      moves.map(({ from, to }) => ({
        logId: from.logId,
        from: from.baseOffset,
        to: from.endOffset,
        ...(to === undefined ? {} : { range: rangeRecord(to) }),
      })),
    );
    return true;
  }

  async #copy(range: Range, writer: SegmentWriter): Promise<Range | undefined> {
    const { index, reader } = this.context;
    const log = index.logs.get(range.logId);
    if (log === undefined || !log.ranges.includes(range)) return undefined;
    let from = Math.max(range.baseOffset, log.startOffset);
    let copy: Range | undefined;
    while (from < range.endOffset && !log.dropped) {
      const entries = await reader.read(log, from, range.endOffset, READ_BYTES);
      const last = entries.at(-1);
      if (last === undefined) break;
      for (const entry of entries) {
        if (log.owner?.retains?.(entry.baseOffset, entry.count) === false) continue;
        // Not at the old base: what lies below the first that is copied must not make the copy look sparse.
        copy ??= writer.begin(range.logId, Math.max(from, entry.baseOffset));
        writer.add(copy, entry);
      }
      from = last.baseOffset + last.count;
    }
    return copy;
  }
}
