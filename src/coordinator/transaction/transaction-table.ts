/**
 * The durable state of the transaction coordinator: every transactional id and what is reserved of the producer ids.
 * `apply` alone changes it, live and in recovery. Refuses records that no sequence of handlers can have written.
 */
import { assert, unreachable } from '../../base/assert.ts';
import { DomainError } from '../../base/errors.ts';
import type { Journal, StateMachine } from '../../storage/log.ts';
import { assertProducerId, unknownMapping } from './producer-identity.ts';
import { ProducerIds } from './producer-ids.ts';
import type { TransactionRecord } from './transaction-records.ts';
import { Transaction } from './transaction-state.ts';

export class TransactionTable implements StateMachine<TransactionRecord> {
  readonly producerIds: ProducerIds;
  readonly #transactions = new Map<string, Transaction>();

  constructor(journal: Journal<TransactionRecord>) {
    this.producerIds = new ProducerIds(journal);
  }

  get size(): number {
    return this.#transactions.size;
  }

  find(transactionalId: string): Transaction | undefined {
    return this.#transactions.get(transactionalId);
  }

  /** The transaction of an id that must exist, or it is our own bug. */
  known(transactionalId: string): Transaction {
    const transaction = this.#transactions.get(transactionalId);
    assert(transaction !== undefined, `a record is about transactional id ${transactionalId}, which does not exist`);
    return transaction;
  }

  /**
   * The transaction of a request's transactional id, if its producer id and epoch are the present ones.
   * @param stale makes the error for another epoch; it differs between coordinator and data calls.
   * @throws DomainError invalid_request, producer_id_mapping_invalid, producer_fenced, or what `stale` makes
   */
  owned(
    transactionalId: string,
    producerId: number,
    producerEpoch: number,
    stale: (transaction: Transaction, producerId: number, producerEpoch: number) => DomainError,
  ): Transaction {
    const transaction = this.#transactions.get(transactionalId);
    if (transaction === undefined) {
      if (transactionalId === '') throw new DomainError('invalid_request', 'the transactional id is empty');
      throw unknownMapping(transactionalId, producerId);
    }
    assertProducerId(transaction, producerId);
    if (producerEpoch !== transaction.producerEpoch) throw stale(transaction, producerId, producerEpoch);
    return transaction;
  }

  values(): IterableIterator<Transaction> {
    return this.#transactions.values();
  }

  apply(record: TransactionRecord): void {
    switch (record.type) {
      case 'transaction': {
        const known = this.#transactions.get(record.transactionalId);
        const transaction = known ?? new Transaction(record.transactionalId);
        transaction.replace(record, known === undefined);
        if (known === undefined) this.#transactions.set(record.transactionalId, transaction);
        return;
      }
      case 'transaction_grown':
        this.known(record.transactionalId).grow(record);
        return;
      case 'transactional_id_expired':
        this.known(record.transactionalId).assertMayExpire();
        this.#transactions.delete(record.transactionalId);
        return;
      case 'producer_ids_reserved':
        this.producerIds.apply(record);
        return;
      default:
        unreachable(record);
    }
  }

  *snapshot(): Iterable<TransactionRecord> {
    yield* this.producerIds.snapshot();
    for (const transaction of this.#transactions.values()) yield transaction.toRecord();
  }
}
