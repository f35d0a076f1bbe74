/** Read-only views of the coordinator's transactions for ListTransactions and DescribeTransactions. */
import type { TopicPartitionsRow } from './transaction-records.ts';
import type { Transaction, TransactionStateName } from './transaction-state.ts';

export interface TransactionFilter {
  /** Empty or absent: any. */
  readonly producerIds?: ReadonlySet<number>;
  /** Names from `TRANSACTION_STATE_NAMES`; empty or absent: any. Report unknown names before asking. */
  readonly states?: ReadonlySet<string>;
  /** Only transactions that began longer ago than this; negative or absent: any. */
  readonly durationMs?: number;
  readonly matches?: (transactionalId: string) => boolean;
}

export interface TransactionListing {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly state: TransactionStateName;
}

export interface TransactionDescription extends TransactionListing {
  readonly producerEpoch: number;
  readonly timeoutMs: number;
  /** -1 if no transaction was begun since the producer was initialized. */
  readonly startMs: number;
  readonly partitions: readonly TopicPartitionsRow[];
  readonly groups: readonly string[];
}

export function isListed(transaction: Transaction, filter: TransactionFilter, nowMs: number): boolean {
  const { producerIds, states, durationMs, matches } = filter;
  if (producerIds !== undefined && producerIds.size > 0 && !producerIds.has(transaction.producerId)) return false;
  if (states !== undefined && states.size > 0 && !states.has(transaction.state.name)) return false;
  if (durationMs !== undefined && durationMs >= 0) {
    const startMs = startOf(transaction);
    if (startMs === -1 || nowMs - startMs <= durationMs) return false;
  }
  return matches === undefined || matches(transaction.transactionalId);
}

export function listingOf(transaction: Transaction): TransactionListing {
  const { transactionalId, producerId, state } = transaction;
  return { transactionalId, producerId, state: state.name };
}

export function descriptionOf(transaction: Transaction): TransactionDescription {
  const { state } = transaction.toRecord();
  return {
    ...listingOf(transaction),
    producerEpoch: transaction.producerEpoch,
    timeoutMs: transaction.timeoutMs,
    startMs: startOf(transaction),
    partitions: state.name === 'Ongoing' ? state.partitions : [],
    groups: state.name === 'Ongoing' ? state.groups : [],
  };
}

function startOf(transaction: Transaction): number {
  return transaction.state.name === 'Empty' ? -1 : transaction.state.startMs;
}
