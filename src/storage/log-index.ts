/**
 * Which segments exist and which stretch of which log each holds. A state machine like any other: the cleaner's moves are
 * journalled as records, and the checkpoint holds its snapshot. Entries of data logs are placed as the WAL forms groups,
 * in recovery as it replays them.
 */
import type { LogId } from '../base/brand.ts';
import type { EntryFields } from './format.ts';
import type { StateMachine } from './log.ts';
import type { RunCache } from './run-cache.ts';
import { Range, Segment } from './segment.ts';
import type { LogEngine } from './stored-log.ts';
import { StoredLog } from './stored-log.ts';

/** `[segment name, base offset, end offset, bytes, largest timestamp, footer position, run count]` */
type RangeRecord = [string, number, number, number, number, number, number];

export interface Move {
  readonly logId: number;
  readonly from: number;
  readonly to: number;
  /** Undefined when nothing of `[from, to)` is left. */
  readonly range?: RangeRecord;
}

export type IndexRecord =
  | { readonly type: 'segment'; readonly name: string; readonly generation: number; readonly bytes: number }
  | {
      readonly type: 'log';
      readonly id: number;
      readonly start: number;
      readonly end: number;
      readonly ranges: RangeRecord[];
    }
  | { readonly type: 'moved'; readonly moves: readonly Move[] };

/** Log ids below this are journals: replayed, checkpointed, never read, so not indexed. */
export const DATA_LOG_ID_MIN = 1024;

export class LogIndex implements StateMachine<IndexRecord> {
  readonly segments = new Map<string, Segment>();
  readonly logs = new Map<LogId, StoredLog>();

  constructor(
    private readonly engine: () => LogEngine,
    private readonly cache: RunCache,
  ) {}

  /** The log of that id, made if it is new. */
  log(id: LogId): StoredLog {
    let log = this.logs.get(id);
    if (log === undefined) {
      log = new StoredLog(id, this.engine());
      this.logs.set(id, log);
    }
    return log;
  }

  dropLog(id: LogId): void {
    const log = this.logs.get(id);
    if (log === undefined) return;
    for (const range of log.ranges) this.cache.drop(range);
    log.drop();
    this.logs.delete(id);
  }

  addSegment(segment: Segment): void {
    this.segments.set(segment.name, segment);
  }

  /** Notes that `log` has an entry of `bytes` (header included) at `position` of the active `segment`. */
  place(log: StoredLog, segment: Segment, entry: EntryFields, position: number, bytes: number): void {
    if (log.dropped) return;
    let range = log.ranges.at(-1);
    if (range === undefined || range.segment !== segment) {
      range = new Range(log.id, segment, entry.baseOffset);
      segment.ranges.add(range);
      log.ranges.push(range);
    }
    range.add(entry.baseOffset, entry.count, position, bytes, entry.timestampMs);
  }

  /** The footer of `segment` is decided: snapshots may name it, readers still use the runs in memory. */
  beginSeal(places: ReadonlyMap<Range, { position: number; count: number }>): void {
    for (const [range, place] of places) {
      if (range.place.kind === 'resident') range.place = { kind: 'sealing', runs: range.place.runs, ...place };
    }
  }

  /** The footer is on disk: the runs leave memory, or rather stay in the cache while there is room. */
  endSeal(segment: Segment): void {
    segment.sealed = true;
    for (const range of segment.ranges) {
      if (range.place.kind !== 'sealing') continue;
      const { runs, position, count } = range.place;
      range.place = { kind: 'footer', position, count };
      this.cache.add(range, runs);
    }
  }

  apply(record: IndexRecord): void {
    switch (record.type) {
      case 'segment':
        this.addSegment(new Segment(record.name, record.generation, record.bytes, true));
        break;
      case 'log':
        this.#restoreLog(record);
        break;
      case 'moved':
        for (const move of record.moves) this.#move(move);
        break;
    }
  }

  *snapshot(): Iterable<IndexRecord> {
    for (const { name, generation, bytes, ranges } of this.segments.values()) {
      if (ranges.size > 0) yield { type: 'segment', name, generation, bytes };
    }
    for (const log of this.logs.values()) {
      yield {
        type: 'log',
        id: log.id,
        start: log.startOffset,
        end: log.endOffset,
        ranges: log.ranges.map(rangeRecord),
      };
    }
  }

  #restoreLog(record: IndexRecord & { type: 'log' }): void {
    const log = this.log(record.id as LogId);
    log.startOffset = record.start;
    log.endOffset = record.end;
    log.ranges = record.ranges.map((range) => this.#restoreRange(log, range));
  }

  #restoreRange(log: StoredLog, record: RangeRecord): Range {
    const [name, baseOffset, endOffset, bytes, timestampMs, position, count] = record;
    const segment = this.segments.get(name);
    if (segment === undefined) throw new Error(`log ${log.id} is said to be in ${name}, which is not known`);
    const range = new Range(log.id, segment, baseOffset);
    Object.assign(range, {
      endOffset,
      bytes,
      timestampMs,
      liveBytes: bytes,
      place: { kind: 'footer', position, count },
    });
    if (log.startOffset > baseOffset) range.truncateHead(log.startOffset);
    segment.ranges.add(range);
    return range;
  }

  /** Swaps what a log has in `[from, to)` for one range, unless the log or all of that was given up meanwhile. */
  #move(move: Move): void {
    const log = this.logs.get(move.logId as LogId);
    if (log === undefined) return;
    log.forgetTailBelow(move.to);
    const kept: Range[] = [];
    let at = 0;
    for (const range of log.ranges) {
      if (range.endOffset <= move.from) at += 1;
      if (range.endOffset <= move.from || range.baseOffset >= move.to) {
        kept.push(range);
        continue;
      }
      if (range.endOffset > move.to) {
        range.giveUpHead(move.to);
        kept.push(range);
        continue;
      }
      range.segment.ranges.delete(range);
      this.cache.drop(range);
    }
    if (move.range !== undefined && move.range[2] > log.startOffset) {
      kept.splice(at, 0, this.#restoreRange(log, move.range));
    }
    log.ranges = kept;
  }
}

export function rangeRecord(range: Range): RangeRecord {
  if (range.place.kind === 'resident') throw new Error(`log ${range.logId}: ${range.segment.name} is not sealed`);
  const { position, count } = range.place;
  return [range.segment.name, range.baseOffset, range.endOffset, range.bytes, range.timestampMs, position, count];
}
