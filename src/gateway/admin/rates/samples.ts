/**
 * What a few numbers of one object were at the last ticks. An object that has not changed for as long as is remembered takes
 * the room of one sample, and one at which nothing has ever happened takes none: most of ten thousand queues are idle.
 */
import type { Ticks } from './ticks.ts';

export class Samples {
  readonly #width: number;
  /** What held before `#since`. */
  #before: Float64Array | undefined;
  /** By tick; undefined: nothing has changed since. */
  #ring: Float64Array | undefined;
  #since = 0;
  #changedAt = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Every tick, in order. */
  add(tick: number, values: Float64Array, ticks: Ticks): void {
    if (this.#ring === undefined) {
      if (this.#isAsBefore(values)) return;
      this.#ring = new Float64Array(this.#width * ticks.size);
      this.#since = tick;
      this.#changedAt = tick;
    } else if (!this.#isAsAt(tick - 1, values, ticks)) this.#changedAt = tick;
    this.#ring.set(values, (tick % ticks.size) * this.#width);
    if (tick - this.#changedAt >= ticks.size) this.#shrink(values);
  }

  /** The number at `index` at a tick that is remembered. */
  at(tick: number, index: number, ticks: Ticks): number {
    if (this.#ring === undefined || tick < this.#since) return this.#before?.[index] ?? 0;
    return this.#ring[(tick % ticks.size) * this.#width + index] ?? 0;
  }

  #shrink(values: Float64Array): void {
    this.#before = values.slice();
    this.#ring = undefined;
  }

  #isAsBefore(values: Float64Array): boolean {
    return values.every((value, index) => value === (this.#before?.[index] ?? 0));
  }

  #isAsAt(tick: number, values: Float64Array, ticks: Ticks): boolean {
    return values.every((value, index) => value === this.at(tick, index, ticks));
  }
}
