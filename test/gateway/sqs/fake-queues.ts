/**
 * Queues as actions see them, small and in memory: visibility, delays, waiting, deduplication and limits in their simplest form, by the
 * clock that they are given. The real ones have tests of their own.
 */
import assert from 'node:assert/strict';
import type { LogId } from '../../../src/base/brand.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { DomainError } from '../../../src/base/errors.ts';
import type { PollPort } from '../../../src/gateway/sqs/services.ts';
import type { Message } from '../../../src/message/message.ts';
import { idOf, type MessageId } from '../../../src/queue/message-id.ts';
import {
  HELD_MS_MAX,
  type PollCounts,
  type ReceiveAnswer,
  type Received,
  type ReceiveOptions,
  type RemoveOutcome,
  type SendOptions,
  type Sent,
  type VisibilityOutcome,
} from '../../../src/queue/polling.ts';
import { storedMessage } from '../../../src/queue/stored-message.ts';

interface Entry {
  readonly id: MessageId;
  readonly message: Message;
  readonly publicId: string;
  readonly sequence: number;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receives: number;
  firstReceivedAtMs: number;
  receivedAtMs: number;
}

interface Waiter {
  readonly options: ReceiveOptions;
  readonly answer: (answer: ReceiveAnswer) => void;
}

interface FakeQueue {
  entries: Entry[];
  readonly known: Map<string, Sent>;
  readonly waiting: Set<Waiter>;
  sequence: number;
}

export class FakeQueues implements PollPort {
  readonly #clock: Clock;
  readonly #appended: () => void;
  readonly #queues = new Map<LogId, FakeQueue>();
  /** Old handles are no good any more, as those of FIFO queues. */
  isStrict = false;
  isFull = false;
  /** How many more messages are taken before the queue is full. */
  room = Number.POSITIVE_INFINITY;
  /** Deletions are answered later. */
  isSlow = false;
  readonly sent: { readonly id: LogId; readonly message: Message; readonly options: SendOptions }[] = [];
  readonly asked: ReceiveOptions[] = [];

  constructor(clock: Clock, appended: () => void) {
    this.#clock = clock;
    this.#appended = appended;
  }

  waiting(id: LogId): number {
    return this.#queue(id).waiting.size;
  }

  send(id: LogId, message: Message, options: SendOptions): Sent {
    const queue = this.#queue(id);
    const { deduplicationKey: key, publicId, delayMs } = options;
    const first = key === undefined ? undefined : queue.known.get(key);
    if (first !== undefined) return first;
    if (this.room === 0) throw new DomainError('limit_exceeded', 'the queue is full');
    this.room -= 1;
    this.sent.push({ id, message, options });
    this.#appended();
    queue.sequence += 1;
    const nowMs = this.#clock.nowMs();
    const entry: Entry = {
      id: idOf(0, queue.sequence),
      message,
      publicId,
      sequence: queue.sequence,
      sentAtMs: nowMs,
      visibleAtMs: nowMs + delayMs,
      receives: 0,
      firstReceivedAtMs: 0,
      receivedAtMs: 0,
    };
    queue.entries.push(entry);
    const sent = { id: entry.id, publicId, sequence: queue.sequence };
    if (key !== undefined) queue.known.set(key, sent);
    this.#wakeAt(queue, delayMs);
    return sent;
  }

