/**
 * How messages leave a queue without having been accepted: they lived too long, there are too many, they were received too often, or
 * somebody rejected them. What has a place to go is sent there before it is settled here.
 */
import type { Clock } from '../base/clock.ts';
import type { Message } from '../message/message.ts';
import type { DeadLetterReason, DeadLetters } from './dead-letters.ts';
import { Deadline } from './deadline.ts';
import type { Lane } from './lane.ts';
import type { QueueStats } from './queue-stats.ts';
import type { QueueView } from './queue-view.ts';
import type { StoredMessage } from './stored-message.ts';

/** Moves a message to the queue that takes what was received too often. False: there is none, and it stays. */
export type RedrivePort = (source: QueueView, message: StoredMessage) => boolean;

export interface DepartureDeps {
  readonly clock: Clock;
  readonly deadLetters: DeadLetters;
  readonly redrive: RedrivePort;
}

/** The queue that messages leave. */
export interface DepartedQueue {
  readonly view: QueueView;
  readonly stats: QueueStats;
  readonly lanes: readonly Lane[];
  readonly ready: number;
  readonly readyBytes: number;
  readonly isGone: boolean;
  headLane(): Lane | undefined;
  changed(): void;
}

export class Departures {
  readonly #queue: DepartedQueue;
  readonly #deps: DepartureDeps;
  readonly #headExpiry: Deadline;

  constructor(queue: DepartedQueue, deps: DepartureDeps) {
    this.#queue = queue;
    this.#deps = deps;
    this.#headExpiry = new Deadline(deps.clock, () => this.#expireHeads());
  }

  /** What may not be handed out any more leaves from the head of `lane`. @param expire false: what has expired stays */
  clearHead(lane: Lane, expire: boolean): void {
    if (expire && this.#mayExpire(lane)) this.#expireHead(lane);
    const { redriveReceives } = this.#queue.view.settings;
    if (redriveReceives !== undefined) this.#redriveHeads(lane, redriveReceives);
  }

  /** Holds to the queue's limits, and looks when something expires next. */
  enforce(): void {
    if (this.#isOverLimit) this.#dropHeads();
    for (const lane of this.#queue.lanes) {
      if (!this.#mayExpire(lane)) continue;
      this.#armHeadExpiry();
      return;
    }
  }

  wouldOverflow({ body }: Message): boolean {
    const { maxLength, maxLengthBytes } = this.#queue.view.settings;
    if (maxLength !== undefined && this.#queue.ready + 1 > maxLength) return true;
    return maxLengthBytes !== undefined && this.#queue.readyBytes + body.length > maxLengthBytes;
  }

  /** A message of `lane` that was delivered so often is not wanted. */
  reject(lane: Lane, offset: number, bytes: number, reason: DeadLetterReason, deliveries: number): void {
    const { deadLetterExchange, redriveQueue } = this.#queue.view.settings;
    if (deadLetterExchange === undefined && redriveQueue === undefined) {
      this.#queue.stats.dropped += 1;
      lane.settle(offset, bytes);
    } else this.#deps.deadLetters.add({ queue: this.#queue, lane, offset, bytes, reason, deliveries });
  }

  drop(): void {
    this.#headExpiry.clear();
  }

  #mayExpire(lane: Lane): boolean {
    return lane.ready > 0 && (lane.canExpire || this.#queue.view.settings.retentionMs !== undefined);
  }

  #expiryOf({ expiresAtMs, enqueuedAtMs }: StoredMessage): number {
    const { retentionMs } = this.#queue.view.settings;
    return retentionMs === undefined ? expiresAtMs : Math.min(expiresAtMs, enqueuedAtMs + retentionMs);
  }

  #expireHead(lane: Lane): void {
    const nowMs = this.#deps.clock.nowMs();
    for (let message = lane.head(); message !== undefined; message = lane.head()) {
      if (this.#expiryOf(message) > nowMs) return;
      this.#queue.stats.expired += 1;
      this.#leave(lane, message, 'expired');
    }
  }

  #redriveHeads(lane: Lane, receivesMax: number): void {
    for (let message = lane.head(); message !== undefined; message = lane.head()) {
      if (lane.headDeliveries < receivesMax || !this.#deps.redrive(this.#queue.view, message)) return;
      const { headOffset } = lane;
      lane.take(message.body.length);
      lane.settle(headOffset, message.body.length);
    }
  }

  #expireHeads(): void {
    for (const lane of this.#queue.lanes) if (this.#mayExpire(lane)) this.#expireHead(lane);
    this.#queue.changed();
  }

  /** Messages expire from the head of their lane: what stands behind one that lives longer waits for it. */
  #armHeadExpiry(): void {
    let firstAtMs = Number.POSITIVE_INFINITY;
    for (const lane of this.#queue.lanes) {
      const message = this.#mayExpire(lane) ? lane.head() : undefined;
      if (message !== undefined) firstAtMs = Math.min(firstAtMs, this.#expiryOf(message));
    }
    if (firstAtMs === Number.POSITIVE_INFINITY) this.#headExpiry.clear();
    else this.#headExpiry.setEarlier(Math.max(0, firstAtMs - this.#deps.clock.nowMs()));
  }

  /** The head of `lane` goes without having been delivered. */
  #leave(lane: Lane, message: StoredMessage, reason: DeadLetterReason): void {
    const { headOffset: offset, headDeliveries: deliveries } = lane;
    const bytes = message.body.length;
    lane.take(bytes);
    if (this.#queue.view.settings.deadLetterExchange === undefined) lane.settle(offset, bytes);
    else this.#deps.deadLetters.add({ queue: this.#queue, lane, offset, bytes, reason, deliveries, message });
  }

  get #isOverLimit(): boolean {
    const { maxLength, maxLengthBytes, overflow } = this.#queue.view.settings;
    if (overflow !== 'drop-head' || (maxLength === undefined && maxLengthBytes === undefined)) return false;
    if (maxLength !== undefined && this.#queue.ready > maxLength) return true;
    return maxLengthBytes !== undefined && this.#queue.readyBytes > maxLengthBytes;
  }

  #dropHeads(): void {
    while (this.#isOverLimit) {
      const lane = this.#queue.headLane();
      const message = lane?.head();
      if (lane === undefined || message === undefined) return;
      this.#queue.stats.dropped += 1;
      this.#leave(lane, message, 'maxlen');
    }
  }
}
