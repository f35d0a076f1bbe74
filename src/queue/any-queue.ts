/** What `Queues` asks of a queue, whatever kind of log its messages are in: `Queue` is one kind, streams are another. */
import type { ConsumerId, ConsumerSpec } from './consumer.ts';
import type { Lane } from './lane.ts';
import type { MessageId } from './message-id.ts';
import type { Got, Outcome } from './queue.ts';
import type { QueueStats } from './queue-stats.ts';
import type { StoredMessage } from './stored-message.ts';

/** A consumer as others see it. */
export interface AnyConsumer {
  readonly id: ConsumerId;
  readonly spec: ConsumerSpec;
  readonly isActive: boolean;
  readonly unsettled: number;
}

export interface AnyQueue {
  /** The logs that are the queue's alone; they go with it. */
  readonly lanes: readonly Lane[];
  readonly stats: Readonly<QueueStats>;
  readonly ready: number;
  readonly readyBytes: number;
  /** Memory that what is ready takes; 0 if some of it must be read from disk. */
  readonly readyInMemory: number;
  readonly unacked: number;
  readonly unackedBytes: number;
  readonly consumers: { readonly size: number; all(): Iterable<AnyConsumer> };

  /** False if the queue refuses it. */
  publish(message: StoredMessage): boolean;
  /** @throws DomainError */
  consume(id: ConsumerId, spec: ConsumerSpec): void;
  cancel(id: ConsumerId): void;
  setPaused(id: ConsumerId, paused: boolean): void;
  /** Answers how many were in flight. */
  settle(ids: readonly MessageId[], outcome: Outcome): number;
  settleOne(id: MessageId, outcome: Outcome): boolean;
  /** @throws DomainError not_implemented */
  get(noAck: boolean): Got | undefined | Promise<Got | undefined>;
  /** @throws DomainError not_implemented */
  purge(): number;
  touch(): void;
  refresh(): void;
  /** Once, after recovery. */
  recovered(): void;
  drop(): void;
}
