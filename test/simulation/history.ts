/**
 * What clients sent, what they were told and what they saw; contradictions are thrown where they show. What can only be
 * judged at the end is in `checker.ts`.
 *
 * Offsets: one offset has one content for ever. A record of an idempotent or transactional producer has one offset. High
 * watermark and last stable offset don't go back from one answer to a request that was sent after it.
 */

/** A promise of the node was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** `ending`: asked to commit, and nobody knows yet. */
export type TransactionOutcome = 'open' | 'ending' | 'committed' | 'aborted';

export interface SimTransaction {
  readonly name: string;
  outcome: TransactionOutcome;
  readonly records: SentRecord[];
}

export interface SentRecord {
  readonly id: number;
  readonly producer: string;
  /** Place among what this producer sent to this partition. */
  readonly order: number;
  readonly partition: string;
  readonly value: Buffer;
  readonly once: boolean;
  readonly transaction: SimTransaction | undefined;
  acknowledged: boolean;
  readonly offsets: number[];
}

export interface Place {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
}

export function placeKey({ topicId, index }: Place): string {
  return `${topicId}-${index}`;
}

class PartitionHistory {
  /** Record id by offset; control records are `CONTROL`. */
  readonly contents = new Map<number, number>();
  highWatermark = 0;
  stableOffset = 0;
  /** Everything below may be gone: the highest offset that somebody asked to delete, or saw deleted. */
  mayBeDeletedBelow = 0;
  /** Everything below is gone: what the node said it deleted. */
  deletedBelow = 0;
  /** Somebody asked to delete the topic. */
  mayBeDeleted = false;

  constructor(readonly key: string) {}
}

export const CONTROL = -1;

export class History {
  readonly records: SentRecord[] = [];
  readonly partitions = new Map<string, PartitionHistory>();
  readonly transactions: SimTransaction[] = [];
  readonly #orders = new Map<string, number>();
  /** The newest identity that was given out, by transactional id. */
  readonly #identities = new Map<string, Identity>();
  acknowledgedCount = 0;

  partition(key: string): PartitionHistory {
    let partition = this.partitions.get(key);
    if (partition === undefined) {
      partition = new PartitionHistory(key);
      this.partitions.set(key, partition);
    }
    return partition;
  }

  begin(name: string): SimTransaction {
    const transaction: SimTransaction = { name, outcome: 'open', records: [] };
    this.transactions.push(transaction);
    return transaction;
  }

  /** A record that is about to be sent. Its value names it. */
  send(
    producer: string,
    partition: string,
    paddingBytes: number,
    once: boolean,
    transaction?: SimTransaction,
  ): SentRecord {
    const id = this.records.length;
    const orderKey = `${producer}/${partition}`;
    const order = this.#orders.get(orderKey) ?? 0;
    this.#orders.set(orderKey, order + 1);
    const value = Buffer.alloc(4 + paddingBytes, id & 0xff);
    value.writeUInt32BE(id, 0);
    const record = { id, producer, order, partition, value, once, transaction, acknowledged: false, offsets: [] };
    this.records.push(record);
    transaction?.records.push(record);
    return record;
  }

  /** The node said that these records are at `baseOffset` and on. */
  acknowledged(records: readonly SentRecord[], baseOffset: number): void {
    records.forEach((record, i) => {
      this.#put(record, baseOffset + i);
      record.acknowledged = true;
      this.acknowledgedCount += 1;
    });
  }

  /** A reader got `value` at `offset`. */
  read(partition: string, offset: number, value: Buffer): SentRecord {
    const record = this.records[value.length >= 4 ? value.readUInt32BE(0) : -1];
    if (record === undefined) throw new Violation(`${partition} has something at ${offset} that nobody sent`);
    if (!record.value.equals(value)) throw new Violation(`record ${record.id} at ${partition}@${offset} was changed`);
    if (record.partition !== partition)
      throw new Violation(`record ${record.id} was sent to ${record.partition}, not ${partition}`);
    this.#put(record, offset);
    return record;
  }

  readControl(partition: string, offset: number): void {
    this.#setContent(this.partition(partition), offset, CONTROL);
  }

  /** A read_committed reader was given the record, or told to skip it. */
  decided(record: SentRecord, isAborted: boolean): void {
    const { transaction } = record;
    if (transaction === undefined) {
      if (isAborted) throw new Violation(`record ${record.id} belongs to no transaction and is given as aborted`);
      return;
    }
    this.ended(transaction, isAborted ? 'aborted' : 'committed');
  }

  /** The outcome of a transaction has become known. */
  ended(transaction: SimTransaction, outcome: 'committed' | 'aborted'): void {
    const known = transaction.outcome;
    if (known === outcome) return;
    if (known !== 'ending' && !(known === 'open' && outcome === 'aborted')) {
      throw new Violation(`${transaction.name} is ${known} and was seen ${outcome}`);
    }
    transaction.outcome = outcome;
  }

  /** What the node answered about a partition, to a request sent when `floor` was known. */
  progressed(partition: string, highWatermark: number, stableOffset: number | undefined, floor: Floor): void {
    const known = this.partition(partition);
    if (highWatermark < floor.highWatermark) {
      throw new Violation(
        `the high watermark of ${partition} went back from ${floor.highWatermark} to ${highWatermark}`,
      );
    }
    known.highWatermark = Math.max(known.highWatermark, highWatermark);
    if (stableOffset === undefined) return;
    // A deletion that is asked for raises it before it is durable, and a crash may take that back.
    if (stableOffset < floor.stableOffset && floor.stableOffset > known.mayBeDeletedBelow) {
      throw new Violation(
        `the last stable offset of ${partition} went back from ${floor.stableOffset} to ${stableOffset}`,
      );
    }
    if (stableOffset > highWatermark)
      throw new Violation(`${partition}: stable offset ${stableOffset} above ${highWatermark}`);
    known.stableOffset = Math.max(known.stableOffset, stableOffset);
  }

  /** A transactional id was given this identity. */
  identified(transactionalId: string, identity: Identity): void {
    const known = this.#identities.get(transactionalId);
    if (known === undefined || isAfter(identity, known)) this.#identities.set(transactionalId, identity);
  }

  /** Whether a newer identity is known: what is sent with this one from now on must be refused. */
  isFenced(transactionalId: string, identity: Identity): boolean {
    const known = this.#identities.get(transactionalId);
    return known !== undefined && isAfter(known, identity);
  }

  floor(partition: string): Floor {
    const { highWatermark, stableOffset } = this.partition(partition);
    return { highWatermark, stableOffset };
  }

  #put(record: SentRecord, offset: number): void {
    this.#setContent(this.partition(record.partition), offset, record.id);
    if (record.offsets.includes(offset)) return;
    record.offsets.push(offset);
    if (record.once && record.offsets.length > 1) {
      throw new Violation(`record ${record.id} of ${record.producer} is in ${record.partition} at ${record.offsets}`);
    }
  }

  #setContent(partition: PartitionHistory, offset: number, id: number): void {
    const before = partition.contents.get(offset);
    if (before === undefined) partition.contents.set(offset, id);
    else if (before !== id) throw new Violation(`${partition.key}@${offset} was ${before} and is ${id} now`);
  }
}

export interface Floor {
  readonly highWatermark: number;
  readonly stableOffset: number;
}

export interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

function isAfter(a: Identity, b: Identity): boolean {
  return a.producerId > b.producerId || (a.producerId === b.producerId && a.producerEpoch > b.producerEpoch);
}
