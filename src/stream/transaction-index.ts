/**
 * Which transactions of one partition were aborted, so that a read_committed fetch can tell its consumer what to skip.
 * Entries are in the order of their markers. Four numbers each in one typed array: the retained log bounds the index
 * (an aborted transaction occupies at least a data batch and a marker there, well over the 32 bytes it costs here),
 * and `truncateBelow` gives the memory back as the log start moves.
 */
import { assert } from '../base/assert.ts';

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** `[producerId, firstOffset, markerOffset, lastStableOffset]` */
export type AbortedRow = readonly [number, number, number, number];

const COLUMNS = 4;
const PRODUCER_ID = 0;
const FIRST_OFFSET = 1;
const MARKER_OFFSET = 2;
/** Last stable offset when the marker was appended: no transaction that ends later began below it. */
const STABLE_OFFSET = 3;
const ROWS_MIN = 16;

export class TransactionIndex {
  #cells = new Float64Array(0);
  /** Rows in use: [#start, #end). */
  #start = 0;
  #end = 0;

  get size(): number {
    return this.#end - this.#start;
  }

  add(producerId: number, firstOffset: number, markerOffset: number, lastStableOffset: number): void {
    assert(
      this.size === 0 || this.#cell(this.#end - 1, MARKER_OFFSET) < markerOffset,
      'aborted transactions are indexed in the order of their markers',
    );
    if (this.#end * COLUMNS === this.#cells.length) this.#makeRoom();
    const at = this.#end * COLUMNS;
    this.#cells[at + PRODUCER_ID] = producerId;
    this.#cells[at + FIRST_OFFSET] = firstOffset;
    this.#cells[at + MARKER_OFFSET] = markerOffset;
    this.#cells[at + STABLE_OFFSET] = lastStableOffset;
    this.#end++;
  }

  /** Aborted transactions with anything in [`fromOffset`, `toOffset`), the marker included, in marker order. */
  between(fromOffset: number, toOffset: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let row = this.#lowerBound(fromOffset); row < this.#end; row++) {
      const firstOffset = this.#cell(row, FIRST_OFFSET);
      if (firstOffset < toOffset) found.push({ producerId: this.#cell(row, PRODUCER_ID), firstOffset });
      if (this.#cell(row, STABLE_OFFSET) >= toOffset) break;
    }
    return found;
  }

  /** Forgets the transactions that lie wholly below `offset`. */
  truncateBelow(offset: number): void {
    this.#start = this.#lowerBound(offset);
    const rowsMax = this.#cells.length / COLUMNS;
    if (rowsMax > ROWS_MIN && this.size < rowsMax / 4) this.#resize(Math.max(ROWS_MIN, this.size * 2));
  }

  /** Forgets the transactions that ended with one of these markers. */
  forget(markerOffsets: ReadonlySet<number>): void {
    let end = this.#start;
    for (let row = this.#start; row < this.#end; row++) {
      if (markerOffsets.has(this.#cell(row, MARKER_OFFSET))) continue;
      this.#cells.copyWithin(end * COLUMNS, row * COLUMNS, (row + 1) * COLUMNS);
      end++;
    }
    this.#end = end;
  }

  *rows(): IterableIterator<AbortedRow> {
    for (let row = this.#start; row < this.#end; row++) {
      yield [this.#cell(row, 0), this.#cell(row, 1), this.#cell(row, 2), this.#cell(row, 3)];
    }
  }

  #cell(row: number, column: number): number {
    return this.#cells[row * COLUMNS + column] ?? 0;
  }

  /** First row whose marker is at or above `offset`. */
  #lowerBound(offset: number): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#cell(middle, MARKER_OFFSET) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Reuses the space of truncated rows while they are half of it, so that growth stays amortized constant time. */
  #makeRoom(): void {
    const rowsMax = this.#cells.length / COLUMNS;
    this.#resize(this.size <= rowsMax / 2 ? Math.max(ROWS_MIN, rowsMax) : rowsMax * 2);
  }

  #resize(rows: number): void {
    const cells = new Float64Array(rows * COLUMNS);
    cells.set(this.#cells.subarray(this.#start * COLUMNS, this.#end * COLUMNS));
    this.#cells = cells;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
