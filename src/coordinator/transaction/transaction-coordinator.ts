/**
 * The transaction coordinator: producer ids, and for each transactional id who may write under it, what its ongoing
 * transaction touches, and how that ends.
 *
 * Ending a transaction is one atomic set: the outcome, an end marker in every partition, and the fate of the pending
 * offsets survive a crash together or not at all. So there is no Prepare state to recover and no answer
 * "concurrent transactions". When partitions move to other nodes, the seam is `#end`: commit a Prepare record there,
 * send markers through `TransactionPartitions`, and complete once all have answered.
 *
 * Refuses requests from any but the present producer id and epoch; which error, each decision file says. Invariants:
 * an epoch that was fenced never ends, begins or grows a transaction; every ongoing transaction has a timer once
 * `start` has run. `apply` alone changes what `snapshot` shows; see `transaction-state.ts` for the transitions.
 */
import { assert } from '../../base/assert.ts';
import type { Timer } from '../../base/clock.ts';
import { DomainError } from '../../base/errors.ts';
import type { StateMachine } from '../../storage/log.ts';
import { decideEndV1, decideEndV2 } from './end-transaction.ts';
import { decideInit, expectedPair, type InitProducerIdRequest, validateInit } from './init-producer-id.ts';
import {
  bumpedIdentity,
  epochInvalid,
  fenced,
  type ProducerIdAndEpoch,
  type ProducerIdentity,
  unchangedIdentity,
  unknownMapping,
  withoutRetry,
} from './producer-identity.ts';
import {
  descriptionOf,
  isListed,
  listingOf,
  type TransactionDescription,
  type TransactionFilter,
  type TransactionListing,
} from './transaction-listing.ts';
import type { TransactionCoordinatorDeps } from './transaction-ports.ts';
import type {
  TopicPartitionsRow,
  TransactionRecord,
  TransactionReplaced,
  TransactionStateRecord,
} from './transaction-records.ts';
import { hasPartition, PRODUCER_EPOCH_NONE, PRODUCER_ID_NONE, type Transaction } from './transaction-state.ts';
import { TransactionTable } from './transaction-table.ts';
import { TransactionTimeouts } from './transaction-timeouts.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** When an abort or expiry can't be written (a full disk, say), it is tried again this much later. */
const RETRY_MS = 1000;
const EXPIRED_PER_COMMIT = 500;

export class TransactionCoordinator implements StateMachine<TransactionRecord> {
  readonly #deps: TransactionCoordinatorDeps;
  readonly #table: TransactionTable;
  readonly #timeouts: TransactionTimeouts;
  #expiryTimer: Timer | undefined;

  constructor(deps: TransactionCoordinatorDeps) {
    this.#deps = deps;
    this.#table = new TransactionTable(deps.journal);
    this.#timeouts = new TransactionTimeouts(deps.clock, (transactionalId) => this.#onTimeout(transactionalId));
  }

