/** Who takes messages from a queue. `ConsumerSink` is the gateway's side of it. */
import type { Brand } from '../base/brand.ts';
import type { FieldTable } from '../message/field-table.ts';
import type { MessageId } from './message-id.ts';
import type { StoredMessage } from './stored-message.ts';

export type ConsumerId = Brand<number, 'ConsumerId'>;

export interface ConsumerSink {
  /**
   * A message for this consumer; settled at once if it is `noAck`. Called in the middle of other operations: it must not call
   * back, but for `setPaused`. The message's body may be another buffer after the call, and the one that it was during the call be
   * used for something else; with `noAck` there may be none then.
   * @param deliveries how often the message was delivered before; more than 0 means redelivered
   */
  deliver(id: MessageId, message: StoredMessage, deliveries: number): void;
  /** The queue is gone, and with it the consumer. */
  cancelled(): void;
  /** Of a queue with a single active consumer: this one has become it. */
  activated?(): void;
}

export interface ConsumerSpec {
  readonly noAck: boolean;
  /** Unsettled deliveries at a time; 0: no limit. Means nothing with `noAck`. */
  readonly prefetch: number;
  /** Higher ones are served first. */
  readonly priority: number;
  /** Nobody else may consume. */
  readonly exclusive: boolean;
  /** It gets nothing before `setPaused` says otherwise. */
  readonly paused?: boolean;
  /** Of AMQP: what was asked for besides. Streams look for where to begin. */
  readonly arguments?: FieldTable;
  readonly sink: ConsumerSink;
}

export class Consumer {
  unsettled = 0;
  paused: boolean;
  /** False while another is the single active one. */
  isActive = true;
  isGone = false;
  /** Stands in the line of those that can take a message. */
  isWaiting = false;

  constructor(
    readonly id: ConsumerId,
    readonly spec: ConsumerSpec,
  ) {
    this.paused = spec.paused ?? false;
  }

  get hasCapacity(): boolean {
    if (this.paused || this.isGone || !this.isActive) return false;
    const { noAck, prefetch } = this.spec;
    return noAck || prefetch === 0 || this.unsettled < prefetch;
  }
}
