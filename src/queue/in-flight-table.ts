/**
 * What one lane has in its queue's hands, by offset. Messages are mostly delivered in order and settled soon, so most stand in a
 * row and cost no look-up by key; what comes back and goes out again, and what stays behind when much else has passed, is in a map.
 */
import type { InFlight } from './in-flight.ts';
import { OffsetDeque } from './offset-deque.ts';

/** With so many holes more than values the row begins anew. */
const HOLES_MAX = 4096;

export class InFlightTable {
  readonly #row = new OffsetDeque<InFlight>(0);
  readonly #others = new Map<number, InFlight>();

  get size(): number {
    return this.#row.size + this.#others.size;
  }

  /** `offset` is not in flight. */
  add(offset: number, inFlight: InFlight): void {
    const row = this.#row;
    if (offset < row.endOffset) {
      this.#others.set(offset, inFlight);
      return;
    }
    if (offset - row.startOffset - row.size > HOLES_MAX + row.size) {
      row.forEach((value, at) => {
        this.#others.set(at, value);
      });
      row.reset(offset);
    }
    row.pushAt(offset, inFlight);
  }

  get(offset: number): InFlight | undefined {
    return this.#row.get(offset) ?? this.#others.get(offset);
  }

  /** In no particular order. */
  forEach(visit: (inFlight: InFlight, offset: number) => void): void {
    this.#row.forEach(visit);
    for (const [offset, inFlight] of this.#others) visit(inFlight, offset);
  }

  /** Answers what was there. */
  take(offset: number): InFlight | undefined {
    const inFlight = this.#row.clear(offset);
    if (inFlight !== undefined || this.#others.size === 0) return inFlight;
    const other = this.#others.get(offset);
    this.#others.delete(offset);
    return other;
  }

  clear(): void {
    this.#row.reset(0);
    this.#others.clear();
  }
}
