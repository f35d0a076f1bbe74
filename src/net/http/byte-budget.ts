/** Memory that all connections share for what has arrived and is not handled yet or, where bodies stay, not answered yet. */

export class ByteBudget {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** How much is taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Replaces `held` bytes by `wanted`. False, with nothing changed, if more would be taken than there is. */
  change(held: number, wanted: number): boolean {
    const bytes = this.#bytes - held + wanted;
    if (wanted > held && bytes > this.#bytesMax) return false;
    this.#bytes = bytes;
    return true;
  }
}
