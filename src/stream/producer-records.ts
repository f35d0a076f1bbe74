/** The records that a partition's producer state writes into a checkpoint. They rebuild it in the order they come. */
import type { AbortedRow } from './transaction-index.ts';

/** `[baseSequence, lastSequence, baseOffset, lastOffset, timestampMs]` */
export type BatchRow = readonly [number, number, number, number, number];

export type ProducerStateRecord =
  | { readonly type: 'start'; readonly offset: number }
  | {
      readonly type: 'producer';
      readonly producerId: number;
      readonly epoch: number;
      readonly coordinatorEpoch: number;
      readonly lastTimestampMs: number;
      readonly lastUsedMs: number;
      /** Where its open transaction begins; null without one. */
      readonly transactionFirstOffset: number | null;
      readonly batches: readonly BatchRow[];
    }
  | { readonly type: 'aborted'; readonly rows: readonly AbortedRow[] };