  receive(id: LogId, options: ReceiveOptions, answer: (answer: ReceiveAnswer) => void) {
    this.asked.push(options);
    const queue = this.#queue(id);
    const taken = this.isFull ? 'full' : this.#take(queue, options);
    if (taken === 'full' || taken.length > 0 || options.waitMs === 0) {
      answer(taken);
      return undefined;
    }
    const waiter = { options, answer };
    queue.waiting.add(waiter);
    const timer = this.#clock.setTimer(options.waitMs, () => {
      if (queue.waiting.delete(waiter)) answer([]);
    });
    return {
      get isGone() {
        return !queue.waiting.has(waiter);
      },
      cancel: () => {
        queue.waiting.delete(waiter);
        timer.cancel();
      },
    };
  }

  remove(id: LogId, message: MessageId, receives: number): RemoveOutcome | Promise<RemoveOutcome> {
    const outcome = this.#remove(id, message, receives);
    return this.isSlow ? Promise.resolve(outcome) : outcome;
  }

  #remove(id: LogId, message: MessageId, receives: number): RemoveOutcome {
    const queue = this.#queue(id);
    const entry = queue.entries.find((each) => each.id === message);
    if (entry === undefined) return 'gone';
    const isOld = entry.receives !== receives || entry.visibleAtMs <= this.#clock.nowMs();
    if (this.isStrict && isOld) return 'expired';
    queue.entries = queue.entries.filter((each) => each !== entry);
    this.#appended();
    return 'removed';
  }

  changeVisibility(id: LogId, message: MessageId, receives: number, visibilityMs: number): VisibilityOutcome {
    const queue = this.#queue(id);
    const entry = queue.entries.find((each) => each.id === message);
    if (entry === undefined) return 'gone';
    if (entry.receives !== receives || entry.visibleAtMs <= this.#clock.nowMs()) return 'expired';
    const visibleAtMs = this.#clock.nowMs() + visibilityMs;
    if (visibleAtMs > entry.receivedAtMs + HELD_MS_MAX) return 'too_long';
    entry.visibleAtMs = visibleAtMs;
    this.#wakeAt(queue, visibilityMs);
    return 'changed';
  }

  giveBack(id: LogId, received: readonly Received[]): void {
    const queue = this.#queue(id);
    for (const { id: message } of received) {
      const entry = queue.entries.find((each) => each.id === message);
      assert.ok(entry !== undefined, 'what is given back is there');
      entry.receives -= 1;
      entry.visibleAtMs = this.#clock.nowMs();
    }
    this.#wakeAt(queue, 0);
  }

  canEncrypt(): boolean {
    return true;
  }

  pollCounts(id: LogId): PollCounts {
    const nowMs = this.#clock.nowMs();
    const hidden = this.#queue(id).entries.filter(({ visibleAtMs }) => visibleAtMs > nowMs);
    const delayed = hidden.filter(({ receives }) => receives === 0).length;
    const ready = this.#queue(id).entries.length - hidden.length;
    return { ready, inFlight: hidden.length - delayed, delayed };
  }

  purgeAll(id: LogId): void {
    this.#queue(id).entries = [];
    this.#appended();
  }

  drop(id: LogId): void {
    for (const { answer } of this.#queue(id).waiting) answer('gone');
    this.#queues.delete(id);
  }

  /** As if it had come another way. */
  put(id: LogId, message: Message): void {
    this.send(id, message, { delayMs: 0, publicId: 'not of SQS' });
  }

  #take(queue: FakeQueue, { max, visibilityMs }: ReceiveOptions): Received[] {
    const nowMs = this.#clock.nowMs();
    const taken = queue.entries.filter(({ visibleAtMs }) => visibleAtMs <= nowMs).slice(0, max);
    if (taken.length > 0) this.#wakeAt(queue, visibilityMs);
    return taken.map((entry) => {
      if (entry.receives === 0) entry.firstReceivedAtMs = nowMs;
      entry.receives += 1;
      entry.receivedAtMs = nowMs;
      entry.visibleAtMs = nowMs + visibilityMs;
      const { id, receives, firstReceivedAtMs, sequence } = entry;
      const message = storedMessage(entry.message, entry.sentAtMs);
      const isOnce = { isAgain: false, isDurable: true };
      return { id, message, receives, firstReceivedAtMs, receivedAtMs: nowMs, sequence, ...isOnce };
    });
  }

  #wakeAt(queue: FakeQueue, delayMs: number): void {
    this.#clock.setTimer(delayMs, () => {
      for (const waiter of queue.waiting) {
        const taken = this.#take(queue, waiter.options);
        if (taken.length === 0) return;
        queue.waiting.delete(waiter);
        waiter.answer(taken);
      }
    });
  }

  #queue(id: LogId): FakeQueue {
    let queue = this.#queues.get(id);
    if (queue === undefined) {
      queue = { entries: [], known: new Map(), waiting: new Set(), sequence: 0 };
      this.#queues.set(id, queue);
    }
    return queue;
  }
}
