/**
 * Consumers: one that follows a topic while the broker comes and goes, and one that reads it from end to end. Both check
 * every batch's CRC, drop control batches, and at read_committed what had been aborted, as real clients do.
 */
import assert from 'node:assert/strict';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import {
  BATCH_LENGTH_OVERHEAD,
  computeCrc,
  isControlBatch,
  isTransactional,
  lastOffset,
  producerId,
  readBatchLength,
  readCrc,
} from '../../src/record/batch.ts';
import { parseEndTransactionMarker } from '../../src/record/control.ts';
import { decodeRecords, recordBytes } from '../../src/record/records.ts';
import { fetching, listOffsets } from './apis.ts';
import type { SeenRecord, View } from './ledger.ts';
import type { Target } from './producer.ts';
import type { Session } from './session.ts';
import { ConnectionLost, type WireClient } from './wire-client.ts';

export type Isolation = 'read_uncommitted' | 'read_committed';

const FETCH_VERSION = 12;
const OFFSET_OUT_OF_RANGE = 1;
const RECORD_BYTES_MAX = 16 * 1024 * 1024;

/** What was read of one partition. */
class PartitionReader implements View {
  startOffset = 0;
  position = 0;
  records: SeenRecord[] = [];
  /** Where what is visible ends, as the last response said. */
  end = -1;
  readonly #aborting = new Set<number>();

  take(bytes: Buffer, aborted: readonly { producerId: number; firstOffset: number }[]): void {
    const begun = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
    this.#aborting.clear();
    for (let at = 0; at < bytes.length; ) {
      const batch = bytes.subarray(at, at + readBatchLength(bytes.subarray(at)) + BATCH_LENGTH_OVERHEAD);
      at += batch.length;
      assert.equal(computeCrc(batch), readCrc(batch), `the batch before offset ${lastOffset(batch) + 1} is damaged`);
      while ((begun[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= lastOffset(batch)) {
        this.#aborting.add(begun.shift()?.producerId ?? -1);
      }
      this.#takeBatch(batch);
    }
  }

  #takeBatch(batch: Buffer): void {
    if (isControlBatch(batch)) {
      if (parseEndTransactionMarker(batch)?.type === 'abort') this.#aborting.delete(producerId(batch));
    } else if (!isTransactional(batch) || !this.#aborting.has(producerId(batch))) {
      for (const { offset, key } of decodeRecords(batch, recordBytes(batch, RECORD_BYTES_MAX) as Buffer)) {
        if (offset >= this.position) this.records.push({ offset, id: key?.toString() ?? '' });
      }
    }
    this.position = Math.max(this.position, lastOffset(batch) + 1);
  }

  /** The offset asked for is gone: goes on at the first that is there. */
  moveTo(startOffset: number): void {
    assert.ok(
      startOffset > this.position,
      `offset ${this.position} is out of range, but the log begins at ${startOffset}`,
    );
    this.startOffset = startOffset;
    this.position = startOffset;
    this.records = [];
  }
}

async function fetchOnce(
  client: WireClient,
  target: Target,
  readers: readonly PartitionReader[],
  isolation: Isolation,
  maxWaitMs: number,
): Promise<void> {
  const response = await client.request(fetching, FETCH_VERSION, {
    maxWaitMs,
    minBytes: 1,
    maxBytes: 4 * 1024 * 1024,
    isolationLevel: isolation === 'read_committed' ? 1 : 0,
    topics: [
      {
        topic: target.topic,
        topicId: UUID_ZERO,
        partitions: readers.map((reader, partition) => ({
          partition,
          fetchOffset: reader.position,
          partitionMaxBytes: 1024 * 1024,
        })),
      },
    ],
  });
  assert.equal(response.errorCode, 0);
  for (const { partitions } of response.responses) {
    for (const answer of partitions) {
      const reader = readers[answer.partitionIndex];
      assert.ok(reader !== undefined);
      if (answer.errorCode === OFFSET_OUT_OF_RANGE) {
        reader.moveTo(await earliest(client, target, answer.partitionIndex));
        continue;
      }
      assert.equal(answer.errorCode, 0, `Fetch of partition ${answer.partitionIndex}`);
      reader.end = isolation === 'read_committed' ? answer.lastStableOffset : answer.highWatermark;
      reader.take(answer.records ?? Buffer.alloc(0), answer.abortedTransactions ?? []);
    }
  }
}

async function earliest(client: WireClient, target: Target, partition: number): Promise<number> {
  const { topics } = await client.request(listOffsets, 5, {
    replicaId: -1,
    isolationLevel: 0,
    timeoutMs: 0,
    topics: [{ name: target.topic, partitions: [{ partitionIndex: partition, timestamp: -2 }] }],
  });
  return topics[0]?.partitions[0]?.offset ?? -1;
}

function newReaders(target: Target): PartitionReader[] {
  return Array.from({ length: target.partitions }, () => new PartitionReader());
}

/** Reads everything that is visible now, from the start of the log. */
export async function readAll(client: WireClient, target: Target, isolation: Isolation): Promise<View[]> {
  const readers = newReaders(target);
  while (readers.some(({ position, end }) => position < end || end < 0)) {
    await fetchOnce(client, target, readers, isolation, 0);
  }
  return readers;
}

/** Follows the topic until `isStopping`; resolves with all that it was ever given. */
export async function follow(
  session: Session,
  target: Target,
  isolation: Isolation,
  isStopping: () => boolean,
): Promise<View[]> {
  const readers = newReaders(target);
  while (!isStopping()) {
    const client = await session.connected();
    try {
      await fetchOnce(client, target, readers, isolation, 100);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
  }
  return readers;
}

/** What a follower saw is what is in the log, without gaps, up to where it got. */
export function checkFollowed(followed: readonly View[], final: readonly View[], who: string): void {
  for (const [partition, { startOffset, records }] of followed.entries()) {
    const last = records.at(-1)?.offset ?? -1;
    const from = Math.max(startOffset, final[partition]?.startOffset ?? 0);
    const expected = (final[partition]?.records ?? []).filter(({ offset }) => offset >= from && offset <= last);
    assert.deepEqual(
      records.filter(({ offset }) => offset >= from),
      expected,
      `what ${who} saw of partition ${partition} is not what is there`,
    );
  }
}
