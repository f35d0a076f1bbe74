/**
 * One topic partition: a log of record batches and what is known of the producers that wrote them. Batches are stored as
 * they came, with base offset and leader epoch patched in place. Readers see no further than the high watermark (what is
 * durable), those of committed data no further than the last stable offset.
 *
 * `apply` alone changes the producers' state, in live operation and in recovery.
 */
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import type { Loan } from '../base/loan.ts';
import type { EffectiveTopicConfig } from '../catalog/effective-config.ts';
import * as batches from '../record/batch.ts';
import { buildEndTransactionMarker, parseEndTransactionMarker } from '../record/control.ts';
import type { Entry, Log, LogOwner } from '../storage/log.ts';
import { ProducerState, type ProducerStateSettings } from './producer-state.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** The only type of entry in a partition's log. */
const RECORD_BATCH = 1;
/** One node leads every partition from the first to the last day. */
export const LEADER_EPOCH = 0;

export type IsolationLevel = 'read_uncommitted' | 'read_committed';

export interface AppendResult {
  readonly baseOffset: number;
  /** -1 unless the topic stamps records when they are appended. Of a duplicate, as in Kafka, its largest timestamp. */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
}

export interface FetchedBatches {
  readonly batches: Buffer[];
  readonly bytes: number;
  /** What had been aborted among them; null for read_uncommitted. */
  readonly aborted: AbortedTransaction[] | null;
}

export interface PartitionDeps {
  readonly clock: Clock;
  readonly producerSettings: ProducerStateSettings;
  /** False while the disk has no room for client data. */
  hasSpace(): boolean;
}

export class Partition implements LogOwner {
  readonly producers: ProducerState;
  /** Compaction has been through everything below this offset. */
  cleanedOffset = 0;
  /** From this time on compaction has tombstones or markers to remove below `cleanedOffset`. */
  deleteHorizonMs = Number.POSITIVE_INFINITY;
  #deleted = false;
  #stableOffset = 0;
  /** Called, once each, when more can be read or the partition is gone. */
  #watchers = new Set<() => void>();

  constructor(
    readonly topicName: string,
    readonly topicId: string,
    readonly index: number,
    readonly log: Log,
    private readonly configOf: () => EffectiveTopicConfig,
    private readonly deps: PartitionDeps,
  ) {
    this.producers = new ProducerState(deps.clock, deps.producerSettings);
    log.owner = this;
  }

  get config(): EffectiveTopicConfig {
    return this.configOf();
  }

  get startOffset(): number {
    return this.log.startOffset;
  }

  get endOffset(): number {
    return this.log.endOffset;
  }

  get highWatermark(): number {
    return this.log.durableOffset;
  }

