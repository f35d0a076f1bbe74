/**
 * What one partition knows of the producers that write to it: duplicates and gaps in their sequences, stale epochs,
 * open transactions (hence the last stable offset), and which transactions were aborted.
 *
 * `check` decides about a batch and changes nothing that lasts; `append` and `endTransaction` record what the log has taken, in
 * live operation and in recovery alike, and refuse nothing. Refused by `check`: an epoch below the last one seen, a
 * sequence that is neither next nor one of the last five batches, a write outside the producer's open transaction,
 * and a producer too many.
 *
 * Invariants: at most one open transaction per producer and partition; the last stable offset never moves back; a
 * producer with an open transaction is never forgotten. Producers idle for `expirationMs` are. At `producersMax` those
 * idle for `evictableAfterMs` make room, since no client retries for that long; if there are none, new producers are
 * refused. Recovery, which can't tell who was idle, may exceed the maximum until the next expiry.
 */
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import { ProducerEntry, type RetainedBatch } from './producer-entry.ts';
import type { ProducerStateRecord } from './producer-records.ts';
import { followsSequence, lastSequenceOf } from './producer-sequence.ts';
import { PartitionTransactions } from './producer-transactions.ts';
import { type AbortedRow, type AbortedTransaction, TransactionIndex } from './transaction-index.ts';

export interface ProducerStateSettings {
  /** `producer.id.expiration.ms` */
  readonly expirationMs: number;
  readonly producersMax: number;
  readonly evictableAfterMs: number;
}

/** One row of DescribeProducers. */
export interface ProducerDescription {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: number;
  readonly coordinatorEpoch: number;
  /** -1 without an open transaction. */
  readonly transactionStartOffset: number;
}

const ABORTED_ROWS_PER_RECORD = 500;
/** New producers whose first batch was refused for now; beyond it those refused first are forgotten. */
const REFUSED_MAX = 1000;

export class ProducerState {
  readonly #clock: Clock;
  readonly #settings: ProducerStateSettings;
  readonly #producers = new Map<number, ProducerEntry>();
  readonly #transactions = new PartitionTransactions();
  readonly #aborted = new TransactionIndex();
  /** New producers whose first batch was refused for now. Not durable: a crash ends their pipelines. */
  readonly #refused = new Map<number, { readonly epoch: number; readonly baseSequence: number }>();
  #startOffset = 0;
  /** Before this time no producer can have become evictable, so a full map isn't searched on every refusal. */
  #nextEvictionMs = 0;

