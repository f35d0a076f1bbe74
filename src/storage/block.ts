/**
 * Memory that holds one piece of a file, and then pieces of others. Invariant: it goes to other bytes only after the cache has
 * dropped the block and every hold of it is released.
 */
import { assert } from '../base/assert.ts';
import type { Lendable } from '../base/loan.ts';

export class Block implements Lendable {
  /** The first so many bytes are there and don't change any more. */
  filledBytes = 0;
  /** The read that adds more of them. */
  filling: Promise<void> | undefined;
  /** It was read because the one before it was, and nobody has asked for it yet. */
  isAhead = false;
  #cached = true;
  #holds = 0;

  /** @param reuse takes the memory when nobody looks at it any more. */
  constructor(
    readonly memory: Buffer,
    private readonly reuse: (memory: Buffer) => void,
  ) {}

  hold(): void {
    assert(this.#cached || this.#holds > 0, 'a block was lent after its memory was given away');
    this.#holds += 1;
  }

  release(): void {
    assert(this.#holds > 0, 'a block was given back more often than it was lent');
    this.#holds -= 1;
    this.#giveAwayIfUnused();
  }

  /** The cache finds it no more. */
  drop(): void {
    assert(this.#cached, 'a block was dropped twice');
    this.#cached = false;
    this.#giveAwayIfUnused();
  }

  #giveAwayIfUnused(): void {
    if (!this.#cached && this.#holds === 0) this.reuse(this.memory);
  }
}
