/**
 * Flow control between clients. A publisher that sends faster than consumers read makes a pipe into a store: what waits between
 * them is written to the disk and read again, which costs both of them more than waiting would. So while the consumers of a queue
 * can't be sent more, and what waits in it is still all in memory and more than a little, whoever publishes to it is not read.
 *
 * Only for moments: when consumers have not read on for a while they are not slow but stuck, and the queue fills as it
 * always would. Only for the sake of all: a message that some queue can pass on is not held back for another. And only
 * connections that do nothing but publish (`publisher.ts` sees to it): acknowledgements of others must come through, and a client
 * that reads its own messages after it has published them all would wait for itself. Each time that a connection goes
 * on it gets one message through at least.
 */
import type { LogId } from '../../base/brand.ts';
import type { Clock, Timer } from '../../base/clock.ts';

/** Below this much in memory nobody waits. */
const BACKLOG_BYTES_MIN = 4 * 1024 * 1024;
const STUCK_AFTER_MS = 100;

/** The queues' side. */
export interface BacklogPort {
  /** Memory that what is ready takes; 0 if some of it must be read from disk. */
  readyInMemory(queue: LogId): number;
}

interface Congested {
  consumers: number;
  /** When consumers last read on, or began not to. Monotonic. */
  changedAtMs: number;
}

export class Congestion {
  readonly #clock: Clock;
  readonly #backlogs: BacklogPort;
  readonly #queues = new Map<LogId, Congested>();
  #waiting: (() => void)[] = [];
  #timer: Timer | undefined;

  constructor(clock: Clock, backlogs: BacklogPort) {
    this.#clock = clock;
    this.#backlogs = backlogs;
  }

  /** A consumer of that queue can't be sent more. */
  began(queue: LogId): void {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#queues.get(queue);
    if (known === undefined) this.#queues.set(queue, { consumers: 1, changedAtMs: nowMs });
    else known.consumers += 1;
  }

  /** It can again, or is gone. */
  ended(queue: LogId): void {
    const known = this.#queues.get(queue);
    if (known === undefined) return;
    known.consumers -= 1;
    known.changedAtMs = this.#clock.monotonicMs();
    if (known.consumers === 0) this.#queues.delete(queue);
    if (this.#waiting.length > 0) this.#clock.defer(() => this.#release());
  }

  /** Whether all of these queues, which were just published to, have more than their consumers keep up with. */
  isHolding(queues: readonly LogId[]): boolean {
    return this.#queues.size > 0 && queues.every((queue) => this.#isHeld(queue));
  }

  /** Calls `listener` once, when consumers have read on or are stuck. */
  onRelieved(listener: () => void): void {
    this.#waiting.push(listener);
    this.#timer ??= this.#clock.setTimer(STUCK_AFTER_MS, () => this.#release());
  }

  #isHeld(queue: LogId): boolean {
    const known = this.#queues.get(queue);
    if (known === undefined || this.#backlogs.readyInMemory(queue) < BACKLOG_BYTES_MIN) return false;
    return this.#clock.monotonicMs() - known.changedAtMs < STUCK_AFTER_MS;
  }

  #release(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const listener of waiting) listener();
  }
}
