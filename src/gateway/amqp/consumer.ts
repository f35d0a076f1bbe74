/**
 * One consumer of a channel: the sink that its queue delivers into. It is paused for any of several reasons, and its queue is told
 * of the first that comes and of the last that goes. It begins paused, until its client has been told that it consumes.
 */
import type { LogId } from '../../base/brand.ts';
import type { FieldTable } from '../../message/field-table.ts';
import { encodeShortstr } from '../../message/shortstr.ts';
import type { ConsumerId, ConsumerSink } from '../../queue/consumer.ts';
import type { MessageId } from '../../queue/message-id.ts';
import type { StoredMessage } from '../../queue/stored-message.ts';

export const Pause = {
  /** The client does not know yet that it consumes. */
  STARTING: 1,
  /** The client does not read fast enough. */
  CONGESTED: 2,
  /** The channel has as many unsettled deliveries as it may. */
  LIMITED: 4,
} as const;

export type Pause = (typeof Pause)[keyof typeof Pause];

export interface ConsumerFacts {
  readonly tag: string;
  readonly queue: { readonly id: LogId; readonly name: string };
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly prefetch: number;
  readonly priority: number;
  readonly arguments: FieldTable;
}

/** The channel's side. */
export interface ConsumerOwner {
  deliver(consumer: Consumer, id: MessageId, message: StoredMessage, deliveries: number): void;
  /** The queue is gone. */
  cancelled(consumer: Consumer): void;
}

/** Is told while the consumer can't be sent more. */
export interface CongestionPort {
  began(queue: LogId): void;
  ended(queue: LogId): void;
}

/** The queue's side. */
export interface PausePort {
  setPaused(queue: LogId, consumer: ConsumerId, paused: boolean): void;
}

export class Consumer implements ConsumerSink {
  readonly facts: ConsumerFacts;
  readonly noAck: boolean;
  readonly encodedTag: Buffer;
  /** For messages of quorum queues clients are told how often they were returned. */
  readonly countsDeliveries: boolean;
  readonly #owner: ConsumerOwner;
  readonly #queues: PausePort;
  readonly #congestion: CongestionPort;
  #id: ConsumerId | undefined;
  #pauses: number = Pause.STARTING;

  constructor(
    facts: ConsumerFacts,
    countsDeliveries: boolean,
    owner: ConsumerOwner,
    queues: PausePort,
    congestion: CongestionPort,
  ) {
    this.facts = facts;
    this.noAck = facts.noAck;
    this.encodedTag = encodeShortstr(facts.tag);
    this.countsDeliveries = countsDeliveries;
    this.#owner = owner;
    this.#queues = queues;
    this.#congestion = congestion;
  }

  /** What its queue knows it by; undefined before it is attached. */
  get id(): ConsumerId | undefined {
    return this.#id;
  }

  /** The queue has taken it, paused. */
  attach(id: ConsumerId): void {
    this.#id = id;
  }

  pause(reason: Pause): void {
    const before = this.#pauses;
    if ((before & reason) !== 0) return;
    this.#pauses |= reason;
    if (reason === Pause.CONGESTED) this.#congestion.began(this.facts.queue.id);
    if (before === 0) this.#tell(true);
  }

  /** Deliveries may come before this returns. */
  resume(reason: Pause): void {
    if ((this.#pauses & reason) === 0) return;
    this.#pauses &= ~reason;
    if (reason === Pause.CONGESTED) this.#congestion.ended(this.facts.queue.id);
    if (this.#pauses === 0) this.#tell(false);
  }

  /** The consumer has ended. */
  ended(): void {
    if (this.isPausedFor(Pause.CONGESTED)) this.#congestion.ended(this.facts.queue.id);
  }

  isPausedFor(reason: Pause): boolean {
    return (this.#pauses & reason) !== 0;
  }

  deliver(id: MessageId, message: StoredMessage, deliveries: number): void {
    this.#owner.deliver(this, id, message, deliveries);
  }

  cancelled(): void {
    this.#owner.cancelled(this);
  }

  #tell(paused: boolean): void {
    if (this.#id !== undefined) this.#queues.setPaused(this.facts.queue.id, this.#id, paused);
  }
}
