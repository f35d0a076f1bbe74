/**
 * What compaction makes of one batch: the same batch, a smaller one, an empty one that only keeps its offsets and its
 * producer's sequence, or nothing. A batch keeps its base and last offset, its producer's fields and its codec whatever
 * of it is left. Rules of Kafka's cleaner and KIP-534; batches that can't be decoded are kept as they are.
 */
import { assert } from '../base/assert.ts';
import { DomainError } from '../base/errors.ts';
import * as batches from '../record/batch.ts';
import type { Codec } from '../record/codec.ts';
import { loadCodec, noneCodec } from '../record/compression.ts';
import type { OffsetMap } from './compaction-offset-map.ts';
import { RecordTable } from './compaction-records.ts';
import type { CompactionTransactions } from './compaction-transactions.ts';

export interface Filtered {
  /** What is left of the batch; the batch itself if that is all. */
  readonly batch: Buffer;
  /** Whether it is to be kept, even if it is empty. */
  readonly isKept: boolean;
  /** When something in it may be removed that can't be yet; infinite if there is nothing. */
  readonly horizonMs: number;
}

export interface FilterContext {
  readonly newest: OffsetMap;
  readonly transactions: CompactionTransactions;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
}

export class CompactionFilter {
  readonly #table = new RecordTable();
  readonly #context: FilterContext;

  constructor(context: FilterContext) {
    this.#context = context;
  }

  /** Every batch from the start of the log on, in order. */
  async filter(batch: Buffer): Promise<Filtered> {
    if (batches.isControlBatch(batch)) return this.#marker(batch);
    const { transactions } = this.#context;
    const isAborted = transactions.isAborted(batch);
    transactions.metData(batch);
    if (isAborted || batches.recordCount(batch) === 0) return this.#emptied(batch);
    try {
      await this.#table.read(batch);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { batch, isKept: true, horizonMs: Number.POSITIVE_INFINITY };
    }
    return this.#data(batch);
  }

  #marker(batch: Buffer): Filtered {
    const { nowMs, transactions } = this.#context;
    const isDone = transactions.metMarker(batch);
    if (!isDone) return { batch, isKept: true, horizonMs: Number.POSITIVE_INFINITY };
    if (batches.recordCount(batch) === 0) return this.#emptied(batch);
    if (!batches.hasDeleteHorizon(batch)) {
      const horizonMs = this.#newHorizon();
      readNow(this.#table, batch);
      return { batch: shrink(batch, this.#table, [0], horizonMs, noneCodec), isKept: true, horizonMs };
    }
    const horizonMs = batches.baseTimestamp(batch);
    return horizonMs <= nowMs ? this.#emptied(batch) : { batch, isKept: true, horizonMs };
  }

  async #data(batch: Buffer): Promise<Filtered> {
    const table = this.#table;
    const kept: number[] = [];
    let hasTombstone = false;
    for (let record = 0; record < table.count; record++) {
      if (!this.#survives(batch, record)) continue;
      kept.push(record);
      hasTombstone ||= table.isTombstone(record);
    }
    if (kept.length === 0) return this.#emptied(batch);
    const hasHorizon = batches.hasDeleteHorizon(batch);
    const setHorizonMs = hasTombstone && !hasHorizon ? this.#newHorizon() : undefined;
    const ownHorizonMs = hasHorizon ? batches.baseTimestamp(batch) : undefined;
    const horizonMs = (hasTombstone ? (setHorizonMs ?? ownHorizonMs) : undefined) ?? Number.POSITIVE_INFINITY;
    if (kept.length === table.count && setHorizonMs === undefined) return { batch, isKept: true, horizonMs };
    const codec = await loadCodec(batches.compressionType(batch) ?? 'none');
    return { batch: shrink(batch, table, kept, setHorizonMs, codec), isKept: true, horizonMs };
  }

  #survives(batch: Buffer, record: number): boolean {
    const table = this.#table;
    if (!table.hasKey(record)) return false;
    const { newest, nowMs } = this.#context;
    const offset = batches.readBaseOffset(batch) + table.offsetDelta(record);
    if (newest.offsetOf(table.bytes, table.keyStart(record), table.keyEnd(record)) > offset) return false;
    if (!table.isTombstone(record)) return true;
    return !batches.hasDeleteHorizon(batch) || nowMs < batches.baseTimestamp(batch);
  }

  #newHorizon(): number {
    const { nowMs, deleteRetentionMs } = this.#context;
    return Math.min(nowMs + deleteRetentionMs, batches.TIMESTAMP_MAGNITUDE_MS_MAX);
  }

  #emptied(batch: Buffer): Filtered {
    const isKept = this.#context.transactions.isLastOfProducer(batch);
    const isEmpty = batches.recordCount(batch) === 0;
    return { batch: isEmpty ? batch : emptyBatch(batch), isKept, horizonMs: Number.POSITIVE_INFINITY };
  }
}

/** For uncompressed batches of our own. */
function readNow(table: RecordTable, batch: Buffer): void {
  const reading = table.read(batch);
  assert(reading === undefined, 'control batches are never compressed');
}

/** The batch with only the records `kept` of its table, and with a delete horizon if one is given. */
function shrink(
  batch: Buffer,
  table: RecordTable,
  kept: readonly number[],
  horizonMs: number | undefined,
  codec: Codec,
): Buffer {
  const baseTimestamp = horizonMs ?? batches.baseTimestamp(batch);
  const bytes = codec.compress(table.encode(batch, kept, baseTimestamp));
  const isAppendTime = batches.timestampType(batch) === 'LogAppendTime';
  return rebuilt(batch, bytes, {
    compression: codec.compression,
    deleteHorizon: horizonMs !== undefined || batches.hasDeleteHorizon(batch),
    baseTimestamp,
    maxTimestamp: isAppendTime ? batches.maxTimestamp(batch) : table.largestTimestamp(kept),
    recordCount: kept.length,
  });
}

/** It has no timestamp: no lookup by time may end at a record that isn't there. */
function emptyBatch(batch: Buffer): Buffer {
  return rebuilt(batch, Buffer.alloc(0), {
    compression: 'none',
    deleteHorizon: false,
    baseTimestamp: batches.NO_TIMESTAMP,
    maxTimestamp: batches.NO_TIMESTAMP,
    recordCount: 0,
  });
}

type Changed = 'compression' | 'deleteHorizon' | 'baseTimestamp' | 'maxTimestamp' | 'recordCount';

function rebuilt(original: Buffer, records: Buffer, changed: Pick<batches.BatchHeader, Changed>): Buffer {
  const batch = Buffer.allocUnsafeSlow(batches.BATCH_HEADER_BYTES + records.length);
  records.copy(batch, batches.BATCH_HEADER_BYTES);
  batches.writeBatchHeader(batch, {
    baseOffset: batches.readBaseOffset(original),
    leaderEpoch: batches.readLeaderEpoch(original),
    timestampType: batches.timestampType(original),
    transactional: batches.isTransactional(original),
    control: batches.isControlBatch(original),
    lastOffsetDelta: batches.lastOffsetDelta(original),
    producerId: batches.producerId(original),
    producerEpoch: batches.producerEpoch(original),
    baseSequence: batches.baseSequence(original),
    ...changed,
  });
  return batch;
}
