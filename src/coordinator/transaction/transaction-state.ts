/**
 * What the coordinator knows of one transactional id, and the only ways it may change:
 *
 *   (new)           -> Empty            InitProducerId
 *   Empty           -> Empty            InitProducerId
 *                   -> Ongoing          first partition or group added
 *                   -> CompleteAbort    transactions v2: abort with nothing added
 *   Ongoing         -> Ongoing          more partitions or groups
 *                   -> CompleteCommit   EndTxn
 *                   -> CompleteAbort    EndTxn; timeout or InitProducerId (fenced)
 *   CompleteCommit,
 *   CompleteAbort   -> Empty            InitProducerId
 *                   -> Ongoing          the next transaction
 *                   -> CompleteAbort    transactions v2: abort with nothing added
 *   all but Ongoing -> (gone)           expiry
 *
 * Any other change is a bug and throws. Kafka's PrepareCommit and PrepareAbort don't exist here: the decision and all
 * its markers are one atomic set on one node. PrepareEpochFence and Dead are never observable in Kafka either.
 */
import { assert } from '../../base/assert.ts';
import type {
  TopicPartitionsRow,
  TransactionGrown,
  TransactionReplaced,
  TransactionStateRecord,
} from './transaction-records.ts';

export const PRODUCER_ID_NONE = -1;
export const PRODUCER_EPOCH_NONE = -1;
/** The last epoch a producer is given. One above is left so that even it can be fenced by a marker. */
export const PRODUCER_EPOCH_LAST = 32_766;

/** Every name that Kafka's tools may filter by; the states below are the ones that occur. */
export const TRANSACTION_STATE_NAMES: ReadonlySet<string> = new Set([
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
]);

export interface OngoingTransaction {
  readonly name: 'Ongoing';
  readonly startMs: number;
  readonly partitions: Map<string, Set<number>>;
  readonly groups: Set<string>;
}

export type TransactionState =
  | { readonly name: 'Empty' }
  | OngoingTransaction
  | { readonly name: 'CompleteCommit'; readonly startMs: number }
  | { readonly name: 'CompleteAbort'; readonly startMs: number };

export type TransactionStateName = TransactionState['name'];

const NEXT_STATES = {
  Empty: new Set(['Empty', 'Ongoing', 'CompleteAbort']),
  Ongoing: new Set(['Ongoing', 'CompleteCommit', 'CompleteAbort']),
  CompleteCommit: new Set(['Empty', 'Ongoing', 'CompleteAbort']),
  CompleteAbort: new Set(['Empty', 'Ongoing', 'CompleteAbort']),
} as const satisfies Record<TransactionStateName, ReadonlySet<TransactionStateName>>;

export class Transaction {
  producerId = PRODUCER_ID_NONE;
  producerEpoch = PRODUCER_EPOCH_NONE;
  /** The producer id before `producerId`, which took over when its epochs were exhausted. */
  previousProducerId = PRODUCER_ID_NONE;
  /** The epoch with which a retry of the last bump would come; none if no retry of its producer can or may come. */
  lastProducerEpoch = PRODUCER_EPOCH_NONE;
  timeoutMs = 0;
  updatedMs = 0;
  #state: TransactionState = { name: 'Empty' };

  constructor(readonly transactionalId: string) {}

  get state(): TransactionState {
    return this.#state;
  }

  /** @param fresh nothing was known of the id: a snapshot may bring it in any state. */
  replace(record: TransactionReplaced, fresh: boolean): void {
    if (!fresh) this.#assertMayBecome(record.state.name);
    this.producerId = record.producerId;
    this.producerEpoch = record.producerEpoch;
    this.previousProducerId = record.previousProducerId;
    this.lastProducerEpoch = record.lastProducerEpoch;
    this.timeoutMs = record.timeoutMs;
    this.updatedMs = record.updatedMs;
    this.#state = stateOf(record.state);
  }

  grow(record: TransactionGrown): void {
    this.#assertMayBecome('Ongoing');
    this.updatedMs = record.updatedMs;
    if (this.#state.name !== 'Ongoing') {
      this.#state = { name: 'Ongoing', startMs: record.updatedMs, partitions: new Map(), groups: new Set() };
      // A transaction has begun with the present epoch, so its producer knows it: no retry of the bump can come.
      this.lastProducerEpoch = PRODUCER_EPOCH_NONE;
    }
    addRows(this.#state.partitions, record.partitions);
    for (const group of record.groups) this.#state.groups.add(group);
  }

  assertMayExpire(): void {
    assert(this.#state.name !== 'Ongoing', `transactional id ${this.transactionalId} expired in state Ongoing`);
  }

  toRecord(): TransactionReplaced {
    return {
      type: 'transaction',
      transactionalId: this.transactionalId,
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
      previousProducerId: this.previousProducerId,
      lastProducerEpoch: this.lastProducerEpoch,
      timeoutMs: this.timeoutMs,
      updatedMs: this.updatedMs,
      state: stateRecordOf(this.#state),
    };
  }

  #assertMayBecome(name: TransactionStateName): void {
    const allowed: ReadonlySet<TransactionStateName> = NEXT_STATES[this.#state.name];
    assert(allowed.has(name), `transactional id ${this.transactionalId} can't go from ${this.#state.name} to ${name}`);
  }
}

/** The hot question of every transactional produce: no allocation. */
export function hasPartition(ongoing: OngoingTransaction, topic: string, partition: number): boolean {
  return ongoing.partitions.get(topic)?.has(partition) === true;
}

function stateOf(record: TransactionStateRecord): TransactionState {
  if (record.name !== 'Ongoing') return record;
  const partitions = new Map<string, Set<number>>();
  addRows(partitions, record.partitions);
  return { name: 'Ongoing', startMs: record.startMs, partitions, groups: new Set(record.groups) };
}

function stateRecordOf(state: TransactionState): TransactionStateRecord {
  if (state.name !== 'Ongoing') return state;
  const partitions = Array.from(state.partitions, ([topic, indexes]) => [topic, [...indexes]] as const);
  return { name: 'Ongoing', startMs: state.startMs, partitions, groups: [...state.groups] };
}

function addRows(partitions: Map<string, Set<number>>, rows: readonly TopicPartitionsRow[]): void {
  for (const [topic, indexes] of rows) {
    let known = partitions.get(topic);
    if (known === undefined) {
      known = new Set();
      partitions.set(topic, known);
    }
    for (const index of indexes) known.add(index);
  }
}
