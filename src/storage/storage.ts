/**
 * The storage engine: ties the WAL, the index, the caches, checkpoints and the cleaner together. Order of use: `open`, register
 * every journal, `recover`, then append. After a fatal error nothing becomes durable any more and `onFatal` was called once.
 */
import { assert } from '../base/assert.ts';
import type { LogId, Position } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import type { Durability } from '../base/durability.ts';
import { DomainError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { BlockCache } from './block-cache.ts';
import { checkpointName, encodeCheckpoint } from './checkpoint.ts';
import { Cleaner, type CleanerSettings } from './cleaner.ts';
import { encodeFooter } from './footer.ts';
import { FLAG_CONTINUES } from './format.ts';
import type { Entry, GatheringWriter, Journal, Log } from './log.ts';
import { DATA_LOG_ID_MIN, type IndexRecord, LogIndex, type Move, rangeRecord } from './log-index.ts';
import { LogReader } from './log-reader.ts';
import type { Medium } from './medium/medium.ts';
import { recover } from './recovery.ts';
import { RunCache } from './run-cache.ts';
import type { Segment } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { type AttachableJournal, StoredJournal } from './stored-journal.ts';
import { AppendedEntry, type LogEngine, StoredLog } from './stored-log.ts';
import { TailCache } from './tail-cache.ts';
import { isNoSpace, Wal, type WalSettings, walName } from './wal.ts';

export interface StorageSettings extends WalSettings, CleanerSettings {
  readonly tailCacheBytesMax: number;
  readonly indexCacheBytesMax: number;
  readonly readCacheBytesMax: number;
  /** Appended and not yet durable; above it producers are held back. */
  readonly walPendingBytesMax: number;
  /** Below this much free space producers are refused, so that deletions and coordinators still have room. */
  readonly diskReserveBytes: number;
}

export interface StorageDeps {
  readonly medium: Medium;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: StorageSettings;
  readonly logger: Logger;
  onFatal(error: Error): void;
}

/** The storage engine's own journal; ids up to `DATA_LOG_ID_MIN` are journals. */
const INDEX_JOURNAL_ID = 1 as LogId;
/**
 * A checkpoint is made when this many times its own size has been written since the last: what it costs stays a small
 * share of what is written, however much there is to remember, and replay stays in proportion to the state.
 */
const WRITTEN_PER_CHECKPOINT_BYTE = 16;
/** Free space is looked at again after this many written bytes. */
const SPACE_CHECK_BYTES = 4 * 1024 * 1024;

export class Storage implements Durability {
  readonly #deps: StorageDeps;
  readonly #wal: Wal;
  readonly #index: LogIndex;
  readonly #cache: RunCache;
  readonly #tail: TailCache;
  readonly #cleaner: Cleaner;
  readonly #engine: LogEngine;
  readonly #journals: StoredJournal<unknown>[] = [];
  readonly #indexJournal: Journal<IndexRecord>;
  readonly #durableListeners = new Set<() => void>();
  readonly #relieved = new Set<() => void>();
  #atomicSet: AppendedEntry[] | undefined;
  #recovering = true;
  /** The WAL sequence from which the newest durable checkpoint replays. */
  #checkpointed = 0;
  #checkpoint: { sequence: number; buffers: Buffer[] } | undefined;
  #checkpointing: Promise<void> = Promise.resolve();
  #checkpointBytes = 0;
  #writtenSinceCheckpoint = 0;
  /** What moves data (the cleaner, rewrites) goes one at a time: each decides by what it read where the data is. */
  #moving: Promise<unknown> = Promise.resolve();
  #full = false;
  #low = false;
  #uncheckedBytes = 0;

  constructor(deps: StorageDeps) {
    this.#deps = deps;
    const { medium, clock, settings } = deps;
    this.#cache = new RunCache(medium, settings.indexCacheBytesMax);
    this.#tail = new TailCache(settings.tailCacheBytesMax);
    const reader = new LogReader(new BlockCache(medium, settings.readCacheBytesMax), this.#cache);
    this.#engine = {
      reader,
      append: (entry) => this.#append(entry),
      rewrite: (log, from, to, entries) => this.#rewrite(log, from, to, entries),
    };
    this.#index = new LogIndex(() => this.#engine, this.#cache);
    this.#wal = new Wal(medium, clock, this.#index, settings, {
      sealing: (segment, bytes) => this.#sealing(segment, bytes),
      rolled: (segment, nextSequence) => this.#rolled(segment, nextSequence),
      durable: (logs) => this.#becameDurable(logs),
      full: (isFull) => this.#setFull(isFull),
      fatal: (error) => deps.onFatal(error),
    });
    const indexJournal = this.journal<IndexRecord>(INDEX_JOURNAL_ID);
    indexJournal.attach(this.#index);
    this.#indexJournal = indexJournal;
    this.#cleaner = new Cleaner(
      {
        medium,
        index: this.#index,
        reader,
        logger: deps.logger,
        durability: this,
        isReplayed: (segment) => segment.name.startsWith('wal-') && segment.name >= walName(this.#checkpointed),
        newWriter: () => this.#newWriter(),
        commitMoves: (writer, moves) => this.#commitMoves(writer, moves),
      },
      settings,
    );
  }

  /** Registers a journal; its state machine is attached before recovery. They are restored in the order of registration. */
  journal<Record>(id: LogId): AttachableJournal<Record> {
    assert(id < DATA_LOG_ID_MIN && !this.#journals.some((other) => other.id === id), `journal id ${id} is not free`);
    const log = new StoredLog(id, this.#engine);
    const journal = new StoredJournal<Record>(id, (payload) => {
      assert(!this.#recovering, 'a journal was written to during recovery');
      this.#wal.writeGathered();
      this.#append(new AppendedEntry(log, id, 0, 0, 1, -1, payload));
    });
    this.#journals.push(journal as StoredJournal<unknown>);
    return journal;
  }

  /** The data log of that id; made empty if it doesn't exist. */
  log(id: LogId): Log {
    assert(id >= DATA_LOG_ID_MIN, `log id ${id} is reserved for journals`);
    return this.#index.log(id);
  }

  /** Gives up a log and its data. The owner journals this itself and calls again in recovery. */
  dropLog(id: LogId): void {
    this.#index.dropLog(id);
  }

  /** Loads the newest checkpoint, replays the WAL and begins a new WAL file. Rejects with `RecoveryError`. */
  async recover(): Promise<void> {
    const { medium, logger, clock } = this.#deps;
    const startedMs = clock.monotonicMs();
    const found = await recover({
      medium,
      index: this.#index,
      clock,
      logger,
      applyJournal: (id, payload) => this.#applyJournal(id, payload),
    });
    this.#recovering = false;
    const buffers = found.isNew ? undefined : this.#snapshot(found.nextSequence);
    await this.#wal.start(found.nextSequence, () => this.#deps.random.uint32());
    this.#checkpointed = found.checkpointed;
    if (buffers !== undefined) this.#startCheckpoint(found.nextSequence, buffers);
    await this.checkSpace();
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    logger.info({ replayedBytes: found.replayedBytes, durationMs }, 'storage recovered');
  }

  /** Makes all appends durable and lets go of the medium. */
  async stop(): Promise<void> {
    await this.#wal.stop();
    await this.#checkpointing;
    await this.#deps.medium.close();
  }

  get appended(): Position {
    return this.#wal.appended;
  }

  get durable(): Position {
    return this.#wal.durable;
  }

  onDurable(listener: () => void): () => void {
    this.#durableListeners.add(listener);
    return () => this.#durableListeners.delete(listener);
  }

  /** More is waiting for the disk than allowed: whoever reads from producers should pause until `onRelieved`. */
  get overloaded(): boolean {
    return this.#wal.pendingBytes > this.#deps.settings.walPendingBytesMax;
  }

  /** Calls `listener` once, when `overloaded` has ended. */
  onRelieved(listener: () => void): void {
    this.#relieved.add(listener);
  }

  /** False while there is no space for client data. */
  get hasSpace(): boolean {
    return !this.#full && !this.#low;
  }

  /** Not a byte can be written: what is appended waits until there is space again. */
  get isFull(): boolean {
    return this.#full;
  }

  readonly atomically = (body: () => void): void => {
    if (this.#atomicSet !== undefined) {
      body();
      return;
    }
    this.#wal.writeGathered();
    const set: AppendedEntry[] = [];
    this.#atomicSet = set;
    try {
      body();
      this.#wal.writeGathered();
    } finally {
      this.#atomicSet = undefined;
      for (const entry of set.slice(0, -1)) entry.flags |= FLAG_CONTINUES;
    }
  };

  /** See `Wal.gather`. A journal record that is committed later comes behind what has gathered before. */
  gather(writer: GatheringWriter, bytes: number): void {
    assert(!this.#recovering, 'something gathered during recovery');
    this.#wal.gather(writer, bytes);
    this.#uncheckedBytes += bytes;
  }

  /** One round of cleaning; answers whether another may find work. */
  clean(): Promise<boolean> {
    return this.#exclusively(() => this.#cleaner.tick());
  }

  /** Looks at the free space of the medium. */
  async checkSpace(): Promise<void> {
    this.#uncheckedBytes = 0;
    const isLow = (await this.#deps.medium.freeBytes()) < this.#deps.settings.diskReserveBytes;
    if (isLow !== this.#low)
      this.#deps.logger.warn({ isLow }, isLow ? 'disk space is below the reserve' : 'disk space is back');
    this.#low = isLow;
  }

  /** Sum of the sizes of all files that hold data. */
  get storedBytes(): number {
    let bytes = 0;
    for (const segment of this.#index.segments.values()) bytes += segment.bytes;
    return bytes;
  }

  #append(entry: AppendedEntry): void {
    assert(!this.#recovering, 'an entry was appended during recovery');
    this.#atomicSet?.push(entry);
    this.#wal.append(entry);
    if (entry.logId >= DATA_LOG_ID_MIN) this.#tail.add(entry);
    this.#uncheckedBytes += entry.payload.length;
  }

  #applyJournal(id: number, payload: Buffer): void {
    const journal = this.#journals.find((candidate) => candidate.id === id);
    if (journal === undefined) throw new Error(`the WAL has records of journal ${id}, which this version doesn't know`);
    journal.replay(payload);
  }

  #becameDurable(logs: readonly StoredLog[]): void {
    for (const log of logs) log.owner?.becameDurable();
    for (const listener of this.#durableListeners) listener();
    this.#tail.evict(this.#wal.durable);
    if (this.#relieved.size > 0 && !this.overloaded) {
      const listeners = [...this.#relieved];
      this.#relieved.clear();
      for (const listener of listeners) listener();
    }
    if (this.#uncheckedBytes >= SPACE_CHECK_BYTES)
      this.checkSpace().catch((error) => this.#deps.onFatal(error as Error));
  }

  #setFull(isFull: boolean): void {
    this.#full = isFull;
    this.#deps.logger.warn(
      { isFull },
      isFull ? 'disk full: producers are refused until there is space' : 'disk no longer full',
    );
  }

  /** The state now is exactly what the files up to and including `segment` give: the moment for a checkpoint, if one is due. */
  #sealing(segment: Segment, bytes: number): Buffer[] {
    const footer = encodeFooter(segment, bytes);
    this.#index.beginSeal(footer.places);
    this.#writtenSinceCheckpoint += bytes;
    if (this.#writtenSinceCheckpoint >= this.#checkpointBytes * WRITTEN_PER_CHECKPOINT_BYTE) {
      const sequence = Number(segment.name.slice('wal-'.length)) + 1;
      this.#checkpoint = { sequence, buffers: this.#snapshot(sequence) };
    }
    return footer.buffers;
  }

  #rolled(segment: Segment, nextSequence: number): void {
    this.#index.endSeal(segment);
    const checkpoint = this.#checkpoint;
    if (checkpoint?.sequence === nextSequence) this.#startCheckpoint(nextSequence, checkpoint.buffers);
    this.#checkpoint = undefined;
  }

  #snapshot(sequence: number): Buffer[] {
    const journals = this.#journals.map((journal) => ({ id: journal.id, records: journal.machine.snapshot() }));
    const buffers = encodeCheckpoint(sequence, this.#deps.random.uint32(), journals);
    this.#checkpointBytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    this.#writtenSinceCheckpoint = 0;
    return buffers;
  }

  #startCheckpoint(sequence: number, buffers: Buffer[]): void {
    this.#checkpointing = this.#checkpointing
      .then(() => this.#writeCheckpoint(sequence, buffers))
      .catch((error) => this.#deps.onFatal(error as Error));
  }

  async #writeCheckpoint(sequence: number, buffers: Buffer[]): Promise<void> {
    const { medium, logger } = this.#deps;
    try {
      await medium.put(checkpointName(sequence), buffers);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      logger.warn({ sequence }, 'no space for a checkpoint: a restart will replay more');
      await medium.delete(checkpointName(sequence));
      return;
    }
    const previous = this.#checkpointed;
    this.#checkpointed = sequence;
    for (let old = previous; old < sequence; old += 1) await medium.delete(checkpointName(old));
  }

  #newWriter(): SegmentWriter {
    const { random } = this.#deps;
    return new SegmentWriter(random.bytes(10).toString('hex'), random.uint32());
  }

  async #commitMoves(writer: SegmentWriter, moves: Move[]): Promise<void> {
    const { name, generation, bytes } = writer.segment;
    this.#indexJournal.commit([
      { type: 'segment', name, generation, bytes },
      { type: 'moved', moves },
    ]);
    await this.#untilDurable(this.appended);
  }

  #untilDurable(position: Position): Promise<void> {
    if (this.durable >= position) return Promise.resolve();
    return new Promise((resolve) => {
      const unsubscribe = this.onDurable(() => {
        if (this.durable < position) return;
        unsubscribe();
        resolve();
      });
    });
  }

  #exclusively<T>(move: () => Promise<T>): Promise<T> {
    const moved = this.#moving.then(move);
    this.#moving = moved.catch(() => {});
    return moved;
  }

  #rewrite(log: StoredLog, from: number, to: number, entries: AsyncIterable<Entry>): Promise<void> {
    return this.#exclusively(() => this.#writeAnew(log, from, to, entries));
  }

  async #writeAnew(log: StoredLog, from: number, to: number, entries: AsyncIterable<Entry>): Promise<void> {
    const writer = this.#newWriter();
    let range: ReturnType<SegmentWriter['begin']> | undefined;
    for await (const entry of entries) {
      range ??= writer.begin(log.id, from);
      writer.add(range, entry);
    }
    if (range === undefined) {
      this.#indexJournal.commit([{ type: 'moved', moves: [{ logId: log.id, from, to }] }]);
      await this.#untilDurable(this.appended);
      return;
    }
    await this.#finish(writer);
    await this.#commitMoves(writer, [{ logId: log.id, from, to, range: rangeRecord(range) }]);
  }

  async #finish(writer: SegmentWriter): Promise<void> {
    const { medium } = this.#deps;
    try {
      await writer.finish(medium);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      await medium.delete(writer.segment.name);
      throw new DomainError('storage_failed', 'no disk space to rewrite a log: free some, it is tried again later');
    }
  }
}
