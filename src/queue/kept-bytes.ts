/**
 * Memory for small bytes that outlive the call that brought them: they lie side by side in slabs, each of which is collected when
 * nothing in it is used any more. What waits in the same queue mostly goes at the same time, so a queue that keeps much has slabs
 * of its own; those that keep little share small ones, so that one message that stays does not hold much.
 */
export class KeptBytes {
  readonly #slabBytesMin: number;
  readonly #slabBytesMax: number;
  #slab: Buffer | undefined;
  #at = 0;
  #nextSlabBytes: number;

  /** Slabs double from the one size to the other. */
  constructor(slabBytesMin: number, slabBytesMax: number) {
    this.#slabBytesMin = slabBytesMin;
    this.#slabBytesMax = slabBytesMax;
    this.#nextSlabBytes = slabBytesMin;
  }

  /** A copy. */
  keep(bytes: Buffer): Buffer {
    const { length } = bytes;
    let slab = this.#slab;
    if (slab === undefined || slab.length - this.#at < length) slab = this.#newSlab(length);
    const start = this.#at;
    slab.set(bytes, start);
    this.#at = start + length;
    return slab.subarray(start, this.#at);
  }

  /** Holds nothing itself any more; begins with a small slab. */
  clear(): void {
    this.#slab = undefined;
    this.#nextSlabBytes = this.#slabBytesMin;
  }

  #newSlab(bytesMin: number): Buffer {
    const slab = Buffer.allocUnsafeSlow(Math.max(this.#nextSlabBytes, bytesMin));
    this.#nextSlabBytes = Math.min(2 * this.#nextSlabBytes, this.#slabBytesMax);
    this.#slab = slab;
    this.#at = 0;
    return slab;
  }
}
