/**
 * The transactions of one partition that hold back its last stable offset: the open ones, and those whose end marker
 * lies at or above the high watermark (a reader must not act on an outcome that a crash could still take back).
 * Everything is constant time however many there are: transactions begin in offset order and end markers are
 * appended in offset order, so two intrusive lists are enough.
 *
 *   open ──complete()──> completed ──release(highWatermark > marker)──> forgotten
 */
import { assert } from '../base/assert.ts';

export class PartitionTransaction {
  /** Offset of the end marker; -1 while open. */
  markerOffset = -1;
  previous: PartitionTransaction | undefined;
  next: PartitionTransaction | undefined;
  nextCompleted: PartitionTransaction | undefined;

  constructor(
    readonly producerId: number,
    readonly firstOffset: number,
  ) {}
}

export class PartitionTransactions {
  #first: PartitionTransaction | undefined;
  #last: PartitionTransaction | undefined;
  #firstCompleted: PartitionTransaction | undefined;
  #lastCompleted: PartitionTransaction | undefined;

  /** Where the earliest transaction that is open or not yet released begins. */
  get firstOffset(): number | undefined {
    return this.#first?.firstOffset;
  }

  begin(producerId: number, firstOffset: number): PartitionTransaction {
    const last = this.#last;
    assert(last === undefined || last.firstOffset < firstOffset, 'transactions begin in offset order');
    const transaction = new PartitionTransaction(producerId, firstOffset);
    transaction.previous = last;
    if (last === undefined) this.#first = transaction;
    else last.next = transaction;
    this.#last = transaction;
    return transaction;
  }

  complete(transaction: PartitionTransaction, markerOffset: number): void {
    assert(transaction.markerOffset === -1, 'a transaction ends once');
    assert(markerOffset > transaction.firstOffset, 'a marker follows the data of its transaction');
    assert((this.#lastCompleted?.markerOffset ?? -1) < markerOffset, 'markers are appended in offset order');
    transaction.markerOffset = markerOffset;
    if (this.#lastCompleted === undefined) this.#firstCompleted = transaction;
    else this.#lastCompleted.nextCompleted = transaction;
    this.#lastCompleted = transaction;
  }

  /** Forgets the transactions whose marker lies below the high watermark. */
  release(highWatermark: number): void {
    while (this.#firstCompleted !== undefined && this.#firstCompleted.markerOffset < highWatermark) {
      const transaction: PartitionTransaction = this.#firstCompleted;
      this.#firstCompleted = transaction.nextCompleted;
      if (this.#firstCompleted === undefined) this.#lastCompleted = undefined;
      this.#unlink(transaction);
    }
  }

  /** In the order of their first offsets. */
  *open(): IterableIterator<PartitionTransaction> {
    for (let transaction = this.#first; transaction !== undefined; transaction = transaction.next) {
      if (transaction.markerOffset === -1) yield transaction;
    }
  }

  #unlink(transaction: PartitionTransaction): void {
    const { previous, next } = transaction;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
  }
}
