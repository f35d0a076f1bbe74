/** The moments at which samples are taken, the last few of them; all objects share them. */

export class Ticks {
  readonly size: number;
  readonly #monotonicMs: Float64Array;
  readonly #wallMs: Float64Array;
  /** Number of the latest one; -1 before the first. */
  #latest = -1;

  constructor(size: number) {
    this.size = size;
    this.#monotonicMs = new Float64Array(size);
    this.#wallMs = new Float64Array(size);
  }

  get latest(): number {
    return this.#latest;
  }

  /** The first one that is still remembered. */
  get oldest(): number {
    return Math.max(0, this.#latest - this.size + 1);
  }

  add(monotonicMs: number, wallMs: number): number {
    this.#latest += 1;
    this.#monotonicMs[this.#latest % this.size] = monotonicMs;
    this.#wallMs[this.#latest % this.size] = wallMs;
    return this.#latest;
  }

  /** Milliseconds since the Unix epoch. */
  wallMs(tick: number): number {
    return this.#wallMs[tick % this.size] ?? 0;
  }

  elapsedSeconds(fromTick: number, toTick: number): number {
    const from = this.#monotonicMs[fromTick % this.size] ?? 0;
    const to = this.#monotonicMs[toTick % this.size] ?? 0;
    return (to - from) / 1000;
  }
}
