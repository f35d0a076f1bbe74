/**
 * The records behind the transaction coordinator: plain JSON, each complete enough to be applied without asking
 * anything else. `transaction` replaces all that is known of a transactional id; `transaction_grown` adds to (or begins)
 * its ongoing transaction, so that a transaction over many partitions isn't written again for each of them.
 */

/** `[topic, partition indexes]` */
export type TopicPartitionsRow = readonly [string, readonly number[]];

export type TransactionStateRecord =
  | { readonly name: 'Empty' }
  | {
      readonly name: 'Ongoing';
      readonly startMs: number;
      readonly partitions: readonly TopicPartitionsRow[];
      readonly groups: readonly string[];
    }
  | { readonly name: 'CompleteCommit'; readonly startMs: number }
  | { readonly name: 'CompleteAbort'; readonly startMs: number };

export interface TransactionReplaced {
  readonly type: 'transaction';
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly previousProducerId: number;
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly updatedMs: number;
  readonly state: TransactionStateRecord;
}

export interface TransactionGrown {
  readonly type: 'transaction_grown';
  readonly transactionalId: string;
  readonly updatedMs: number;
  readonly partitions: readonly TopicPartitionsRow[];
  readonly groups: readonly string[];
}

export interface TransactionalIdExpired {
  readonly type: 'transactional_id_expired';
  readonly transactionalId: string;
}

/** Producer ids below `end` are, or may have been, handed out. */
export interface ProducerIdsReserved {
  readonly type: 'producer_ids_reserved';
  readonly end: number;
}

export type TransactionRecord = TransactionReplaced | TransactionGrown | TransactionalIdExpired | ProducerIdsReserved;
