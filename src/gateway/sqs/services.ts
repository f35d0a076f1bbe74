/** What the actions of SQS stand on, and the queues as they see them. */
import type { LogId } from '../../base/brand.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { AmqpCatalog } from '../../catalog/amqp/amqp-catalog.ts';
import type { Message } from '../../message/message.ts';
import type { MessageId } from '../../queue/message-id.ts';
import type { MoveTasks } from '../../queue/move-tasks/move-tasks.ts';
import type {
  PollCounts,
  ReceiveAnswer,
  ReceiveOptions,
  RemoveOutcome,
  SendOptions,
  Sent,
  VisibilityOutcome,
  Waiting,
} from '../../queue/polling.ts';
import type { CoolDowns } from './cool-downs.ts';
import type { DurableAnswers } from './durable-answers.ts';
import type { QueueNames } from './queue-names.ts';
import type { QueueViews } from './queue-view.ts';
import type { ReceiptHandles } from './receipt-handles.ts';
import type { SqsServiceSettings } from './settings.ts';

/** `Queues`, as far as SQS uses them. */
export interface PollPort {
  send(id: LogId, message: Message, options: SendOptions): Sent;
  receive(id: LogId, options: ReceiveOptions, answer: (answer: ReceiveAnswer) => void): Waiting | undefined;
  remove(id: LogId, message: MessageId, receives: number): RemoveOutcome | Promise<RemoveOutcome>;
  changeVisibility(id: LogId, message: MessageId, receives: number, visibilityMs: number): VisibilityOutcome;
  pollCounts(id: LogId): PollCounts;
  purgeAll(id: LogId): void;
}

export interface SqsServices {
  readonly clock: Clock;
  readonly random: Random;
  readonly catalog: AmqpCatalog;
  readonly queues: PollPort;
  readonly moveTasks: MoveTasks;
  readonly settings: SqsServiceSettings;
  /** Whether there is room on the disk for more messages. */
  readonly pressure: { readonly hasSpace: boolean };
  readonly views: QueueViews;
  readonly names: QueueNames;
  readonly receipts: ReceiptHandles;
  readonly durable: DurableAnswers;
  /** Receivers who wait. */
  readonly polls: Set<{ end(): void }>;
  readonly deletions: CoolDowns<string>;
  readonly purges: CoolDowns<LogId>;
}
