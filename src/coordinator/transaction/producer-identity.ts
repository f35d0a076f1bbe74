/**
 * Producer id and epoch of a transactional id: who may speak for it, and what comes after the present pair.
 * Invariant: an epoch that a producer was given is at most `PRODUCER_EPOCH_LAST`; after it comes a new producer id.
 */
import { DomainError } from '../../base/errors.ts';
import { PRODUCER_EPOCH_LAST, PRODUCER_EPOCH_NONE, type Transaction } from './transaction-state.ts';

export interface ProducerIdAndEpoch {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** The identity fields of a transaction record. */
export interface ProducerIdentity extends ProducerIdAndEpoch {
  readonly previousProducerId: number;
  readonly lastProducerEpoch: number;
}

function isExhausted(producerEpoch: number): boolean {
  return producerEpoch >= PRODUCER_EPOCH_LAST;
}

/** Whether the pair is the one before the present one, kept so that a repeated request can be told from a zombie's. */
export function isRetryOfBump(transaction: Transaction, producerId: number, producerEpoch: number): boolean {
  if (producerEpoch === PRODUCER_EPOCH_NONE || producerEpoch !== transaction.lastProducerEpoch) return false;
  return isExhausted(producerEpoch)
    ? producerId === transaction.previousProducerId
    : producerId === transaction.producerId;
}

export function unchangedIdentity(transaction: Transaction): ProducerIdentity {
  const { producerId, producerEpoch, previousProducerId, lastProducerEpoch } = transaction;
  return { producerId, producerEpoch, previousProducerId, lastProducerEpoch };
}

/** @param allocate gives a new producer id; only called when the present one has no epoch left. */
export function bumpedIdentity(transaction: Transaction, allocate: () => number): ProducerIdentity {
  const { producerId, producerEpoch, previousProducerId } = transaction;
  if (isExhausted(producerEpoch)) {
    return {
      producerId: allocate(),
      producerEpoch: 0,
      previousProducerId: producerId,
      lastProducerEpoch: producerEpoch,
    };
  }
  return { producerId, producerEpoch: producerEpoch + 1, previousProducerId, lastProducerEpoch: producerEpoch };
}

/** No producer is told of this bump by its own request, so no retry of it is legitimate. */
export function withoutRetry(identity: ProducerIdentity): ProducerIdentity {
  return { ...identity, lastProducerEpoch: PRODUCER_EPOCH_NONE };
}

/** @throws DomainError producer_id_mapping_invalid, producer_fenced */
export function assertProducerId(transaction: Transaction, producerId: number): void {
  if (producerId === transaction.producerId) return;
  if (producerId === transaction.previousProducerId) throw fenced(transaction, producerId, PRODUCER_EPOCH_LAST);
  throw unknownMapping(transaction.transactionalId, producerId);
}

export function unknownMapping(transactionalId: string, producerId: number): DomainError {
  return new DomainError(
    'producer_id_mapping_invalid',
    `producer ${producerId} is not that of transactional id '${transactionalId}'; initialize the producer again`,
  );
}

export function fenced(transaction: Transaction, producerId: number, producerEpoch: number): DomainError {
  return new DomainError('producer_fenced', staleMessage(transaction, producerId, producerEpoch));
}

/** What fencing is called on the way of data (produce, transactional offsets): the producer may abort and go on. */
export function epochInvalid(transaction: Transaction, producerId: number, producerEpoch: number): DomainError {
  return new DomainError('producer_epoch_invalid', staleMessage(transaction, producerId, producerEpoch));
}

function staleMessage(transaction: Transaction, producerId: number, producerEpoch: number): string {
  return (
    `producer ${producerId} with epoch ${producerEpoch} does not own transactional id '${transaction.transactionalId}' ` +
    `now, producer ${transaction.producerId} with epoch ${transaction.producerEpoch} does`
  );
}
