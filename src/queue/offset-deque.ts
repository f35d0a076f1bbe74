/**
 * Values by offset, pushed at the end and cleared anywhere: a ring of slots, in which an offset finds its place by its low bits.
 * What is cleared at the front is given back; a hole behind a value that stays costs one slot.
 *
 * Invariant: slots of offsets outside of `[startOffset, endOffset)` are empty.
 */
import { assert } from '../base/assert.ts';

const CAPACITY_MIN = 16;
/** A larger ring is given up when it is empty. */
const CAPACITY_KEPT = 4096;

export class OffsetDeque<T extends object> {
  #slots: (T | undefined)[] = emptySlots(CAPACITY_MIN);
  #mask = CAPACITY_MIN - 1;
  /** The offset of the first slot that is held, which has a value; the same as `endOffset` if there is none. */
  startOffset: number;
  /** The offset that `push` will use. */
  endOffset: number;
  /** How many offsets hold a value. */
  size = 0;

  constructor(base: number) {
    this.startOffset = base;
    this.endOffset = base;
  }

  /** What was pushed last, unless it was cleared. */
  get newest(): T | undefined {
    return this.get(this.endOffset - 1);
  }

  push(value: T): void {
    if (this.endOffset - this.startOffset > this.#mask) this.#grow(this.endOffset + 1);
    this.#slots[this.endOffset & this.#mask] = value;
    this.endOffset += 1;
    this.size += 1;
  }

  /** Leaves out the offsets before `offset`, which is not before the end. */
  pushAt(offset: number, value: T): void {
    assert(offset >= this.endOffset, 'values are pushed behind those that are there');
    if (this.size === 0) this.startOffset = offset;
    else if (offset - this.startOffset > this.#mask) this.#grow(offset + 1);
    this.endOffset = offset;
    this.push(value);
  }

  get(offset: number): T | undefined {
    if (offset < this.startOffset || offset >= this.endOffset) return undefined;
    return this.#slots[offset & this.#mask];
  }

  /** Answers what was there. */
  clear(offset: number): T | undefined {
    const value = this.get(offset);
    if (value === undefined) return undefined;
    this.#slots[offset & this.#mask] = undefined;
    this.size -= 1;
    if (this.size === 0) this.#emptied(this.endOffset);
    else if (offset === this.startOffset) this.#trim();
    return value;
  }

  /** Empties it; the next push is at `base`. */
  reset(base: number): void {
    if (this.size > 0) this.#slots = emptySlots(CAPACITY_MIN);
    this.#mask = this.#slots.length - 1;
    this.size = 0;
    this.#emptied(base);
  }

  /** In order of offset. */
  forEach(visit: (value: T, offset: number) => void): void {
    const { endOffset } = this;
    for (let offset = this.startOffset; offset < endOffset; offset += 1) {
      const value = this.#slots[offset & this.#mask];
      if (value !== undefined) visit(value, offset);
    }
  }

  #emptied(base: number): void {
    this.startOffset = base;
    this.endOffset = base;
    if (this.#mask < CAPACITY_KEPT) return;
    this.#slots = emptySlots(CAPACITY_MIN);
    this.#mask = CAPACITY_MIN - 1;
  }

  #trim(): void {
    while (this.#slots[this.startOffset & this.#mask] === undefined) this.startOffset += 1;
  }

  /** Makes room up to `endOffset`. */
  #grow(endOffset: number): void {
    let capacity = 2 * this.#slots.length;
    while (capacity < endOffset - this.startOffset) capacity *= 2;
    const slots = emptySlots<T>(capacity);
    this.forEach((value, offset) => {
      slots[offset & (capacity - 1)] = value;
    });
    this.#slots = slots;
    this.#mask = capacity - 1;
  }
}

function emptySlots<T>(capacity: number): (T | undefined)[] {
  return new Array<T | undefined>(capacity).fill(undefined);
}
