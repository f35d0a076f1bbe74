/** What the Kafka handlers work with: the domain's operations, and how this node presents itself to clients. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { GroupCoordinator } from '../../coordinator/group/coordinator.ts';
import type { TransactionCoordinator } from '../../coordinator/transaction/transaction-coordinator.ts';
import type { Streams } from '../../stream/streams.ts';

export interface KafkaServices {
  readonly nodeId: number;
  /** Where clients are told to connect to. Known once the listener is. */
  readonly advertised: { readonly host: string; readonly port: number };
  /** Where data lives, for DescribeLogDirs. */
  readonly logDir: string;
  readonly autoCreateTopics: boolean;
  readonly fetchSessionsMax: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly catalog: Catalog;
  readonly streams: Streams;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  /** Bytes that the disk can still take and holds in all; undefined if unknown. */
  diskSpace(): Promise<{ readonly freeBytes: number; readonly totalBytes: number } | undefined>;
}
