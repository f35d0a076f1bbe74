/**
 * A `Clock` that stands still until a test moves it. Timers fire in the order of their due time, then of their making;
 * deferred callbacks run in the order of their making, only inside `settle`, `elapse` or `runDeferred`.
 *
 * `advance` is synchronous: promises make no progress between the timers it fires. `elapse` lets everything that
 * became possible happen before the next timer fires, and is what a test of asynchronous code wants.
 */
import type { Clock, Timer } from '../../src/base/clock.ts';

interface PendingTimer {
  readonly dueMs: number;
  readonly sequence: number;
  readonly callback: () => void;
}

/** Settling that never ends is a loop of our own making: say so instead of hanging. */
const SETTLE_ROUNDS_MAX = 10_000;

export class ManualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #sequence = 0;
  readonly #timers = new Set<PendingTimer>();
  #deferred: (() => void)[] = [];

  constructor(wallStartMs = 1_700_000_000_000) {
    this.#wallOffsetMs = wallStartMs;
  }

  nowMs(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#monotonicMs + Math.max(delayMs, 0), sequence: this.#sequence++, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  /** How many timers are armed: a test of a clean stop expects none. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** Moves wall-clock time alone, as an operator or NTP does. */
  jumpWallClock(deltaMs: number): void {
    this.#wallOffsetMs += deltaMs;
  }

  /** Moves time and fires what falls due, without letting promises or deferred callbacks run in between. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    while (this.#fireNext(endMs));
    this.#monotonicMs = endMs;
  }

  /** Runs the callbacks that are deferred now, not those that they defer. Tells whether there were any. */
  runDeferred(): boolean {
    const batch = this.#deferred;
    this.#deferred = [];
    for (const callback of batch) callback();
    return batch.length > 0;
  }

  /** Lets promises and deferred callbacks run until nothing is left but timers. Time stands still. */
  async settle(): Promise<void> {
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      // The microtask queue is empty before an immediate runs, so every promise that could settle has settled.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (!this.runDeferred()) return;
    }
    throw new Error(`still not settled after ${SETTLE_ROUNDS_MAX} rounds: something defers itself for ever`);
  }

  /** Moves time, settling before the first timer, after each, and at the end. */
  async elapse(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    do await this.settle();
    while (this.#fireNext(endMs));
    this.#monotonicMs = endMs;
  }

  #fireNext(endMs: number): boolean {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue;
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.sequence < next.sequence))
        next = timer;
    }
    if (!next) return false;
    this.#timers.delete(next);
    this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
    next.callback();
    return true;
  }
}
