/**
 * What one channel in tx mode has published and settled since the last commit (AMQP 0-9-1 §1.9). Nothing of it has any effect
 * before the commit; then all of it has, or none survives a crash.
 *
 * Bounds: bytes of messages that wait for the commit; settlements are bounded with the unsettled deliveries.
 */
import { keptMessage, type Message } from '../../message/message.ts';
import type { Outcome } from '../../queue/queue.ts';
import type { RoutedExchange } from '../../routing/router.ts';
import { AmqpError } from './errors.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import type { Delivery } from './unsettled.ts';

export interface HeldPublish {
  readonly ref: RoutedExchange;
  readonly message: Message;
  readonly moreKeys: readonly string[];
  readonly mandatory: boolean;
}

export interface HeldSettlement {
  readonly deliveries: readonly Delivery[];
  readonly outcome: Outcome;
}

export interface Held {
  readonly publishes: readonly HeldPublish[];
  readonly settlements: readonly HeldSettlement[];
}

export class Transaction {
  readonly #bytesMax: number;
  #publishes: HeldPublish[] = [];
  #settlements: HeldSettlement[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get publishCount(): number {
    return this.#publishes.length;
  }

  get settlementCount(): number {
    return this.#settlements.reduce((count, { deliveries }) => count + deliveries.length, 0);
  }

  hold(publish: HeldPublish): void {
    const { body, properties } = publish.message;
    this.#bytes += body.length + properties.length;
    if (this.#bytes > this.#bytesMax) {
      throw new AmqpError(ReplyCode.PRECONDITION_FAILED, `the transaction is larger than ${this.#bytesMax} bytes`);
    }
    this.#publishes.push({ ...publish, message: keptMessage(publish.message) });
  }

  settle(settlement: HeldSettlement): void {
    this.#settlements.push(settlement);
  }

  /** Everything that is held; then nothing is. */
  take(): Held {
    const held = { publishes: this.#publishes, settlements: this.#settlements };
    this.#publishes = [];
    this.#settlements = [];
    this.#bytes = 0;
    return held;
  }
}
