/**
 * Offsets that go back to their place in a queue: a binary min-heap, each with how often it was delivered before. An offset is
 * in it once at the most; its owner sees to that.
 */
export class ReturnedOffsets {
  readonly #heap: number[] = [];
  /** Earlier deliveries of what is in the heap; left out for 1, which is the rule. */
  readonly #deliveries = new Map<number, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** The smallest; undefined if there is none. */
  get first(): number | undefined {
    return this.#heap[0];
  }

  deliveriesOf(offset: number): number {
    return this.#deliveries.get(offset) ?? 1;
  }

  add(offset: number, deliveries: number): void {
    if (deliveries !== 1) this.#deliveries.set(offset, deliveries);
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
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return;
    this.#deliveries.delete(first);
    if (heap.length === 0) return;
    heap[0] = last;
    this.#sink(last);
  }

  /** Takes everything out, in no particular order. */
  removeAll(): number[] {
    this.#deliveries.clear();
    return this.#heap.splice(0);
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
