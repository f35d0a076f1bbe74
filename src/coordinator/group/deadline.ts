/**
 * A deadline that is pushed back far more often than it is missed. Pushing it back only writes a number: the armed
 * timer looks at the number when it fires and sleeps for the rest, so a heartbeat costs no timer operation.
 */
import type { Clock, Timer } from '../../base/clock.ts';

export class Deadline {
  #timer: Timer | undefined;
  #timerDueMs = 0;
  #dueMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onMissed: () => void,
  ) {}

  /** Moves the deadline to `timeoutMs` from now, earlier or later than it was. */
  set(timeoutMs: number): void {
    const nowMs = this.clock.monotonicMs();
    this.#dueMs = nowMs + timeoutMs;
    if (this.#timer !== undefined && this.#timerDueMs <= this.#dueMs) return;
    this.#timer?.cancel();
    this.#arm(timeoutMs);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timerDueMs = this.#dueMs;
    this.#timer = this.clock.setTimer(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    const restMs = this.#dueMs - this.clock.monotonicMs();
    if (restMs > 0) this.#arm(restMs);
    else this.onMissed();
  }
}