  constructor(clock: Clock, settings: ProducerStateSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  get producerCount(): number {
    return this.#producers.size;
  }

  /** How many aborted transactions the index holds. */
  get abortedCount(): number {
    return this.#aborted.size;
  }

  /**
   * Decides about a batch of an idempotent or transactional producer.
   * @returns the retained batch that this one repeats: answer its base offset and timestamp as success and append
   * nothing. Undefined: append it. Read the result before the next `append`, which may reuse the object.
   * @throws DomainError record_invalid, producer_epoch_invalid, sequence_out_of_order, transaction_state_invalid, limit_exceeded
   */
  check(
    producerId: number,
    epoch: number,
    baseSequence: number,
    recordCount: number,
    transactional: boolean,
    transactionsV2: boolean,
  ): RetainedBatch | undefined {
    if (epoch < 0 || baseSequence < 0) throw invalidNumbers(producerId, epoch, baseSequence);
    const entry = this.#producers.get(producerId);
    if (entry === undefined) {
      // KIP-890: with transactions v2 every transaction has its own epoch, so its first batch here has sequence 0.
      if (transactional && transactionsV2 && baseSequence !== 0) throw outOfOrder(producerId, epoch, baseSequence, -1);
      // What was pipelined behind a refused first batch must not take its place: the retry would be out of order for ever.
      const first = this.#refused.get(producerId);
      if (first?.epoch === epoch && first.baseSequence !== baseSequence) {
        throw outOfOrder(producerId, epoch, baseSequence, first.baseSequence - 1);
      }
      this.#checkRoom(producerId, epoch, baseSequence);
      return undefined;
    }
    if (epoch === entry.epoch) {
      const duplicate = entry.findBatch(baseSequence, lastSequenceOf(baseSequence, recordCount));
      if (duplicate !== undefined) return duplicate;
      if (!followsSequence(entry.lastSequence, baseSequence)) {
        throw outOfOrder(producerId, epoch, baseSequence, entry.lastSequence);
      }
    } else {
      if (epoch < entry.epoch) throw staleEpoch(producerId, epoch, entry.epoch);
      if (baseSequence !== 0) throw outOfOrder(producerId, epoch, baseSequence, -1);
    }
    if (entry.transaction !== undefined && !transactional) throw notTransactional(producerId);
    return undefined;
  }

  /** A batch was refused for a reason that may pass, before `check` or by it. */
  refusedForNow(producerId: number, epoch: number, baseSequence: number): void {
    if (this.#producers.has(producerId) || this.#refused.get(producerId)?.epoch === epoch) return;
    this.#refused.set(producerId, { epoch, baseSequence });
    if (this.#refused.size <= REFUSED_MAX) return;
    for (const oldest of this.#refused.keys()) {
      this.#refused.delete(oldest);
      break;
    }
  }

  /** Records a batch that the log has taken. `timestampMs` is what a duplicate of it will be answered with. */
  append(
    producerId: number,
    epoch: number,
    baseSequence: number,
    baseOffset: number,
    lastOffset: number,
    timestampMs: number,
    transactional: boolean,
  ): void {
    const entry = this.#entryFor(producerId, epoch);
    entry.moveToEpoch(epoch);
    const lastSequence = lastSequenceOf(baseSequence, lastOffset - baseOffset + 1);
    entry.retain(baseSequence, lastSequence, baseOffset, lastOffset, timestampMs);
    entry.lastTimestampMs = timestampMs;
    entry.lastUsedMs = this.#clock.nowMs();
    if (transactional && entry.transaction === undefined) {
      entry.transaction = this.#transactions.begin(producerId, baseOffset);
    }
  }

  /**
   * Decides about an end marker. In transactions v2 its epoch exceeds that of the data; a repeated marker of a
   * transaction that has ended is let through (it changes nothing).
   * @throws DomainError producer_epoch_invalid, transaction_coordinator_fenced, limit_exceeded
   */
  checkMarker(producerId: number, epoch: number, coordinatorEpoch: number, transactionsV2: boolean): void {
    const entry = this.#producers.get(producerId);
    if (entry === undefined) {
      if (!this.#hasRoom()) throw this.#tooMany(producerId);
      return;
    }
    const ambiguous = transactionsV2 && epoch === entry.epoch && entry.transaction !== undefined;
    if (epoch < entry.epoch || ambiguous) throw staleEpoch(producerId, epoch, entry.epoch);
    if (coordinatorEpoch < entry.coordinatorEpoch) {
      throw new DomainError(
        'transaction_coordinator_fenced',
        `marker for producer ${producerId} has coordinator epoch ${coordinatorEpoch}, the partition knows ${entry.coordinatorEpoch}`,
      );
    }
  }

  /** Records an end marker that the log has taken at `markerOffset`. The producer's epoch becomes that of the marker. */
  endTransaction(
    producerId: number,
    epoch: number,
    markerOffset: number,
    commit: boolean,
    coordinatorEpoch: number,
    timestampMs: number,
  ): void {
    const entry = this.#entryFor(producerId, epoch);
    entry.moveToEpoch(epoch);
    entry.coordinatorEpoch = coordinatorEpoch;
    entry.lastTimestampMs = timestampMs;
    entry.lastUsedMs = this.#clock.nowMs();
    const transaction = entry.transaction;
    if (transaction === undefined) return;
    entry.transaction = undefined;
    this.#transactions.complete(transaction, markerOffset);
    if (commit) return;
    const stableOffset = this.#transactions.firstOffset ?? markerOffset + 1;
    this.#aborted.add(producerId, transaction.firstOffset, markerOffset, stableOffset);
  }

  /**
   * The exclusive bound of what a read_committed consumer may see. `highWatermark` must not move back. Call it whenever
   * that has moved, readers or not, and in recovery (where all is durable) after each marker: it releases memory.
   */
  lastStableOffset(highWatermark: number): number {
    this.#transactions.release(highWatermark);
    const firstUnstable = this.#transactions.firstOffset ?? highWatermark;
    return Math.max(this.#startOffset, Math.min(firstUnstable, highWatermark));
  }

  /** Aborted transactions with anything in [`fromOffset`, `toOffset`), for the fetch of just that range. */
  abortedBetween(fromOffset: number, toOffset: number): AbortedTransaction[] {
    return this.#aborted.between(fromOffset, toOffset);
  }

  /** The log has given up everything below `offset`. Producers stay known: a retry may still be on its way. */
  truncateBelow(offset: number): void {
    this.#startOffset = Math.max(this.#startOffset, offset);
    this.#aborted.truncateBelow(this.#startOffset);
  }

  /** Compaction has removed every batch of the aborted transactions that ended with these markers. */
  forgetAborted(markerOffsets: ReadonlySet<number>): void {
    this.#aborted.forget(markerOffsets);
  }

  /** Forgets the producers that expired. @returns how many. */
  expireIdle(): number {
    return this.#forgetIdle(this.#settings.expirationMs);
  }

  describe(): ProducerDescription[] {
    const descriptions: ProducerDescription[] = [];
    for (const entry of this.#producers.values()) {
      descriptions.push({
        producerId: entry.producerId,
        producerEpoch: entry.epoch,
        lastSequence: entry.lastSequence,
        lastTimestampMs: entry.lastTimestampMs,
        coordinatorEpoch: entry.coordinatorEpoch,
        transactionStartOffset: entry.transaction?.firstOffset ?? -1,
      });
    }
    return descriptions;
  }

  /** Records that rebuild this state with `restore`. Ended transactions are left out: in a checkpoint they are durable. */
  *snapshot(): Iterable<ProducerStateRecord> {
    yield { type: 'start', offset: this.#startOffset };
    for (const entry of this.#producers.values()) {
      if (entry.transaction === undefined) yield producerRecord(entry);
    }
    // Open transactions must be restored in the order in which they began.
    for (const transaction of this.#transactions.open()) {
      const entry = this.#producers.get(transaction.producerId);
      if (entry !== undefined) yield producerRecord(entry);
    }
    let rows: AbortedRow[] = [];
    for (const row of this.#aborted.rows()) {
      rows.push(row);
      if (rows.length < ABORTED_ROWS_PER_RECORD) continue;
      yield { type: 'aborted', rows };
      rows = [];
    }
    if (rows.length > 0) yield { type: 'aborted', rows };
  }

  /** Applies one record of a snapshot to a state that was empty before the first. */
  restore(record: ProducerStateRecord): void {
    if (record.type === 'start') {
      this.#startOffset = record.offset;
    } else if (record.type === 'aborted') {
      for (const row of record.rows) this.#aborted.add(...row);
    } else {
      const entry = new ProducerEntry(record.producerId, record.epoch, record.lastUsedMs);
      entry.coordinatorEpoch = record.coordinatorEpoch;
      entry.lastTimestampMs = record.lastTimestampMs;
      for (const batch of record.batches) entry.retain(...batch);
      if (record.transactionFirstOffset !== null) {
        entry.transaction = this.#transactions.begin(record.producerId, record.transactionFirstOffset);
      }
      this.#producers.set(record.producerId, entry);
    }
  }

  #entryFor(producerId: number, epoch: number): ProducerEntry {
    let entry = this.#producers.get(producerId);
    if (entry === undefined) {
      if (this.#producers.size >= this.#settings.producersMax) this.#evict();
      entry = new ProducerEntry(producerId, epoch, this.#clock.nowMs());
      this.#producers.set(producerId, entry);
      this.#refused.delete(producerId);
    }
    return entry;
  }

  /** Refuses without evicting: a check changes nothing, and the batch may yet be refused for another reason. */
  #checkRoom(producerId: number, epoch: number, baseSequence: number): void {
    if (this.#hasRoom()) return;
    this.refusedForNow(producerId, epoch, baseSequence);
    throw this.#tooMany(producerId);
  }

  #hasRoom(): boolean {
    return this.#producers.size < this.#settings.producersMax || this.#canEvict();
  }

  #tooMany(producerId: number): DomainError {
    return new DomainError(
      'limit_exceeded',
      `producer ${producerId} is one more than the ${this.#settings.producersMax} that a partition remembers; ` +
        'retry later, or use fewer idempotent producers on this partition',
    );
  }

  #canEvict(): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#nextEvictionMs) return false;
    let nextEvictionMs = Number.POSITIVE_INFINITY;
    for (const entry of this.#producers.values()) {
      const evictableMs = entry.lastUsedMs + this.#settings.evictableAfterMs;
      if (entry.transaction === undefined && evictableMs <= nowMs) return true;
      // An open transaction may end at once, but its producer has then been used just now.
      nextEvictionMs = Math.min(
        nextEvictionMs,
        entry.transaction === undefined ? evictableMs : nowMs + this.#settings.evictableAfterMs,
      );
    }
    this.#nextEvictionMs = nextEvictionMs;
    return false;
  }

  #evict(): void {
    if (this.#canEvict()) this.#forgetIdle(this.#settings.evictableAfterMs);
  }

  #forgetIdle(idleMs: number): number {
    const usedBeforeMs = this.#clock.nowMs() - idleMs;
    let forgotten = 0;
    for (const [producerId, entry] of this.#producers) {
      if (entry.transaction !== undefined || entry.lastUsedMs > usedBeforeMs) continue;
      this.#producers.delete(producerId);
      forgotten++;
    }
    return forgotten;
  }
}

function producerRecord(entry: ProducerEntry): ProducerStateRecord {
  return {
    type: 'producer',
    producerId: entry.producerId,
    epoch: entry.epoch,
    coordinatorEpoch: entry.coordinatorEpoch,
    lastTimestampMs: entry.lastTimestampMs,
    lastUsedMs: entry.lastUsedMs,
    transactionFirstOffset: entry.transaction?.firstOffset ?? null,
    batches: Array.from(entry.batches(), (batch) => [
      batch.baseSequence,
      batch.lastSequence,
      batch.baseOffset,
      batch.lastOffset,
      batch.timestampMs,
    ]),
  };
}

function invalidNumbers(producerId: number, epoch: number, sequence: number): DomainError {
  return new DomainError(
    'record_invalid',
    `batch of producer ${producerId} has epoch ${epoch} and base sequence ${sequence}; both must be 0 or more`,
  );
}

function staleEpoch(producerId: number, epoch: number, current: number): DomainError {
  return new DomainError(
    'producer_epoch_invalid',
    `epoch ${epoch} of producer ${producerId} is not valid any more, the partition knows epoch ${current}`,
  );
}

function outOfOrder(producerId: number, epoch: number, sequence: number, last: number): DomainError {
  return new DomainError(
    'sequence_out_of_order',
    `batch of producer ${producerId} at epoch ${epoch} begins with sequence ${sequence}, the last one seen is ${last}`,
  );
}

function notTransactional(producerId: number): DomainError {
  return new DomainError(
    'transaction_state_invalid',
    `producer ${producerId} has an open transaction in this partition and sent a batch outside of it`,
  );
}
