/**
 * Offsets that go back to their place in a queue: a binary min-heap, each with what happened to it before. An offset is in it
 * once at the most; its owner sees to that.
 */
import type { History } from './history.ts';

/** What most have behind them. */
const DELIVERED_ONCE: History = { deliveries: 1, firstReceivedAtMs: 0 };

export class ReturnedOffsets {
  readonly #heap: number[] = [];
  /** Of what is in the heap; left out for what is the rule. */
  readonly #histories = new Map<number, History>();
  /** Still in the heap, but removed. Never the first. */
  readonly #removed = new Set<number>();

  get size(): number {
    return this.#heap.length - this.#removed.size;
  }

  /** The smallest; undefined if there is none. */
  get first(): number | undefined {
    return this.#heap[0];
  }

  historyOf(offset: number): History {
    return this.#histories.get(offset) ?? DELIVERED_ONCE;
  }

  add(offset: number, history: History = DELIVERED_ONCE): void {
    if (history.deliveries !== 1 || history.firstReceivedAtMs !== 0) this.#histories.set(offset, history);
    // It is in the heap still.
    if (this.#removed.delete(offset)) return;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(offset);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as number;
      if (above <= offset) break;
      heap[at] = above;
      heap[parent] = offset;
      at = parent;
    }
  }

  removeFirst(): void {
    this.#pop();
    this.#dropRemoved();
  }

  /** `offset` is in it. */
  remove(offset: number): void {
    this.#histories.delete(offset);
    this.#removed.add(offset);
    this.#dropRemoved();
  }

  /** Takes everything out, in no particular order. */
  removeAll(): number[] {
    this.#histories.clear();
    const all = this.#heap.splice(0).filter((offset) => !this.#removed.has(offset));
    this.#removed.clear();
    return all;
  }

  #dropRemoved(): void {
    if (this.#removed.size === 0) return;
    for (let first = this.#heap[0]; first !== undefined && this.#removed.delete(first); first = this.#heap[0])
      this.#pop();
  }

  #pop(): void {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return;
    this.#histories.delete(first);
    if (heap.length === 0) return;
    heap[0] = last;
    this.#sink(last);
  }

  #sink(value: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const least = right < heap.length && (heap[right] as number) < (heap[left] as number) ? right : left;
      const below = heap[least] as number;
      if (below >= value) return;
      heap[least] = value;
      heap[at] = below;
      at = least;
    }
  }
}
