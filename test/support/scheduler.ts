/**
 * A seeded world: random numbers, virtual time, and an order of events that the seed decides. Everything a node waits for
 * (completions of its medium, timers, deferred work, network delivery) is an event here, so that the same seed gives the
 * same run, and a crash can be placed between any two events.
 */
import type { Clock, Timer } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';

/** xorshift128, seeded by splitmix32: small, fast and the same everywhere. */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    let state = seed >>> 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1;
  }

  uint32(): number {
    const shifted = this.#a ^ (this.#a << 11);
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = this.#d;
    this.#d = (this.#d ^ (this.#d >>> 19) ^ shifted ^ (shifted >>> 8)) >>> 0;
    return this.#d;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return this.uint32() % bound;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i += 1) bytes[i] = this.uint32() & 0xff;
    return bytes;
  }
}

interface ScheduledTimer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** 2024-01-01T00:00:00Z */
const EPOCH_MS = 1_704_067_200_000;

export class Scheduler implements Clock {
  readonly random: SeededRandom;
  #elapsedMs = 0;
  #ready: (() => void)[] = [];
  #timers: ScheduledTimer[] = [];
  #order = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  nowMs(): number {
    return EPOCH_MS + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order, callback, cancelled: false };
    this.#order += 1;
    this.#timers.push(timer);
    return {
      cancel: () => {
        timer.cancelled = true;
      },
    };
  }

  readonly defer = (callback: () => void): void => {
    this.#ready.push(callback);
  };

  /** Lets everything that is pending in a crashed node never happen. */
  clear(): void {
    this.#ready = [];
    this.#timers = [];
  }

  /**
   * Runs one random ready event; if none is ready, the earliest timer. False if there is nothing at all. With `timers`, a
   * timer that is due soon may come before what is ready: time passes while there is work.
   */
  async step(timers?: { readonly percent: number; readonly withinMs: number }): Promise<boolean> {
    await settleMicrotasks();
    if (timers !== undefined && this.random.chance(timers.percent)) {
      if (this.#fireTimer(this.#elapsedMs + timers.withinMs)) return true;
    }
    if (this.#ready.length > 0) {
      const [event] = this.#ready.splice(this.random.below(this.#ready.length), 1);
      event?.();
      return true;
    }
    return this.#fireTimer(Number.POSITIVE_INFINITY);
  }

  /** Lets what has happened have all its consequences but for further events. */
  idle(): Promise<void> {
    return settleMicrotasks();
  }

  /** Runs events, but no timers, until `done` or nothing is ready. */
  async settle(done: () => boolean = () => false): Promise<void> {
    for (;;) {
      await settleMicrotasks();
      if (done() || this.#ready.length === 0) return;
      const [event] = this.#ready.splice(this.random.below(this.#ready.length), 1);
      event?.();
    }
  }

  /** Lets `ms` of virtual time pass, with all events and timers in it. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await this.settle();
    while (this.#fireTimer(untilMs)) await this.settle();
    this.#elapsedMs = untilMs;
  }

  /** Settles until the promise does, advancing time where nothing else is left to do. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    promise.then(
      () => {
        isSettled = true;
      },
      () => {
        isSettled = true;
      },
    );
    await settleMicrotasks();
    while (!isSettled) {
      if (!(await this.step())) throw new Error('nothing is left to happen and the promise is still pending');
      await settleMicrotasks();
    }
    return promise;
  }

  #fireTimer(untilMs: number): boolean {
    this.#timers = this.#timers.filter((timer) => !timer.cancelled);
    let next: ScheduledTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order))
        next = timer;
    }
    if (next === undefined || next.atMs > untilMs) return false;
    this.#timers.splice(this.#timers.indexOf(next), 1);
    this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
    next.callback();
    return true;
  }
}

/** Runs every microtask that is queued, and those that they queue. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
