/**
 * What one partition remembers of one producer: its epoch, its last five batches, and its open transaction.
 * Invariant: the remembered batches all belong to `epoch`; they are in append order. A full ring reuses its oldest
 * batch object in place, so a producer in steady state allocates nothing here.
 */
import { SEQUENCE_NONE } from './producer-sequence.ts';
import type { PartitionTransaction } from './producer-transactions.ts';

/** Kafka clients may have five requests in flight, so a retry is at most five batches old. */
const BATCHES_RETAINED = 5;

/** Read it before the next append to the partition: the object is reused. */
export interface RetainedBatch {
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly timestampMs: number;
}

type Slot = { -readonly [Key in keyof RetainedBatch]: RetainedBatch[Key] };

export class ProducerEntry {
  coordinatorEpoch = -1;
  /** Largest timestamp of the last batch, or of the last marker; what DescribeProducers shows. */
  lastTimestampMs = -1;
  /** Wall-clock time of the last append or marker; what expiry goes by, since clients choose batch timestamps freely. */
  lastUsedMs: number;
  transaction: PartitionTransaction | undefined;
  readonly #slots: Slot[] = [];
  #oldest = 0;
  #count = 0;
  #epoch: number;

  constructor(
    readonly producerId: number,
    epoch: number,
    nowMs: number,
  ) {
    this.#epoch = epoch;
    this.lastUsedMs = nowMs;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get lastSequence(): number {
    if (this.#count === 0) return SEQUENCE_NONE;
    return this.#slots[(this.#oldest + this.#count - 1) % BATCHES_RETAINED]?.lastSequence ?? SEQUENCE_NONE;
  }

  get hasBatches(): boolean {
    return this.#count > 0;
  }

  /** Sequences of an earlier epoch mean nothing in a new one. */
  moveToEpoch(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#oldest = 0;
    this.#count = 0;
  }

  /** The retained batch with exactly this range; a range that only overlaps is no duplicate. */
  findBatch(baseSequence: number, lastSequence: number): RetainedBatch | undefined {
    for (let index = 0; index < this.#count; index++) {
      const slot = this.#slots[(this.#oldest + index) % BATCHES_RETAINED];
      if (slot !== undefined && slot.baseSequence === baseSequence && slot.lastSequence === lastSequence) return slot;
    }
    return undefined;
  }

  retain(
    baseSequence: number,
    lastSequence: number,
    baseOffset: number,
    lastOffset: number,
    timestampMs: number,
  ): void {
    const position = (this.#oldest + this.#count) % BATCHES_RETAINED;
    const slot = this.#slots[position];
    if (this.#count === BATCHES_RETAINED) this.#oldest = (this.#oldest + 1) % BATCHES_RETAINED;
    else this.#count++;
    if (slot === undefined) {
      this.#slots[position] = { baseSequence, lastSequence, baseOffset, lastOffset, timestampMs };
      return;
    }
    slot.baseSequence = baseSequence;
    slot.lastSequence = lastSequence;
    slot.baseOffset = baseOffset;
    slot.lastOffset = lastOffset;
    slot.timestampMs = timestampMs;
  }

  /** Oldest first. */
  *batches(): IterableIterator<RetainedBatch> {
    for (let index = 0; index < this.#count; index++) {
      const slot = this.#slots[(this.#oldest + index) % BATCHES_RETAINED];
      if (slot !== undefined) yield slot;
    }
  }
}
