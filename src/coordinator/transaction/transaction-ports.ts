/** What the transaction coordinator needs of the rest of the node. All of it is synchronous. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Atomically, Journal } from '../../storage/log.ts';
import type { TransactionRecord } from './transaction-records.ts';

export interface TransactionPartitions {
  /** Appends the end marker (a control batch). Does nothing for a partition that is gone. */
  endTransaction(
    topic: string,
    partition: number,
    producerId: number,
    producerEpoch: number,
    commit: boolean,
    coordinatorEpoch: number,
  ): void;
  exists(topic: string, partition: number): boolean;
}

export interface TransactionGroups {
  /** Makes the pending offsets of the producer in these groups visible, or drops them. Groups that are gone are fine. */
  completeTransaction(producerId: number, groupIds: readonly string[], commit: boolean): void;
}

export interface TransactionSettings {
  /** `transaction.max.timeout.ms` */
  readonly transactionTimeoutMsMax: number;
  /** `transactional.id.expiration.ms` */
  readonly transactionalIdExpirationMs: number;
  /** `transaction.remove.expired.transaction.cleanup.interval.ms` */
  readonly transactionalIdExpirationCheckMs: number;
  readonly transactionalIdsMax: number;
  /** How many groups may commit offsets in one transaction. */
  readonly transactionGroupsMax: number;
}

export interface TransactionCoordinatorDeps {
  readonly clock: Clock;
  readonly journal: Journal<TransactionRecord>;
  readonly atomically: Atomically;
  readonly partitions: TransactionPartitions;
  readonly groups: TransactionGroups;
  readonly settings: TransactionSettings;
  /** Ownership epoch of this coordinator, written into every marker. 0 while a node owns all for ever. */
  readonly coordinatorEpoch: number;
  readonly logger: Logger;
}
