/**
 * What was done a short while ago and may not be done again yet. All rest equally long, so the oldest are in front; beyond the maximum
 * they are forgotten, which permits too early and never refuses for good. A restart forgets all.
 */
import type { Clock } from '../../base/clock.ts';

export class CoolDowns<Key> {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #max: number;
  readonly #untilMs = new Map<Key, number>();

  constructor(clock: Clock, delayMs: number, max: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#max = max;
  }

  isResting(key: Key): boolean {
    return (this.#untilMs.get(key) ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonicMs();
  }

  began(key: Key): void {
    if (this.#delayMs === 0) return;
    const nowMs = this.#clock.monotonicMs();
    this.#untilMs.delete(key);
    this.#untilMs.set(key, nowMs + this.#delayMs);
    for (const [oldest, untilMs] of this.#untilMs) {
      if (untilMs > nowMs && this.#untilMs.size <= this.#max) break;
      this.#untilMs.delete(oldest);
    }
  }

  get size(): number {
    return this.#untilMs.size;
  }
}
