/** A clock that moves only when a test moves it; timers fire in the order of their due time, then of their making. */
import type { Clock, Timer } from '../../../src/base/clock.ts';

interface Pending {
  readonly dueMs: number;
  readonly sequence: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  readonly #timers = new Set<Pending>();
  #elapsedMs = 0;
  #sequence = 0;

  constructor(private readonly startMs = 1_700_000_000_000) {}

  get timerCount(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#elapsedMs + Math.max(delayMs, 0), sequence: this.#sequence++, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  defer(callback: () => void): void {
    this.setTimer(0, callback);
  }

  advance(ms: number): void {
    const endMs = this.#elapsedMs + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.sequence - b.sequence)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#elapsedMs = Math.max(this.#elapsedMs, due.dueMs);
      due.callback();
    }
    this.#elapsedMs = endMs;
  }
}
