/**
 * Samples of all objects of a kind, by their key. Objects come by being sampled, and are forgotten when a tick passes without
 * them.
 */
import { Samples } from './samples.ts';
import type { Ticks } from './ticks.ts';

interface Entry {
  readonly samples: Samples;
  tick: number;
}

export class SampleBook<Key> {
  readonly #ticks: Ticks;
  readonly #width: number;
  readonly #entries = new Map<Key, Entry>();
  /** To be filled before each `add`. */
  readonly values: Float64Array;

  constructor(ticks: Ticks, width: number) {
    this.#ticks = ticks;
    this.#width = width;
    this.values = new Float64Array(width);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes what `values` are as this object's at the latest tick. */
  add(key: Key): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (this.values.every((value) => value === 0)) return;
      entry = { samples: new Samples(this.#width), tick: 0 };
      this.#entries.set(key, entry);
    }
    entry.tick = this.#ticks.latest;
    entry.samples.add(entry.tick, this.values, this.#ticks);
  }

  /** After all objects of a tick. */
  forgetOthers(): void {
    for (const [key, { tick }] of this.#entries) if (tick !== this.#ticks.latest) this.#entries.delete(key);
  }

  /** Undefined if nothing has ever happened to it. */
  of(key: Key): Samples | undefined {
    return this.#entries.get(key)?.samples;
  }
}
