/** One timer that is moved often: setting it again costs a timer only when it must ring earlier than it would. */
import type { Clock, Timer } from '../base/clock.ts';

export class Deadline {
  readonly #clock: Clock;
  readonly #reached: () => void;
  #timer: Timer | undefined;
  #atMs = 0;

  constructor(clock: Clock, reached: () => void) {
    this.#clock = clock;
    this.#reached = reached;
  }

  /** In `delayMs`, whatever was set before. */
  set(delayMs: number): void {
    this.clear();
    this.#atMs = this.#clock.monotonicMs() + delayMs;
    this.#timer = this.#clock.setTimer(delayMs, () => this.#ring());
  }

  /** In `delayMs`, unless it is set to ring earlier: whoever is called too early looks and sets it again. */
  setEarlier(delayMs: number): void {
    if (this.#timer !== undefined && this.#clock.monotonicMs() + delayMs >= this.#atMs) return;
    this.set(delayMs);
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #ring(): void {
    this.#timer = undefined;
    this.#reached();
  }
}
