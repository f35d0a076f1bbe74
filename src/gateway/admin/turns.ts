/** Long work in slices: whoever does it asks now and then whether others should have their turn. */
import type { Clock } from '../../base/clock.ts';

/** How long a slice may take. */
const SLICE_MS = 8;

export class Turns {
  readonly #clock: Clock;
  #beganMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganMs = clock.monotonicMs();
  }

  get isOver(): boolean {
    return this.#clock.monotonicMs() - this.#beganMs >= SLICE_MS;
  }

  /** Continues after what waits already. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.defer(resolve));
    this.#beganMs = this.#clock.monotonicMs();
  }
}
