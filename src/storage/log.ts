/**
 * What the domain sees of the storage engine: logs of opaque entries, and journals of state-machine records.
 * Storage knows no protocol. Appending never waits: an entry is assigned its place and is visible to its owner at
 * once; a reply that promises durability waits until the durable watermark has passed it (`base/durability.ts`).
 */
import type { LogId } from '../base/brand.ts';

export interface Entry {
  /** Meaning belongs to the owner of the log; 0-255. */
  readonly type: number;
  /** Offset of the first thing in this entry. */
  readonly baseOffset: number;
  /** How many offsets the entry covers: `[baseOffset, baseOffset + count)`. At least 1. */
  readonly count: number;
  /** Largest timestamp inside, milliseconds since the Unix epoch; -1 if none. */
  readonly timestampMs: number;
  readonly payload: Buffer;
}

export interface Log {
  readonly id: LogId;
  /** First offset that is kept; everything below is gone. */
  readonly startOffset: number;
  /** The offset after the last appended entry. */
  readonly endOffset: number;
  /** Everything below this offset is durable. Readers other than the owner see no further. */
  readonly durableOffset: number;
  /** Payload bytes from `startOffset` to `endOffset`, an estimate rounded to whole index runs. */
  readonly byteSize: number;

  /** Appends at `endOffset` (or above it: gaps are legal). Storage keeps references to the payload; don't mutate it after. */
  append(entry: Entry): void;

  /**
   * Entries from the one that contains `fromOffset` (or the first after it), in order, while they end at or below
   * `toOffset` and their payloads sum to at most `maxBytes`; the first is returned whatever its size.
   * Answers without a promise when the tail cache has them.
   */
  read(fromOffset: number, toOffset: number, maxBytes: number): Entry[] | Promise<Entry[]>;

  /** Base offset of the first entry whose timestamp is at or after `timestampMs`, by index run: a lower bound to scan from. */
  lowerBoundByTime(timestampMs: number): number | undefined;

  /** Gives up everything below `offset`. Durable through the owner's own journal, which replays this call. */
  truncateHead(offset: number): void;

  /** Called after `durableOffset` moved. One listener: the owner. */
  onDurable: (() => void) | undefined;
}

/** State that is rebuilt from records: live operation and recovery both go through `apply`, nothing else mutates. */
export interface StateMachine<Record> {
  apply(record: Record): void;
  /** Records that rebuild the present state from nothing. Must be complete and not change state. */
  snapshot(): Iterable<Record>;
}

/** The write side of a state machine: `commit` appends the records as one all-or-nothing unit and applies each at once. */
export interface Journal<Record> {
  commit(records: readonly Record[]): void;
}

/** Runs `body`; everything it appends to any log or journal survives a crash together or not at all. Synchronous. */
export type Atomically = (body: () => void) => void;
