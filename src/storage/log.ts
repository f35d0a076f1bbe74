/**
 * What the domain sees of the storage engine: logs of opaque entries, and journals of state-machine records.
 * Storage knows no protocol. Appending never waits: an entry gets its place at once and is applied at once; a reply
 * that promises durability waits until the durable watermark has passed it (`base/durability.ts`).
 */
import type { LogId } from '../base/brand.ts';
import type { Loan } from '../base/loan.ts';

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

/** The domain object behind a log: a partition or a queue. */
export interface LogOwner {
  /** The only way an entry changes the owner's state: called by `append` when live and for each entry in recovery. */
  apply(entry: Entry): void;
  /** `durableOffset` has moved. */
  becameDurable(): void;
  /**
   * Whether anything of `[baseOffset, baseOffset + count)` is still wanted; what is not is left out when its segment is
   * cleaned. Without this method everything from the log's start is.
   */
  retains?(baseOffset: number, count: number): boolean;
}

/**
 * Writes when the WAL forms a group, so that what came in meanwhile is one entry and not many. Queues work this way: their
 * messages are small and come one at a time.
 */
export interface GatheringWriter {
  /** Appends what has gathered; may be nothing. */
  writeGathered(): void;
}

export interface Log {
  readonly id: LogId;
  /** First offset that is kept; everything below is gone. */
  readonly startOffset: number;
  /** The offset after the last appended entry. */
  readonly endOffset: number;
  /** Everything below this offset is durable. Readers other than the owner see no further. */
  readonly durableOffset: number;
  /** Bytes from `startOffset` to `endOffset`; a head that was cut inside an index run counts in proportion. */
  readonly byteSize: number;
  /** Largest timestamp of any entry that is kept and written; -1 if there is none. */
  readonly maxTimestampMs: number;
  /** One owner for a log's life; set before anything is appended or recovered. */
  owner: LogOwner | undefined;

  /** Appends at or above `endOffset` (gaps are legal). The payload is kept by reference: don't change it afterwards. */
  append(entry: Entry): void;

  /**
   * Entries from the one that contains `fromOffset` (or the first after it), in order, while they end at or below
   * `toOffset` and their payloads sum to at most `maxBytes`; the first is returned whatever its size.
   * Answers without a promise when the tail cache has them. With a `loan` their payloads may be looked at until it ends,
   * without one for good; who reads much and soon drops it should pass one.
   */
  read(fromOffset: number, toOffset: number, maxBytes: number, loan?: Loan): Entry[] | Promise<Entry[]>;

  /**
   * Offset from which to scan for the first entry with a timestamp at or after `timestampMs`: nothing before it has
   * one. Undefined if no entry has.
   */
  findByTime(timestampMs: number): Promise<number | undefined>;

  /** The smallest run boundary such that at most `bytes` bytes lie from there to the end. */
  findBySize(bytes: number): Promise<number>;

  /** Bytes that are kept below `offset`, in proportion where it lies inside an index run. */
  sizeBelow(offset: number): Promise<number>;

  /** Gives up everything below `offset`. The owner journals this itself and calls again in recovery. */
  truncateHead(offset: number): void;

  /**
   * The owner no longer wants `[fromOffset, toOffset)`, which lies above the start: its share of the segments counts as dead.
   * Journalled by the owner like `truncateHead`; its `retains` must agree.
   */
  discard(fromOffset: number, toOffset: number): void;

  /**
   * Replaces what `[fromOffset, toOffset)` holds by `entries`, which keep their offsets and may leave gaps. A rewrite can
   * begin where `canRewriteFrom` says, which includes where another has ended. The entries are held in memory until they are written together.
   * Durable when the promise resolves; readers see the old or the new. For compaction.
   * @throws DomainError storage_failed when there is no space; nothing has changed then.
   */
  rewrite(fromOffset: number, toOffset: number, entries: AsyncIterable<Entry>): Promise<void>;

  /** Whether the log is stored in such a way that a rewrite can begin at `offset`. */
  canRewriteFrom(offset: number): boolean;
}

/** State that is rebuilt from records: live operation and recovery both go through `apply`, nothing else mutates. */
export interface StateMachine<Record> {
  apply(record: Record): void;
  /** Records that rebuild the present state from nothing. Complete, and changes nothing. */
  snapshot(): Iterable<Record>;
}

/** The write side of a state machine: `commit` applies each record at once and appends them as one all-or-nothing unit. */
export interface Journal<Record> {
  commit(records: readonly Record[]): void;
}

/** Runs `body`; everything it appends to any log or journal survives a crash together or not at all. Synchronous. */
export type Atomically = (body: () => void) => void;
