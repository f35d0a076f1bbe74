/** The numbers of one kind of object over time: how fast each changes now, and what it was over the last while. */
import { SampleBook } from './sample-book.ts';
import type { Samples } from './samples.ts';
import type { Ticks } from './ticks.ts';

export type Numbers<Name extends string> = Readonly<Record<Name, number>>;

/** A span of time before now, in steps. */
export interface Range {
  readonly ageMs: number;
  readonly stepMs: number;
  /** Wall clock. */
  readonly nowMs: number;
}

interface Sample {
  readonly sample: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
}

/** What stands in the `…_details` of a number. */
export interface Details {
  /** Change per second, between the two latest samples. */
  readonly rate: number;
  /** Newest first; with a range only, like the rest. */
  readonly samples?: readonly Sample[];
  readonly avg?: number;
  readonly avg_rate?: number;
}

const UNCHANGED: Details = { rate: 0 };

export class Meter<Key, Name extends string> {
  readonly names: readonly Name[];
  /** What the details of each are called. */
  readonly detailsNames: readonly string[];
  readonly #ticks: Ticks;
  readonly #book: SampleBook<Key>;

  constructor(ticks: Ticks, names: readonly Name[]) {
    this.names = names;
    this.detailsNames = names.map((name) => `${name}_details`);
    this.#ticks = ticks;
    this.#book = new SampleBook(ticks, names.length);
  }

  /** How many objects it remembers something of. */
  get size(): number {
    return this.#book.size;
  }

  /** What an object's numbers are at the latest tick. */
  add(key: Key, numbers: Numbers<Name>): void {
    const { values } = this.#book;
    for (let i = 0; i < this.names.length; i++) values[i] = numbers[this.names[i] as Name];
    this.#book.add(key);
  }

  /** Objects that were not added since the latest tick are gone. */
  forgetOthers(): void {
    this.#book.forgetOthers();
  }

  details(key: Key, name: Name, range?: Range): Details {
    const samples = this.#book.of(key);
    const index = this.names.indexOf(name);
    if (range !== undefined) return this.#history(samples, index, range);
    const rate = this.#rate(samples, index);
    return rate === 0 ? UNCHANGED : { rate };
  }

  #rate(samples: Samples | undefined, index: number): number {
    const { latest } = this.#ticks;
    const seconds = latest > 0 ? this.#ticks.elapsedSeconds(latest - 1, latest) : 0;
    if (samples === undefined || seconds <= 0) return 0;
    return (samples.at(latest, index, this.#ticks) - samples.at(latest - 1, index, this.#ticks)) / seconds;
  }

  #history(samples: Samples | undefined, index: number, { ageMs, stepMs, nowMs }: Range): Details {
    const ticks = this.#ticks;
    const taken: Sample[] = [];
    let tick = ticks.latest;
    const end = Math.floor(nowMs / stepMs) * stepMs;
    for (let at = end; at >= end - ageMs; at -= stepMs) {
      while (tick >= ticks.oldest && ticks.wallMs(tick) > at) tick -= 1;
      if (tick < ticks.oldest) break;
      taken.push({ sample: samples?.at(tick, index, ticks) ?? 0, timestamp: at });
    }
    const newest = taken[0];
    const oldest = taken.at(-1);
    if (newest === undefined || oldest === undefined) return { rate: this.#rate(samples, index), samples: taken };
    const seconds = (newest.timestamp - oldest.timestamp) / 1000;
    return {
      rate: this.#rate(samples, index),
      samples: taken,
      avg: taken.reduce((sum, { sample }) => sum + sample, 0) / taken.length,
      avg_rate: seconds > 0 ? (newest.sample - oldest.sample) / seconds : 0,
    };
  }
}
