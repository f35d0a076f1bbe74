/**
 * A set of offsets kept as disjoint intervals in ascending order. Queues settle mostly in order, so that there are few; one
 * that settles at random costs two numbers per gap.
 */
export class OffsetSet {
  /** Start and end of each interval in turn; `[from, to)`. */
  #bounds: number[] = [];

  get isEmpty(): boolean {
    return this.#bounds.length === 0;
  }

  get intervalCount(): number {
    return this.#bounds.length / 2;
  }

  /** The offset after the largest one in the set; 0 if it is empty. */
  get end(): number {
    return this.#bounds.at(-1) ?? 0;
  }

  add(from: number, to: number): void {
    if (to <= from) return;
    const bounds = this.#bounds;
    const { length } = bounds;
    const lastEnd = bounds[length - 1];
    if (lastEnd === undefined || from > lastEnd) {
      bounds.push(from, to);
      return;
    }
    if (from === lastEnd) {
      bounds[length - 1] = to;
      return;
    }
    this.#merge(from, to);
  }

  /** The general case: `[from, to)` may touch or cover any number of intervals. */
  #merge(from: number, to: number): void {
    const bounds = this.#bounds;
    const first = this.#firstEndingAtOrAfter(from);
    let start = from;
    let end = to;
    let next = first;
    while (next < bounds.length && (bounds[next] as number) <= end) {
      start = Math.min(start, bounds[next] as number);
      end = Math.max(end, bounds[next + 1] as number);
      next += 2;
    }
    bounds.splice(first, next - first, start, end);
  }

  has(offset: number): boolean {
    return this.covers(offset, offset + 1);
  }

  /** Whether the whole of `[from, to)` is in the set. */
  covers(from: number, to: number): boolean {
    const at = this.#firstEndingAtOrAfter(to);
    const start = this.#bounds[at];
    return start !== undefined && start <= from;
  }

  /** Takes the interval that starts at or below `floor` out of the set; answers where it ends, or `floor` without one. */
  takeFrom(floor: number): number {
    const [from, to] = this.#bounds;
    if (from === undefined || to === undefined || from > floor) return floor;
    this.#bounds.splice(0, 2);
    return Math.max(floor, to);
  }

  /** Start and end of each interval in turn; a copy. */
  toArray(): number[] {
    return this.#bounds.slice();
  }

  clear(): void {
    this.#bounds = [];
  }

  /** Calls `visit` for each offset of `[from, to)` that is not in the set, in ascending order. */
  forEachMissing(from: number, to: number, visit: (offset: number) => void): void {
    const bounds = this.#bounds;
    let offset = from;
    for (let at = this.#firstEndingAtOrAfter(from + 1); offset < to; at += 2) {
      const stop = Math.min(to, bounds[at] ?? to);
      while (offset < stop) visit(offset++);
      offset = Math.max(offset, bounds[at + 1] ?? to);
    }
  }

  /** Calls `visit` for each offset in the set at or after `from`, in ascending order. */
  forEachFrom(from: number, visit: (offset: number) => void): void {
    const bounds = this.#bounds;
    for (let at = this.#firstEndingAtOrAfter(from + 1); at < bounds.length; at += 2) {
      const end = bounds[at + 1] as number;
      for (let offset = Math.max(from, bounds[at] as number); offset < end; offset += 1) visit(offset);
    }
  }

  /** Place of the first interval whose end is at or after `offset`. */
  #firstEndingAtOrAfter(offset: number): number {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length >>> 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle * 2 + 1] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }
}
