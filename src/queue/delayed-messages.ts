/**
 * Messages that wait for their time before they are routed (x-delayed-message exchanges). They are in a lane of their own, all taken out
 * of it and held by due time; what is due goes to the port and is settled after. A crash in between repeats it.
 *
 * Stored in the form of any message, with the due time as its time of arrival, and where it goes before its body.
 * Refuses more than `delayedMax`: each costs memory while it waits.
 */
import type { Clock } from '../base/clock.ts';
import type { Message } from '../message/message.ts';
import { Deadline } from './deadline.ts';
import type { Lane } from './lane.ts';
import { StoredMessage } from './stored-message.ts';

/** Where a delayed message goes when its time has come. */
export interface DelayTarget {
  readonly vhost: string;
  /** The exchange that delays it. */
  readonly exchange: string;
  readonly routingKeys: readonly string[];
}

export type DelayOverPort = (message: Message, target: DelayTarget) => void;

interface Waiting {
  readonly dueMs: number;
  readonly offset: number;
  readonly bytes: number;
}

const TARGET_LENGTH_BYTES = 4;

export class DelayedMessages {
  readonly #clock: Clock;
  readonly #lane: Lane;
  readonly #over: DelayOverPort;
  readonly #delayedMax: number;
  /** A binary min-heap by due time, then by offset. */
  readonly #heap: Waiting[] = [];
  readonly #due: Deadline;

  constructor(clock: Clock, lane: Lane, over: DelayOverPort, delayedMax: number) {
    this.#clock = clock;
    this.#lane = lane;
    this.#over = over;
    this.#delayedMax = delayedMax;
    this.#due = new Deadline(clock, () => this.#send());
  }

  /** False if too many wait already. */
  add(message: Message, target: DelayTarget, delayMs: number): boolean {
    if (this.#heap.length + this.#lane.ready >= this.#delayedMax) return false;
    this.#lane.push(wrapped(message, target, this.#clock.nowMs() + delayMs), message.persistent);
    this.takeNew();
    return true;
  }

  /** Takes what is in the lane: one that was just added, or after a restart all there is. */
  takeNew(): void {
    const lane = this.#lane;
    for (let message = lane.head(); message !== undefined; message = lane.head()) {
      const bytes = message.body.length;
      this.#insert({ dueMs: message.enqueuedAtMs, offset: lane.headOffset, bytes });
      lane.take(bytes);
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first !== undefined) this.#due.setEarlier(Math.max(0, first.dueMs - this.#clock.nowMs()));
  }

  /** Something was read from disk. */
  loaded(): void {
    this.takeNew();
    this.#send();
  }

  #send(): void {
    const nowMs = this.#clock.nowMs();
    for (let first = this.#heap[0]; first !== undefined && first.dueMs <= nowMs; first = this.#heap[0]) {
      const stored = this.#lane.at(first.offset);
      if (stored === undefined) return;
      this.#removeFirst();
      if (stored !== null) this.#over(...unwrapped(stored));
      this.#lane.settle(first.offset, first.bytes);
    }
    this.#arm();
  }

  #insert(waiting: Waiting): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(waiting);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as Waiting;
      if (!isBefore(waiting, above)) break;
      heap[at] = above;
      heap[parent] = waiting;
      at = parent;
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      const right = left + 1;
      let least = left;
      if (right < heap.length && isBefore(heap[right] as Waiting, heap[left] as Waiting)) least = right;
      const below = heap[least];
      if (below === undefined || isBefore(last, below)) break;
      heap[at] = below;
      at = least;
    }
    heap[at] = last;
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.offset < b.offset);
}

function wrapped(message: Message, target: DelayTarget, dueMs: number): StoredMessage {
  const { origin, exchange, routingKey, properties, persistent, priority, ttlMs } = message;
  const where = Buffer.from(JSON.stringify(target));
  const length = Buffer.alloc(TARGET_LENGTH_BYTES);
  length.writeUInt32LE(where.length, 0);
  const body = Buffer.concat([length, where, message.body]);
  const never = Number.POSITIVE_INFINITY;
  return new StoredMessage(
    origin,
    exchange,
    routingKey,
    properties,
    body,
    false,
    persistent,
    priority,
    ttlMs,
    dueMs,
    never,
  );
}

function unwrapped(stored: StoredMessage): [Message, DelayTarget] {
  const bodyAt = TARGET_LENGTH_BYTES + stored.body.readUInt32LE(0);
  const target = JSON.parse(stored.body.toString('utf8', TARGET_LENGTH_BYTES, bodyAt)) as DelayTarget;
  const { origin, exchange, routingKey, properties, persistent, priority, ttlMs } = stored;
  const body = stored.body.subarray(bodyAt);
  return [{ origin, exchange, routingKey, properties, body, persistent, priority, ttlMs }, target];
}