  get lastStableOffset(): number {
    if (this.#stableOffset < this.log.durableOffset)
      this.#stableOffset = this.producers.lastStableOffset(this.highWatermark);
    return Math.max(this.#stableOffset, this.log.startOffset);
  }

  get isDeleted(): boolean {
    return this.#deleted;
  }

  /**
   * Appends one validated batch, which this partition owns from here on and changes in place.
   * @param transactionsV2 the producer works by KIP-890's rules.
   * @throws DomainError as `ProducerState.check`; storage_failed when there is no space.
   */
  append(batch: Buffer, transactionsV2: boolean): AppendResult {
    if (this.#deleted) throw new DomainError('topic_not_found', `the topic ${this.topicName} was deleted meanwhile`);
    const producerId = batches.producerId(batch);
    if (!this.deps.hasSpace()) {
      if (producerId >= 0) {
        this.producers.refusedForNow(producerId, batches.producerEpoch(batch), batches.baseSequence(batch));
      }
      throw new DomainError('storage_failed', `no disk space for ${this.topicName}-${this.index}: free some and retry`);
    }
    const { config, log } = this;
    const isAppendTime = config.timestampType === 'LogAppendTime';
    if (producerId >= 0) {
      const duplicate = this.producers.check(
        producerId,
        batches.producerEpoch(batch),
        batches.baseSequence(batch),
        batches.recordCount(batch),
        batches.isTransactional(batch),
        transactionsV2,
      );
      if (duplicate !== undefined) {
        const { baseOffset, timestampMs: logAppendTimeMs } = duplicate;
        return { baseOffset, logAppendTimeMs, logStartOffset: log.startOffset };
      }
    }
    const nowMs = isAppendTime ? this.deps.clock.nowMs() : -1;
    if (isAppendTime) batches.setLogAppendTime(batch, nowMs);
    const baseOffset = log.endOffset;
    this.#store(batch, baseOffset);
    return { baseOffset, logAppendTimeMs: nowMs, logStartOffset: log.startOffset };
  }

  /** False: what would be appended now is refused. */
  get hasSpace(): boolean {
    return this.deps.hasSpace();
  }

  /**
   * Appends a batch of records, without a producer, that were accepted when there was space: they get their place even if it has run
   * out since. The batch belongs to this partition from here on.
   */
  appendAccepted(batch: Buffer): void {
    if (this.#deleted) return;
    if (this.config.timestampType === 'LogAppendTime') batches.setLogAppendTime(batch, this.deps.clock.nowMs());
    this.#store(batch, this.log.endOffset);
  }

  /** Appends the control batch that ends a transaction. The coordinator has checked that there is one to end. */
  endTransaction(producerId: number, producerEpoch: number, isCommit: boolean, coordinatorEpoch: number): void {
    if (this.#deleted) return;
    const baseOffset = this.log.endOffset;
    const marker = buildEndTransactionMarker(
      { type: isCommit ? 'commit' : 'abort', coordinatorEpoch },
      { baseOffset, leaderEpoch: LEADER_EPOCH, producerId, producerEpoch, timestampMs: this.deps.clock.nowMs() },
    );
    this.#store(marker, baseOffset);
  }

  #store(batch: Buffer, baseOffset: number): void {
    batches.patchForAppend(batch, { baseOffset, leaderEpoch: LEADER_EPOCH });
    this.log.append({
      type: RECORD_BATCH,
      baseOffset,
      count: batches.lastOffsetDelta(batch) + 1,
      timestampMs: batches.maxTimestamp(batch),
      payload: batch,
    });
  }

  apply(entry: Entry): void {
    assert(entry.type === RECORD_BATCH, `entry type ${entry.type} in the log of ${this.topicName}-${this.index}`);
    const batch = entry.payload;
    const producerId = batches.producerId(batch);
    if (producerId < 0) return;
    const epoch = batches.producerEpoch(batch);
    if (batches.isControlBatch(batch)) {
      const marker = parseEndTransactionMarker(batch);
      if (marker === undefined) return;
      const isCommit = marker.type === 'commit';
      const { baseOffset, timestampMs } = entry;
      this.producers.endTransaction(producerId, epoch, baseOffset, isCommit, marker.coordinatorEpoch, timestampMs);
      return;
    }
    const lastOffset = entry.baseOffset + entry.count - 1;
    const isTransactional = batches.isTransactional(batch);
    const baseSequence = batches.baseSequence(batch);
    this.producers.append(
      producerId,
      epoch,
      baseSequence,
      entry.baseOffset,
      lastOffset,
      entry.timestampMs,
      isTransactional,
    );
  }

  becameDurable(): void {
    this.#stableOffset = this.producers.lastStableOffset(this.highWatermark);
    this.#wake();
  }

  /**
   * Batches from the one that holds `offset`, of at most `maxBytes` in all, but at least one if there is any.
   * @param loan the batches may be looked at until it ends.
   * @throws DomainError offset_out_of_range
   */
  read(
    offset: number,
    maxBytes: number,
    isolation: IsolationLevel,
    loan?: Loan,
  ): FetchedBatches | Promise<FetchedBatches> {
    this.#checkOffset(offset);
    const entries = this.log.read(offset, this.visibleEnd(isolation), maxBytes, loan);
    if (!(entries instanceof Promise)) return this.#fetched(offset, entries, isolation);
    return entries.then((read) => {
      // Deletion meanwhile has also dropped what was known of transactions that were aborted down there.
      this.#checkOffset(offset);
      return this.#fetched(offset, read, isolation);
    });
  }

  #checkOffset(offset: number): void {
    if (offset < this.startOffset || offset > this.endOffset) {
      throw new DomainError(
        'offset_out_of_range',
        `offset ${offset} of ${this.topicName}-${this.index} is not in [${this.startOffset}, ${this.endOffset}]`,
      );
    }
  }

  /** The offset up to which a reader sees. */
  visibleEnd(isolation: IsolationLevel): number {
    return isolation === 'read_committed' ? this.lastStableOffset : this.highWatermark;
  }

  #fetched(offset: number, entries: readonly Entry[], isolation: IsolationLevel): FetchedBatches {
    const found: Buffer[] = [];
    let bytes = 0;
    for (const { payload } of entries) {
      found.push(payload);
      bytes += payload.length;
    }
    const last = entries.at(-1);
    if (isolation === 'read_uncommitted') return { batches: found, bytes, aborted: null };
    const aborted = last === undefined ? [] : this.producers.abortedBetween(offset, last.baseOffset + last.count);
    return { batches: found, bytes, aborted };
  }

  /** Calls `watcher` once, at the next change that a reader could notice. Answers how to stop waiting. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #wake(): void {
    if (this.#watchers.size === 0) return;
    const watchers = this.#watchers;
    this.#watchers = new Set();
    for (const watcher of watchers) watcher();
  }

  /** The log has given up everything below `offset`. Recovery and live operation both come here, from the journal. */
  truncated(offset: number): void {
    this.log.truncateHead(offset);
    this.producers.truncateBelow(offset);
    this.#wake();
  }

  cleaned(offset: number, deleteHorizonMs: number): void {
    this.cleanedOffset = offset;
    this.deleteHorizonMs = deleteHorizonMs;
  }

  deleted(): void {
    this.#deleted = true;
    this.#wake();
  }
}
