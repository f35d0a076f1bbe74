/**
 * One compaction pass over one partition. First it goes through the dirty part and notes the newest offset of each key, until
 * memory for keys runs out: there this pass ends. Then it goes from the start of the log to that end and rewrites it in
 * pieces without what newer records supersede. Each piece is all-or-nothing and they are made in the order of the log, so
 * a crash leaves a compacted beginning and the old rest: whatever a record supersedes goes no later than the record.
 *
 * The last batch below the end is kept, empty if nothing of it is left, so that a consumer can move past what was removed.
 * A pass gives up when the partition is deleted, and between two reads when the node stops.
 */
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { isControlBatch, maxTimestamp } from '../record/batch.ts';
import type { Entry } from '../storage/log.ts';
import { CompactionFilter } from './compaction-filter.ts';
import { OffsetMap } from './compaction-offset-map.ts';
import type { CompactionPlan } from './compaction-plan.ts';
import { RecordTable } from './compaction-records.ts';
import { CompactionTransactions } from './compaction-transactions.ts';
import type { Partition } from './partition.ts';
import type { Streams } from './streams.ts';

const READ_BYTES = 1024 * 1024;
/** What survives is collected up to this size and then written. */
const PIECE_BYTES = 16 * 1024 * 1024;
/** Other work waits no longer than this, or for one batch. */
const SLICE_MS = 5;

export interface PassContext {
  readonly streams: Streams;
  readonly clock: Clock;
  readonly random: Random;
  readonly keyBytesMax: number;
  readonly pieceBytes?: number;
  isStopping(): boolean;
}

export class CompactionPass {
  readonly #partition: Partition;
  readonly #context: PassContext;
  readonly #transactions: CompactionTransactions;
  readonly #newest: OffsetMap;
  #sliceStartMs: number;

  constructor(partition: Partition, context: PassContext) {
    this.#partition = partition;
    this.#context = context;
    this.#transactions = new CompactionTransactions(partition.producers.snapshot());
    this.#newest = new OffsetMap(context.keyBytesMax, context.random);
    this.#sliceStartMs = context.clock.monotonicMs();
  }

  /**
   * Answers whether memory for keys ran out before the end of the plan.
   * @throws DomainError storage_failed when there is no space; record_corrupt when the log can't be read
   */
  async run(plan: CompactionPlan): Promise<boolean> {
    const { streams } = this.#context;
    const endOffset = await this.#collectKeys(plan);
    if (this.#isOver) return false;
    const horizonMs = await this.#rewrite(endOffset);
    if (this.#isOver) return false;
    streams.markCleaned(this.#partition, endOffset, horizonMs);
    return endOffset < plan.endOffset;
  }

  get #isOver(): boolean {
    return this.#partition.isDeleted || this.#context.isStopping();
  }

  /** Answers up to where the newest offsets are known. */
  async #collectKeys(plan: CompactionPlan): Promise<number> {
    const table = new RecordTable();
    let end = plan.firstDirtyOffset;
    for await (const { payload, baseOffset, count } of this.#entries(end, plan.endOffset)) {
      if (!isControlBatch(payload) && !this.#transactions.isAborted(payload) && (await decodes(table, payload))) {
        const isFull = this.#newest.count > 0 && !this.#newest.hasRoom(table.count, table.keyBytes);
        if (isFull) return end;
        this.#note(table, baseOffset);
      }
      end = baseOffset + count;
    }
    return plan.endOffset;
  }

  #note(table: RecordTable, baseOffset: number): void {
    for (let record = 0; record < table.count; record++) {
      if (!table.hasKey(record)) continue;
      const offset = baseOffset + table.offsetDelta(record);
      this.#newest.put(table.bytes, table.keyStart(record), table.keyEnd(record), offset);
    }
  }

