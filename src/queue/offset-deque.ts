/**
 * Values at consecutive offsets, pushed at the end and cleared anywhere. What is cleared at the front is given back; a hole
 * behind a value that stays costs one slot.
 */
export class OffsetDeque<T extends object> {
  #values: (T | undefined)[] = [];
  #head = 0;
  #base: number;
  /** How many offsets hold a value. */
  size = 0;

  constructor(base: number) {
    this.#base = base;
  }

  /** The offset of the first slot that is held. */
  get startOffset(): number {
    return this.#base + this.#head;
  }

  /** The offset that `push` will use. */
  get endOffset(): number {
    return this.#base + this.#values.length;
  }

  /** What was pushed last, unless it was cleared. */
  get newest(): T | undefined {
    return this.#values[this.#values.length - 1];
  }

  push(value: T): void {
    this.#values.push(value);
    this.size += 1;
  }

  get(offset: number): T | undefined {
    return this.#values[offset - this.#base];
  }

  /** Answers what was there. */
  clear(offset: number): T | undefined {
    const at = offset - this.#base;
    const value = this.#values[at];
    if (value === undefined) return undefined;
    this.#values[at] = undefined;
    this.size -= 1;
    if (at === this.#head) this.#trim();
    return value;
  }

  /** Empties it; the next push is at `base`. */
  reset(base: number): void {
    this.#values = [];
    this.#head = 0;
    this.#base = base;
    this.size = 0;
  }

  /** In order of offset. */
  forEach(visit: (value: T, offset: number) => void): void {
    for (let at = this.#head; at < this.#values.length; at += 1) {
      const value = this.#values[at];
      if (value !== undefined) visit(value, this.#base + at);
    }
  }

  #trim(): void {
    if (this.size === 0) {
      this.#base += this.#values.length;
      this.#values.length = 0;
      this.#head = 0;
      return;
    }
    while (this.#values[this.#head] === undefined) this.#head += 1;
    if (this.#head > 512 && this.#head * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#base += this.#head;
      this.#head = 0;
    }
  }
}
