/**
 * Messages that leave a queue without having been accepted: each is published to the queue's dead letter exchange by the port, and
 * then settled where it was. In this order, so that a crash between the two duplicates and never loses. They go after the operation
 * that made them leave has ended, since the queue they go to may be the one they come from.
 */
import type { Clock } from '../base/clock.ts';
import type { Lane } from './lane.ts';
import type { QueueView } from './queue-view.ts';
import type { StoredMessage } from './stored-message.ts';

/** As RabbitMQ names them in x-death. */
export type DeadLetterReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** Publishes a message to the dead letter exchange of the queue it leaves, with what happened to it in its headers. */
export type DeadLetterPort = (
  source: QueueView,
  message: StoredMessage,
  reason: DeadLetterReason,
  deliveries: number,
) => void;

/** The queue that a message leaves. */
interface Source {
  readonly view: QueueView;
  readonly isGone: boolean;
}

interface Leaving {
  readonly queue: Source;
  readonly lane: Lane;
  readonly offset: number;
  readonly bytes: number;
  readonly reason: DeadLetterReason;
  /** How often it was delivered. */
  readonly deliveries: number;
  /** Left out: it must be looked up. */
  readonly message?: StoredMessage;
}

export class DeadLetters {
  readonly #clock: Clock;
  readonly #port: DeadLetterPort;
  #leaving: Leaving[] = [];
  #refused: { readonly queue: Source; readonly message: StoredMessage }[] = [];
  #isScheduled = false;

  constructor(clock: Clock, port: DeadLetterPort) {
    this.#clock = clock;
    this.#port = port;
  }

  add(leaving: Leaving): void {
    leaving.lane.leaves(leaving.offset);
    this.#leaving.push(leaving);
    this.wake();
  }

  /** A message that its queue was too full to take. */
  addRefused(queue: Source, message: StoredMessage): void {
    this.#refused.push({ queue, message });
    this.wake();
  }

  /** A message that was being read from disk may be there. */
  wake(): void {
    if (this.#isScheduled || (this.#leaving.length === 0 && this.#refused.length === 0)) return;
    this.#isScheduled = true;
    this.#clock.defer(() => this.#send());
  }

  #send(): void {
    this.#isScheduled = false;
    const refused = this.#refused;
    const leaving = this.#leaving;
    this.#refused = [];
    this.#leaving = [];
    for (const { queue, message } of refused) this.#port(queue.view, message, 'maxlen', 0);
    const unread = leaving.filter((one) => !this.#sendOne(one));
    this.#leaving = [...unread, ...this.#leaving];
  }

  /** False if it must wait for the disk. */
  #sendOne({ queue, lane, offset, bytes, reason, deliveries, message: known }: Leaving): boolean {
    if (queue.isGone) return true;
    const message = known ?? lane.at(offset);
    if (message === undefined) return false;
    if (message !== null) this.#port(queue.view, message, reason, deliveries);
    lane.settle(offset, bytes);
    return true;
  }
}
