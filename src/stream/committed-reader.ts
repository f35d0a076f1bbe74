/**
 * Reads the committed records of one partition, one after the other, from some offset on: nothing of transactions that are open or
 * were aborted, no control records. At the end it waits and tells when there may be more. A batch that can't be unpacked or decoded
 * is passed over, and told of: producers compress, and nobody has looked into what they sent.
 *
 * Memory: the batches of one read, and at most one unpacked, which it lets go of when others need the room.
 */
import { DomainError } from '../base/errors.ts';
import { compressionType, lastOffset, readBaseOffset } from '../record/batch.ts';
import { RecordReader } from '../record/record-reader.ts';
import { recordBytes } from '../record/records.ts';
import { AbortedFilter } from './aborted-filter.ts';
import type { FetchedBatches, Partition } from './partition.ts';
import type { UnpackedBatches, UnpackedHolder } from './unpacked-batches.ts';

const READ_BYTES = 128 * 1024;

export interface ReaderHooks {
  /** `next` may find more than it did. */
  ready(): void;
  /** The records of a batch, or what is left of them, can't be read. */
  passedOver(baseOffset: number, error: DomainError): void;
  /** Nothing more can be read. */
  failed(error: Error): void;
}

export class CommittedReader implements UnpackedHolder {
  readonly #partition: Partition;
  readonly #unpacked: UnpackedBatches;
  readonly #hooks: ReaderHooks;
  /** The offset from which nothing was given yet. */
  #position: number;
  #batches: readonly Buffer[] = [];
  #next = 0;
  #filter = new AbortedFilter([]);
  /** What is being read now; its records are undefined before it is unpacked, and when they had to go. */
  #batch: Buffer | undefined;
  #records: RecordReader | undefined;
  #isBusy = false;
  #isClosed = false;
  #unwatch: (() => void) | undefined;

  /** @param position not beyond the partition's end */
  constructor(partition: Partition, position: number, unpacked: UnpackedBatches, hooks: ReaderHooks) {
    this.#partition = partition;
    this.#position = position;
    this.#unpacked = unpacked;
    this.#hooks = hooks;
  }

  /** The reader of the next record, which stands at it; undefined if there is none yet: `ready` will be called. */
  next(): RecordReader | undefined {
    while (!this.#isBusy && !this.#isClosed) {
      if (this.#records !== undefined) {
        const record = this.#nextRecord(this.#records);
        if (record !== undefined) return record;
      } else if (this.#batch !== undefined) this.#unpack(this.#batch);
      else if (!this.#nextBatch() && !this.#read()) return undefined;
    }
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch?.();
    this.#leaveBatch();
    this.#batches = [];
  }

  dropUnpacked(): void {
    this.#records = undefined;
  }

  #nextRecord(records: RecordReader): RecordReader | undefined {
    try {
      while (records.next()) {
        if (records.offset < this.#position) continue;
        this.#position = records.offset + 1;
        return records;
      }
    } catch (error) {
      this.#passOver(error);
    }
    this.#leaveBatch();
    return undefined;
  }

  #leaveBatch(): void {
    if (this.#batch !== undefined) this.#position = Math.max(this.#position, lastOffset(this.#batch) + 1);
    this.#batch = undefined;
    this.#records = undefined;
    this.#unpacked.release(this);
  }

  #passOver(error: unknown): void {
    if (!(error instanceof DomainError)) throw error;
    if (this.#batch !== undefined) this.#hooks.passedOver(readBaseOffset(this.#batch), error);
  }

  /** False: all that was read is done with. */
  #nextBatch(): boolean {
    const batch = this.#batches[this.#next];
    if (batch === undefined) return false;
    this.#next += 1;
    this.#batch = batch;
    if (!this.#filter.shows(batch) || lastOffset(batch) < this.#position) this.#leaveBatch();
    return true;
  }

  #unpack(batch: Buffer): void {
    try {
      const bytes = recordBytes(batch, this.#unpacked.batchBytesMax);
      if (bytes instanceof Promise) this.#await(bytes, (unpacked) => this.#open(batch, unpacked));
      else this.#open(batch, bytes);
    } catch (error) {
      this.#passOver(error);
      this.#leaveBatch();
    }
  }

  #open(batch: Buffer, bytes: Buffer): void {
    this.#records = new RecordReader(batch, bytes);
    if (compressionType(batch) !== 'none') this.#unpacked.hold(this, bytes.length);
  }

  /** False: there is nothing yet, or it will come. */
  #read(): boolean {
    const partition = this.#partition;
    this.#position = Math.max(this.#position, partition.startOffset);
    if (this.#position >= partition.visibleEnd('read_committed')) {
      this.#watch();
      return false;
    }
    const fetched = partition.read(this.#position, READ_BYTES, 'read_committed');
    if (!(fetched instanceof Promise)) return this.#take(fetched);
    this.#await(fetched, (read) => this.#take(read));
    return false;
  }

  #take({ batches, aborted }: FetchedBatches): boolean {
    this.#batches = batches;
    this.#next = 0;
    this.#filter = new AbortedFilter(aborted ?? []);
    if (batches.length > 0) return true;
    this.#watch();
    return false;
  }

  #watch(): void {
    this.#unwatch ??= this.#partition.watch(() => {
      this.#unwatch = undefined;
      this.#hooks.ready();
    });
  }

  #await<T>(promise: Promise<T>, use: (value: T) => void): void {
    this.#isBusy = true;
    promise.then(use).then(
      () => this.#resume(),
      (error: unknown) => this.#failed(error),
    );
  }

  #resume(): void {
    this.#isBusy = false;
    if (!this.#isClosed) this.#hooks.ready();
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return;
    if (error instanceof DomainError && this.#batch !== undefined) {
      this.#passOver(error);
      this.#leaveBatch();
      this.#resume();
      // Else the log's head was deleted while it was read: the next read begins at what is there.
    } else if (error instanceof DomainError && error.kind === 'offset_out_of_range') this.#resume();
    else this.#hooks.failed(error as Error);
  }
}
