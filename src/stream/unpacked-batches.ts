/**
 * The memory that unpacked batches of all readers take together. Beyond the bound the readers that have not moved for longest let go of
 * theirs; they unpack again when they go on. One batch may take no more than half of it.
 */

export interface UnpackedHolder {
  /** Lets go of what it has unpacked. */
  dropUnpacked(): void;
}

export class UnpackedBatches {
  readonly #bytesMax: number;
  /** Least recently used first. */
  readonly #held = new Map<UnpackedHolder, number>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What a batch may unpack to. */
  get batchBytesMax(): number {
    return Math.floor(this.#bytesMax / 2);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `holder` has unpacked a batch, in place of the one before. */
  hold(holder: UnpackedHolder, bytes: number): void {
    this.release(holder);
    for (const [oldest] of this.#held) {
      if (this.#bytes + bytes <= this.#bytesMax) break;
      this.release(oldest);
      oldest.dropUnpacked();
    }
    this.#held.set(holder, bytes);
    this.#bytes += bytes;
  }

  release(holder: UnpackedHolder): void {
    this.#bytes -= this.#held.get(holder) ?? 0;
    this.#held.delete(holder);
  }
}