  /** After recovery: times recovered transactions out, counting from when they began, and expires idle ids. */
  start(): void {
    for (const transaction of this.#table.values()) this.#syncTimeout(transaction);
    this.#scheduleExpiry();
  }

  stop(): void {
    this.#timeouts.stop();
    this.#expiryTimer?.cancel();
    this.#expiryTimer = undefined;
  }

  /**
   * A takeover aborts what is ongoing and answers at once, with an epoch above that of the abort markers' data.
   * @throws DomainError invalid_request, unsupported_version, transaction_timeout_invalid, producer_fenced, limit_exceeded
   */
  initProducerId(request: InitProducerIdRequest): ProducerIdAndEpoch {
    validateInit(request, this.#deps.settings.transactionTimeoutMsMax);
    const { transactionalId, transactionTimeoutMs: timeoutMs } = request;
    if (transactionalId === null) return { producerId: this.#table.producerIds.allocate(), producerEpoch: 0 };
    const transaction = this.#table.find(transactionalId);
    if (transaction === undefined) return this.#initNew(transactionalId, timeoutMs);

    const expected = expectedPair(request);
    const { producerEpoch, state } = transaction;
    if (decideInit(transaction, expected) === 'keep') {
      this.#commit(transaction, { ...this.#changed(transaction, transaction, { name: 'Empty' }), timeoutMs });
      return { producerId: transaction.producerId, producerEpoch };
    }
    const bumped = this.#bumped(transaction);
    const identity = expected === undefined ? withoutRetry(bumped) : bumped;
    const initialized = { ...this.#changed(transaction, identity, { name: 'Empty' }), timeoutMs };
    if (state.name === 'Ongoing') {
      const outcome = { name: 'CompleteAbort', startMs: state.startMs } as const;
      this.#end(transaction, false, producerEpoch + 1, [this.#changed(transaction, bumped, outcome), initialized]);
    } else {
      this.#commit(transaction, initialized);
    }
    return { producerId: identity.producerId, producerEpoch: identity.producerEpoch };
  }

  /**
   * AddPartitionsToTxn as a client sends it. All or nothing.
   * @returns the partitions that don't exist; if there are any, none was added.
   * @throws DomainError producer_id_mapping_invalid, producer_fenced
   */
  addPartitions(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    partitions: readonly TopicPartition[],
  ): TopicPartition[] {
    const transaction = this.#table.owned(transactionalId, producerId, producerEpoch, fenced);
    const unknown = partitions.filter(({ topic, partition }) => !this.#deps.partitions.exists(topic, partition));
    if (unknown.length > 0) return unknown;
    const added = partitions.filter(({ topic, partition }) => !isAdded(transaction, topic, partition));
    if (added.length > 0) this.#grow(transaction, rowsOf(added), []);
    return [];
  }

  /**
   * AddPartitionsToTxn with verifyOnly. Adds nothing.
   * @returns the partitions that are not in the ongoing transaction.
   * @throws DomainError producer_id_mapping_invalid, producer_fenced
   */
  verifyPartitions(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    partitions: readonly TopicPartition[],
  ): TopicPartition[] {
    const transaction = this.#table.owned(transactionalId, producerId, producerEpoch, fenced);
    return partitions.filter(({ topic, partition }) => !isAdded(transaction, topic, partition));
  }

  /** AddOffsetsToTxn. @throws DomainError producer_id_mapping_invalid, producer_fenced, limit_exceeded */
  addOffsets(transactionalId: string, producerId: number, producerEpoch: number, groupId: string): void {
    this.#addGroup(this.#table.owned(transactionalId, producerId, producerEpoch, fenced), groupId);
  }

  /**
   * Before a transactional batch is appended. On the hot path: a partition already added costs two map look-ups.
   * @param implicitAdd transactions v2 (Produce 12): the partition need not have been added before.
   * @throws DomainError producer_id_mapping_invalid, producer_epoch_invalid, transaction_state_invalid
   */
  verifyOrAddPartition(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    topic: string,
    partition: number,
    implicitAdd: boolean,
  ): void {
    const transaction = this.#table.owned(transactionalId, producerId, producerEpoch, epochInvalid);
    if (isAdded(transaction, topic, partition)) return;
    if (!implicitAdd) throw notInTransaction(transaction, `partition ${topic}-${partition}`);
    this.#grow(transaction, [[topic, [partition]]], []);
  }

  /**
   * Before TxnOffsetCommit stores pending offsets.
   * @param implicitAdd transactions v2 (TxnOffsetCommit 5): AddOffsetsToTxn is not needed.
   * @throws DomainError producer_id_mapping_invalid, producer_epoch_invalid, transaction_state_invalid, limit_exceeded
   */
  verifyOrAddGroup(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    groupId: string,
    implicitAdd: boolean,
  ): void {
    const transaction = this.#table.owned(transactionalId, producerId, producerEpoch, epochInvalid);
    const { state } = transaction;
    if (state.name === 'Ongoing' && state.groups.has(groupId)) return;
    if (!implicitAdd) throw notInTransaction(transaction, `group '${groupId}'`);
    this.#addGroup(transaction, groupId);
  }

  /**
   * EndTxn; `transactionsV2` from version 5 on.
   * @returns the pair to go on with; the same as before in transactions v1.
   * @throws DomainError producer_id_mapping_invalid, producer_fenced, transaction_state_invalid
   */
  endTxn(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    commit: boolean,
    transactionsV2: boolean,
  ): ProducerIdAndEpoch {
    const transaction = this.#table.find(transactionalId);
    if (transaction === undefined) throw unknownMapping(transactionalId, producerId);
    const decide = transactionsV2 ? decideEndV2 : decideEndV1;
    if (decide(transaction, producerId, producerEpoch, commit) === 'end') {
      const { state } = transaction;
      const startMs = state.name === 'Ongoing' ? state.startMs : this.#deps.clock.nowMs();
      const identity = transactionsV2 ? this.#bumped(transaction) : unchangedIdentity(transaction);
      const outcome: TransactionStateRecord = commit
        ? { name: 'CompleteCommit', startMs }
        : { name: 'CompleteAbort', startMs };
      const markerEpoch = transactionsV2 ? producerEpoch + 1 : producerEpoch;
      this.#end(transaction, commit, markerEpoch, [this.#changed(transaction, identity, outcome)]);
    }
    return { producerId: transaction.producerId, producerEpoch: transaction.producerEpoch };
  }

  list(filter: TransactionFilter = {}): TransactionListing[] {
    const nowMs = this.#deps.clock.nowMs();
    const listings: TransactionListing[] = [];
    for (const transaction of this.#table.values()) {
      if (isListed(transaction, filter, nowMs)) listings.push(listingOf(transaction));
    }
    return listings;
  }

  /** @throws DomainError transactional_id_not_found, invalid_request */
  describe(transactionalId: string): TransactionDescription {
    if (transactionalId === '') throw new DomainError('invalid_request', 'the transactional id is empty');
    const transaction = this.#table.find(transactionalId);
    if (transaction === undefined) {
      throw new DomainError('transactional_id_not_found', `there is no transactional id '${transactionalId}'`);
    }
    return descriptionOf(transaction);
  }

  /** Forgets transactional ids without a transaction that nobody used for the expiration time. @returns how many. */
  expireTransactionalIds(): number {
    const usedBeforeMs = this.#deps.clock.nowMs() - this.#deps.settings.transactionalIdExpirationMs;
    let expired: TransactionRecord[] = [];
    let count = 0;
    const flush = () => {
      if (expired.length > 0) this.#deps.journal.commit(expired);
      count += expired.length;
      expired = [];
    };
    for (const { transactionalId, state, updatedMs } of this.#table.values()) {
      if (state.name === 'Ongoing' || updatedMs > usedBeforeMs) continue;
      expired.push({ type: 'transactional_id_expired', transactionalId });
      if (expired.length === EXPIRED_PER_COMMIT) flush();
    }
    flush();
    return count;
  }

  apply(record: TransactionRecord): void {
    this.#table.apply(record);
  }

  snapshot(): Iterable<TransactionRecord> {
    return this.#table.snapshot();
  }

  #initNew(transactionalId: string, timeoutMs: number): ProducerIdAndEpoch {
    const { transactionalIdsMax } = this.#deps.settings;
    if (this.#table.size >= transactionalIdsMax && this.expireTransactionalIds() === 0) {
      throw new DomainError(
        'limit_exceeded',
        `transactional id '${transactionalId}' is one more than the ${transactionalIdsMax} that are allowed; ` +
          'reuse transactional ids, or raise the limit',
      );
    }
    const producerId = this.#table.producerIds.allocate();
    this.#deps.journal.commit([
      {
        type: 'transaction',
        transactionalId,
        producerId,
        producerEpoch: 0,
        previousProducerId: PRODUCER_ID_NONE,
        lastProducerEpoch: PRODUCER_EPOCH_NONE,
        timeoutMs,
        updatedMs: this.#deps.clock.nowMs(),
        state: { name: 'Empty' },
      },
    ]);
    return { producerId, producerEpoch: 0 };
  }

  /** The one place where a transaction ends. `records` tell the outcome, and what follows it at once, if anything. */
  #end(transaction: Transaction, commit: boolean, markerEpoch: number, records: readonly TransactionReplaced[]): void {
    const { atomically, journal, partitions, groups, coordinatorEpoch } = this.#deps;
    const { producerId, state } = transaction;
    atomically(() => {
      journal.commit(records);
      if (state.name !== 'Ongoing') return;
      for (const [topic, indexes] of state.partitions) {
        for (const partition of indexes) {
          partitions.endTransaction(topic, partition, producerId, markerEpoch, commit, coordinatorEpoch);
        }
      }
      if (state.groups.size > 0) groups.completeTransaction(producerId, [...state.groups], commit);
    });
    this.#syncTimeout(transaction);
  }

  #addGroup(transaction: Transaction, groupId: string): void {
    const { transactionGroupsMax } = this.#deps.settings;
    const { state, transactionalId } = transaction;
    if (state.name === 'Ongoing') {
      if (state.groups.has(groupId)) return;
      if (state.groups.size >= transactionGroupsMax) {
        throw new DomainError(
          'limit_exceeded',
          `the transaction of '${transactionalId}' already commits offsets of ${transactionGroupsMax} groups`,
        );
      }
    }
    this.#grow(transaction, [], [groupId]);
  }

