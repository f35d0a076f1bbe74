/**
 * What a compaction pass must know of producers, followed batch by batch from the start of the log: whose data was aborted, and
 * of which transactions nothing is left, so that their markers may go.
 *
 * An aborted transaction is forgotten only by a pass that met none of its batches, its marker goes later still: whoever may
 * yet read aborted data is told so, and whoever is told of a transaction finds the marker that ends it. A consumer that
 * missed the marker would skip what the producer wrote after it.
 */
import {
  isControlBatch,
  isTransactional,
  lastOffset,
  producerEpoch,
  producerId,
  readBaseOffset,
} from '../record/batch.ts';
import { parseEndTransactionMarker } from '../record/control.ts';
import type { ProducerStateRecord } from './producer-records.ts';

interface Aborted {
  readonly firstOffset: number;
  readonly markerOffset: number;
  met: boolean;
}

export class CompactionTransactions {
  /** By producer, in the order of their markers. */
  readonly #aborted = new Map<number, Aborted[]>();
  /** Producers with data of a transaction whose commit marker is still to come. */
  readonly #committing = new Set<number>();
  /** Last data batch of each producer; -1 for one of which only the marker counts. */
  readonly #lastOffsets = new Map<number, { readonly epoch: number; readonly lastOffset: number }>();
  #forgotten: number[] = [];

  /** @param producers the snapshot of the partition's producer state when the pass begins. */
  constructor(producers: Iterable<ProducerStateRecord>) {
    for (const record of producers) {
      if (record.type === 'producer') {
        const lastBatch = record.batches.at(-1);
        this.#lastOffsets.set(record.producerId, { epoch: record.epoch, lastOffset: lastBatch?.[3] ?? -1 });
      } else if (record.type === 'aborted') {
        for (const [id, firstOffset, markerOffset] of record.rows) {
          const rows = this.#aborted.get(id);
          const row = { firstOffset, markerOffset, met: false };
          if (rows === undefined) this.#aborted.set(id, [row]);
          else rows.push(row);
        }
      }
    }
  }

  /** Whether a data batch belongs to a transaction that was aborted. */
  isAborted(batch: Buffer): boolean {
    return isTransactional(batch) && this.#abortedAt(producerId(batch), readBaseOffset(batch)) !== undefined;
  }

  /** A data batch was met. To be called in the order of the log. */
  metData(batch: Buffer): void {
    if (!isTransactional(batch)) return;
    const id = producerId(batch);
    const aborted = this.#abortedAt(id, readBaseOffset(batch));
    if (aborted === undefined) this.#committing.add(id);
    else aborted.met = true;
  }

  /** A control batch was met: whether nothing is left of the transaction that it ended. In the order of the log. */
  metMarker(batch: Buffer): boolean {
    const marker = parseEndTransactionMarker(batch);
    const id = producerId(batch);
    // An empty control batch is one whose marker was removed before.
    if (marker === undefined) return true;
    if (marker.type === 'commit') return !this.#committing.delete(id);
    const offset = readBaseOffset(batch);
    const aborted = this.#abortedAt(id, offset);
    if (aborted?.markerOffset !== offset) return true;
    if (aborted.met) return false;
    this.#forgotten.push(offset);
    return true;
  }

  /** Whether the batch tells the epoch and sequence at which an active producer goes on: it stays, if need be empty. */
  isLastOfProducer(batch: Buffer): boolean {
    const last = this.#lastOffsets.get(producerId(batch));
    if (last === undefined) return false;
    if (last.lastOffset >= 0) return lastOffset(batch) === last.lastOffset;
    return isControlBatch(batch) && producerEpoch(batch) === last.epoch;
  }

  /** The markers of aborted transactions of which nothing is left, since the last call. */
  takeForgotten(): number[] {
    const forgotten = this.#forgotten;
    this.#forgotten = [];
    return forgotten;
  }

  #abortedAt(id: number, offset: number): Aborted | undefined {
    const rows = this.#aborted.get(id);
    if (rows === undefined) return undefined;
    // The first that ends after `offset`: a producer's transactions follow each other.
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle]?.markerOffset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const row = rows[low];
    return row !== undefined && row.firstOffset <= offset ? row : undefined;
  }
}