  /** Answers when there will be tombstones or markers to remove below `endOffset`. */
  async #rewrite(endOffset: number): Promise<number> {
    const { clock, pieceBytes = PIECE_BYTES } = this.#context;
    const { log, config } = this.#partition;
    const { deleteRetentionMs } = config;
    const [newest, transactions, nowMs] = [this.#newest, this.#transactions, clock.nowMs()];
    const filter = new CompactionFilter({ newest, transactions, nowMs, deleteRetentionMs });
    let piece = new Piece(this.#partition.startOffset);
    let horizonMs = Number.POSITIVE_INFINITY;
    for await (const entry of this.#entries(piece.fromOffset, endOffset)) {
      const filtered = await filter.filter(entry.payload);
      horizonMs = Math.min(horizonMs, filtered.horizonMs);
      piece.add(entry, filtered.batch, filtered.isKept);
      const canStay = !piece.isChanged && log.canRewriteFrom(piece.toOffset);
      if (!canStay && piece.bytes < pieceBytes) continue;
      if (!canStay) await this.#write(piece, piece.toOffset);
      piece = new Piece(piece.toOffset);
    }
    if (!this.#isOver) {
      piece.keepLast();
      if (piece.isChanged) await this.#write(piece, endOffset);
      else this.#forgetAborted();
    }
    return horizonMs;
  }

  async #write(piece: Piece, toOffset: number): Promise<void> {
    this.#forgetAborted();
    await this.#partition.log.rewrite(piece.fromOffset, toOffset, each(piece.entries));
  }

  /** In the WAL before any of their markers goes. */
  #forgetAborted(): void {
    const forgotten = this.#transactions.takeForgotten();
    if (forgotten.length > 0) this.#context.streams.forgetAborted(this.#partition, forgotten);
  }

  /** The batches in `[from, to)`, while the pass goes on. Lets other work in from time to time. */
  async *#entries(from: number, to: number): AsyncIterable<Entry> {
    const { clock } = this.#context;
    for (let offset = from; offset < to && !this.#isOver; ) {
      const entries = await this.#read(offset, to);
      for (const entry of entries) {
        if (clock.monotonicMs() - this.#sliceStartMs >= SLICE_MS) await this.#pause();
        if (this.#isOver) return;
        yield entry;
      }
      const last = entries.at(-1);
      if (last === undefined) return;
      offset = last.baseOffset + last.count;
      await this.#pause();
    }
  }

  async #read(offset: number, to: number): Promise<Entry[]> {
    try {
      return await this.#partition.log.read(offset, to, READ_BYTES);
    } catch (error) {
      throw new DomainError('record_corrupt', (error as Error).message);
    }
  }

  async #pause(): Promise<void> {
    const { clock } = this.#context;
    await new Promise<void>((resolve) => clock.defer(resolve));
    this.#sliceStartMs = clock.monotonicMs();
  }
}

/** The survivors of a stretch of the log; one in which nothing changes stays where it is. */
class Piece {
  readonly entries: Entry[] = [];
  bytes = 0;
  toOffset: number;
  #isChanged = false;
  /** A batch that goes unless it turns out to be the last. */
  #held: Entry | undefined;

  constructor(readonly fromOffset: number) {
    this.toOffset = fromOffset;
  }

  /** Whether anything goes or shrinks; a held batch counts, until it is kept after all. */
  get isChanged(): boolean {
    return this.#isChanged || this.#held !== undefined;
  }

  add(entry: Entry, batch: Buffer, isKept: boolean): void {
    if (this.#held !== undefined || batch !== entry.payload) this.#isChanged = true;
    this.#held = undefined;
    this.toOffset = entry.baseOffset + entry.count;
    // A view of what was read would keep all of it in memory.
    const payload = batch === entry.payload ? Buffer.from(batch) : batch;
    const { type, baseOffset, count } = entry;
    const survivor = { type, baseOffset, count, timestampMs: maxTimestamp(batch), payload };
    if (isKept) this.#push(survivor);
    else this.#held = survivor;
  }

  keepLast(): void {
    if (this.#held !== undefined) this.#push(this.#held);
    this.#held = undefined;
  }

  #push(entry: Entry): void {
    this.entries.push(entry);
    this.bytes += entry.payload.length;
  }
}

async function* each(entries: readonly Entry[]): AsyncIterable<Entry> {
  yield* entries;
}

async function decodes(table: RecordTable, batch: Buffer): Promise<boolean> {
  try {
    await table.read(batch);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}
