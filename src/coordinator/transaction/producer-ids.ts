/**
 * Hands out producer ids that no producer of this cluster ever had. Ids are reserved in blocks by one record each;
 * what is left of a block after a crash is never used. Refuses nothing until int64 would leave the safe range of a
 * number, some nine thousand million million ids from now.
 */
import { assert } from '../../base/assert.ts';
import type { Journal } from '../../storage/log.ts';
import type { ProducerIdsReserved } from './transaction-records.ts';

const PRODUCER_ID_BLOCK = 1000;

export class ProducerIds {
  readonly #journal: Journal<ProducerIdsReserved>;
  /** Not durable: starts at the end of what was reserved, so that a recovered node reserves a new block first. */
  #next = 0;
  #end = 0;

  constructor(journal: Journal<ProducerIdsReserved>) {
    this.#journal = journal;
  }

  allocate(): number {
    if (this.#next === this.#end) {
      const first = this.#end;
      const end = first + PRODUCER_ID_BLOCK;
      assert(Number.isSafeInteger(end), 'producer ids stay in the safe range');
      this.#journal.commit([{ type: 'producer_ids_reserved', end }]);
      this.#next = first;
    }
    return this.#next++;
  }

  apply(record: ProducerIdsReserved): void {
    assert(record.end >= this.#end, 'producer ids are never given back');
    this.#end = record.end;
    this.#next = record.end;
  }

  *snapshot(): Iterable<ProducerIdsReserved> {
    if (this.#end > 0) yield { type: 'producer_ids_reserved', end: this.#end };
  }
}
