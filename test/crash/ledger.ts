/**
 * What the producers did and were told, and what the log must look like for it: nothing acknowledged is missing, nothing
 * is there twice or out of order, transactions are whole.
 */
import assert from 'node:assert/strict';

export type Outcome = 'open' | 'committed' | 'aborted' | 'unknown';

export interface SentTransaction {
  readonly producer: string;
  /** Counts the transactions of one producer. */
  readonly number: number;
  readonly records: SentRecord[];
  outcome: Outcome;
}

export interface SentRecord {
  readonly id: string;
  readonly producer: string;
  readonly partition: number;
  /** Counts the records of one producer in one partition. */
  readonly number: number;
  readonly transaction: SentTransaction | undefined;
  /** Once acknowledged. */
  offset: number | undefined;
}

/** A record as a consumer got it. */
export interface SeenRecord {
  readonly offset: number;
  readonly id: string;
}

/** What a consumer of one isolation level got, by partition, from offset 0 or a later start on. */
export interface View {
  readonly startOffset: number;
  readonly records: readonly SeenRecord[];
}

export class Ledger {
  readonly records = new Map<string, SentRecord>();
  readonly transactions: SentTransaction[] = [];

  send(producer: string, partition: number, number: number, transaction?: SentTransaction): SentRecord {
    const id = `${producer}/${partition}/${number}`;
    const record = { id, producer, partition, number, transaction, offset: undefined };
    assert.equal(this.records.has(id), false, `${id} was sent before`);
    this.records.set(id, record);
    transaction?.records.push(record);
    return record;
  }

  begin(producer: string, number: number): SentTransaction {
    const transaction: SentTransaction = { producer, number, records: [], outcome: 'open' };
    this.transactions.push(transaction);
    return transaction;
  }

  get acknowledgedCount(): number {
    return [...this.records.values()].filter(({ offset }) => offset !== undefined).length;
  }

  /** Throws an assertion error that says what is wrong with the final state of the log. */
  check(uncommitted: readonly View[], committed: readonly View[]): void {
    for (const [partition, view] of uncommitted.entries()) this.#checkPartition(partition, view);
    for (const [partition, view] of committed.entries()) {
      const all = new Map((uncommitted[partition]?.records ?? []).map(({ offset, id }) => [offset, id]));
      for (const { offset, id } of view.records) {
        assert.equal(all.get(offset), id, `partition ${partition}: read_committed sees ${id} at ${offset}`);
      }
    }
    this.#checkTransactions(committed);
  }

  #checkPartition(partition: number, { startOffset, records }: View): void {
    const byId = new Map<string, number>();
    const last = new Map<string, number>();
    let lastOffset = -1;
    for (const { offset, id } of records) {
      const sent = this.records.get(id);
      assert.ok(sent !== undefined && sent.partition === partition, `partition ${partition} holds ${id} at ${offset}`);
      assert.equal(byId.get(id), undefined, `${id} is there twice: at ${byId.get(id)} and ${offset}`);
      assert.ok(offset > lastOffset, `partition ${partition}: offset ${offset} follows ${lastOffset}`);
      const before = last.get(sent.producer) ?? -1;
      assert.ok(sent.number > before, `${id} at ${offset} comes after number ${before} of the same producer`);
      byId.set(id, offset);
      last.set(sent.producer, sent.number);
      lastOffset = offset;
    }
    for (const { id, offset, partition: sentTo } of this.records.values()) {
      if (sentTo !== partition || offset === undefined || offset < startOffset) continue;
      assert.equal(byId.get(id), offset, `${id} was acknowledged at ${partition}-${offset}`);
    }
  }

  #checkTransactions(committed: readonly View[]): void {
    const visible = new Set(committed.flatMap(({ records }) => records.map(({ id }) => id)));
    for (const { producer, number, records, outcome } of this.transactions) {
      const kept = records.filter(({ offset, partition }) => (offset ?? 0) >= (committed[partition]?.startOffset ?? 0));
      const seen = kept.filter(({ id }) => visible.has(id)).length;
      const what = `transaction ${number} of ${producer} (${outcome}): read_committed sees ${seen} of ${kept.length}`;
      if (outcome === 'committed') assert.equal(seen, kept.length, what);
      else if (outcome === 'unknown') assert.ok(seen === 0 || seen === kept.length, what);
      else assert.equal(seen, 0, what);
    }
    for (const { id, transaction, partition, offset } of this.records.values()) {
      if (transaction !== undefined || offset === undefined) continue;
      if (offset < (committed[partition]?.startOffset ?? 0)) continue;
      assert.ok(visible.has(id), `${id} is not transactional, and read_committed does not see it`);
    }
  }

  /** The number of the last transaction of `producer` that took effect, -1 if none did. */
  lastEffective(producer: string, committed: readonly View[]): number {
    const visible = new Set(committed.flatMap(({ records }) => records.map(({ id }) => id)));
    let last = -1;
    for (const transaction of this.transactions) {
      if (transaction.producer !== producer) continue;
      const isEffective =
        transaction.outcome === 'committed' ||
        (transaction.outcome === 'unknown' && transaction.records.some(({ id }) => visible.has(id)));
      if (isEffective) last = transaction.number;
    }
    return last;
  }
}
