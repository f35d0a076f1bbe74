/**
 * The offsets of one group: committed ones, and those pending in open transactions, by producer. The stored values are
 * the records themselves, so a snapshot repeats them.
 *
 * Direct and transactional commits of one partition may interleave; the one that was accepted last wins, whenever the
 * transaction ends (`sequence`).
 */
import type { OffsetRecord, PendingOffsetRecord } from './records.ts';

type ByPartition<T> = Map<string, Map<number, T>>;

export class GroupOffsets {
  readonly #committed: ByPartition<OffsetRecord> = new Map();
  readonly #pending = new Map<number, ByPartition<PendingOffsetRecord>>();
  #committedCount = 0;
  #pendingCount = 0;

  get committedCount(): number {
    return this.#committedCount;
  }

  get pendingCount(): number {
    return this.#pendingCount;
  }

  get hasPending(): boolean {
    return this.#pendingCount > 0;
  }

  get committed(): ReadonlyMap<string, ReadonlyMap<number, OffsetRecord>> {
    return this.#committed;
  }

  get(topic: string, partition: number): OffsetRecord | undefined {
    return this.#committed.get(topic)?.get(partition);
  }

  put(record: OffsetRecord): void {
    if (putInto(this.#committed, record)) this.#committedCount++;
  }

  putPending(record: PendingOffsetRecord): void {
    let offsets = this.#pending.get(record.producerId);
    if (offsets === undefined) {
      offsets = new Map();
      this.#pending.set(record.producerId, offsets);
    }
    if (putInto(offsets, record)) this.#pendingCount++;
  }

  isPending(topic: string, partition: number): boolean {
    if (this.#pendingCount === 0) return false;
    for (const offsets of this.#pending.values()) {
      if (offsets.get(topic)?.has(partition)) return true;
    }
    return false;
  }

  /** Removes the committed offset and all pending ones. Returns the producers that have nothing pending here any more. */
  delete(topic: string, partition: number): number[] {
    if (deleteFrom(this.#committed, topic, partition)) this.#committedCount--;
    const finished: number[] = [];
    for (const [producerId, offsets] of this.#pending) {
      if (!deleteFrom(offsets, topic, partition)) continue;
      this.#pendingCount--;
      if (offsets.size > 0) continue;
      this.#pending.delete(producerId);
      finished.push(producerId);
    }
    return finished;
  }

  complete(producerId: number, committed: boolean): void {
    for (const record of pendingIn(this.#pending.get(producerId))) {
      this.#pendingCount--;
      if (committed && record.sequence > (this.get(record.topic, record.partition)?.sequence ?? -1)) {
        this.put(materialized(record));
      }
    }
    this.#pending.delete(producerId);
  }

  producersWithPending(): IterableIterator<number> {
    return this.#pending.keys();
  }

  /** The partitions of a topic with anything stored, committed or pending. */
  partitionsOf(topic: string): Set<number> {
    const partitions = new Set(this.#committed.get(topic)?.keys());
    for (const offsets of this.#pending.values()) {
      for (const partition of offsets.get(topic)?.keys() ?? []) partitions.add(partition);
    }
    return partitions;
  }

  *records(): Iterable<OffsetRecord | PendingOffsetRecord> {
    for (const partitions of this.#committed.values()) yield* partitions.values();
    for (const offsets of this.#pending.values()) yield* pendingIn(offsets);
  }
}

function* pendingIn(offsets: ByPartition<PendingOffsetRecord> | undefined): Iterable<PendingOffsetRecord> {
  for (const partitions of offsets?.values() ?? []) yield* partitions.values();
}

function materialized(record: PendingOffsetRecord): OffsetRecord {
  const { producerId: _producerId, producerEpoch: _producerEpoch, ...fields } = record;
  return { ...fields, type: 'offset' };
}

/** True if the partition had no value before. */
function putInto<T extends { readonly topic: string; readonly partition: number }>(
  offsets: ByPartition<T>,
  record: T,
): boolean {
  let partitions = offsets.get(record.topic);
  if (partitions === undefined) {
    partitions = new Map();
    offsets.set(record.topic, partitions);
  }
  const isNew = !partitions.has(record.partition);
  partitions.set(record.partition, record);
  return isNew;
}

function deleteFrom<T>(offsets: ByPartition<T>, topic: string, partition: number): boolean {
  const partitions = offsets.get(topic);
  if (partitions === undefined || !partitions.delete(partition)) return false;
  if (partitions.size === 0) offsets.delete(topic);
  return true;
}
