/**
 * Which of the batches that were read show their records to readers of committed data: not control batches, and not those of
 * transactions that were aborted. To be asked of every batch, in order, from where the list of aborted transactions was made for.
 */
import { isControlBatch, isTransactional, lastOffset, producerId } from '../record/batch.ts';
import { parseEndTransactionMarker } from '../record/control.ts';
import type { AbortedTransaction } from './transaction-index.ts';

export class AbortedFilter {
  /** By first offset. */
  readonly #aborted: readonly AbortedTransaction[];
  #next = 0;
  /** Producers whose transaction goes on here and was aborted. */
  readonly #aborting = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#aborted = aborted.length < 2 ? aborted : [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  shows(batch: Buffer): boolean {
    const end = lastOffset(batch);
    for (let next = this.#aborted[this.#next]; next !== undefined && next.firstOffset <= end; ) {
      this.#aborting.add(next.producerId);
      this.#next += 1;
      next = this.#aborted[this.#next];
    }
    if (isControlBatch(batch)) {
      if (this.#aborting.size > 0 && parseEndTransactionMarker(batch)?.type === 'abort') {
        this.#aborting.delete(producerId(batch));
      }
      return false;
    }
    return this.#aborting.size === 0 || !isTransactional(batch) || !this.#aborting.has(producerId(batch));
  }
}
