/** What the actions of SQS stand on, and the queues as they see them. */
import type { LogId } from '../../base/brand.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { AmqpCatalog } from '../../catalog/amqp/amqp-catalog.ts';
import type { MovePort } from '../../queue/move-tasks/move-port.ts';
import type { MoveTasks } from '../../queue/move-tasks/move-tasks.ts';
import type { Received, ReceiveOptions } from '../../queue/polling.ts';
import type { CoolDowns } from './cool-downs.ts';
import type { DurableAnswers } from './durable-answers.ts';
import type { QueueNames } from './queue-names.ts';
import type { QueueViews } from './queue-view.ts';
import type { ReceiptHandles } from './receipt-handles.ts';
import type { SqsServiceSettings } from './settings.ts';

/** `Queues`, as far as SQS uses them. */
export interface PollPort extends MovePort {
  purgeAll(id: LogId): void;
  /** Takes back an answer that never left. */
  giveBack(id: LogId, received: readonly Received[], options: ReceiveOptions): void;
  /** Whether the node has a key for queues that are to be encrypted. */
  canEncrypt(): boolean;
}

export interface DiskPressure {
  /** Whether there is room on the disk for more messages. */
  readonly hasSpace: boolean;
  /** There is room for nothing: what must become durable waits. */
  readonly isFull: boolean;
}

export interface SqsServices {
  readonly clock: Clock;
  readonly random: Random;
  readonly catalog: AmqpCatalog;
  readonly queues: PollPort;
  readonly moveTasks: MoveTasks;
  readonly settings: SqsServiceSettings;
  readonly pressure: DiskPressure;
  readonly views: QueueViews;
  readonly names: QueueNames;
  readonly receipts: ReceiptHandles;
  readonly durable: DurableAnswers;
  /** Receivers who wait. */
  readonly polls: Set<{ end(): void }>;
  readonly deletions: CoolDowns<string>;
  readonly purges: CoolDowns<LogId>;
}