  #grow(transaction: Transaction, partitions: readonly TopicPartitionsRow[], groups: readonly string[]): void {
    const { transactionalId } = transaction;
    const updatedMs = this.#deps.clock.nowMs();
    this.#deps.journal.commit([{ type: 'transaction_grown', transactionalId, updatedMs, partitions, groups }]);
    this.#syncTimeout(transaction);
  }

  #commit(transaction: Transaction, record: TransactionReplaced): void {
    this.#deps.journal.commit([record]);
    this.#syncTimeout(transaction);
  }

  #changed(transaction: Transaction, identity: ProducerIdentity, state: TransactionStateRecord): TransactionReplaced {
    return {
      type: 'transaction',
      transactionalId: transaction.transactionalId,
      producerId: identity.producerId,
      producerEpoch: identity.producerEpoch,
      previousProducerId: identity.previousProducerId,
      lastProducerEpoch: identity.lastProducerEpoch,
      timeoutMs: transaction.timeoutMs,
      updatedMs: this.#deps.clock.nowMs(),
      state,
    };
  }

  #bumped(transaction: Transaction): ProducerIdentity {
    return bumpedIdentity(transaction, () => this.#table.producerIds.allocate());
  }

  /** Timers follow the state: after every commit, an ongoing transaction has one and no other does. */
  #syncTimeout(transaction: Transaction): void {
    const { transactionalId, state, timeoutMs } = transaction;
    if (state.name !== 'Ongoing') {
      this.#timeouts.disarm(transactionalId);
    } else if (!this.#timeouts.isArmed(transactionalId)) {
      const restMs = state.startMs + timeoutMs - this.#deps.clock.nowMs();
      // A wall clock that went back must not grant more than the whole timeout.
      this.#timeouts.arm(transactionalId, Math.min(Math.max(restMs, 0), timeoutMs));
    }
  }

  #onTimeout(transactionalId: string): void {
    const transaction = this.#table.known(transactionalId);
    const { producerId, producerEpoch, timeoutMs } = transaction;
    try {
      this.#abortAndFence(transaction);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#deps.logger.warn({ transactionalId, error }, 'a transaction that timed out could not be aborted yet');
      this.#timeouts.arm(transactionalId, RETRY_MS);
      return;
    }
    this.#deps.logger.info(
      { transactionalId, producerId, producerEpoch, timeoutMs },
      'aborted a transaction that was open for longer than its timeout, and fenced its producer',
    );
  }

  #abortAndFence(transaction: Transaction): void {
    const { state, producerEpoch } = transaction;
    assert(state.name === 'Ongoing', 'only an ongoing transaction has a timer');
    const outcome = { name: 'CompleteAbort', startMs: state.startMs } as const;
    this.#end(transaction, false, producerEpoch + 1, [this.#changed(transaction, this.#bumped(transaction), outcome)]);
  }

  #scheduleExpiry(): void {
    const { clock, settings, logger } = this.#deps;
    this.#expiryTimer = clock.setTimer(settings.transactionalIdExpirationCheckMs, () => {
      try {
        this.expireTransactionalIds();
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        logger.warn({ error }, 'idle transactional ids could not be expired yet');
      }
      this.#scheduleExpiry();
    });
  }
}

function isAdded(transaction: Transaction, topic: string, partition: number): boolean {
  const { state } = transaction;
  return state.name === 'Ongoing' && hasPartition(state, topic, partition);
}

function rowsOf(partitions: readonly TopicPartition[]): TopicPartitionsRow[] {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const indexes = byTopic.get(topic);
    if (indexes === undefined) byTopic.set(topic, [partition]);
    else indexes.push(partition);
  }
  return [...byTopic];
}

function notInTransaction(transaction: Transaction, what: string): DomainError {
  return new DomainError(
    'transaction_state_invalid',
    `${what} was not added to the transaction of '${transaction.transactionalId}'`,
  );
}
