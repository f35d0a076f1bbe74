/**
 * What InitProducerId means for a transactional id that is known already. Pure: decides, changes nothing.
 * Without an expected pair the caller is a new incarnation and takes over, whatever its predecessor does. With one
 * (KIP-360) it is the present producer recovering from an error, or a retry of that; any other pair is fenced, and
 * can't abort its successor's transaction on the way.
 */
import { DomainError } from '../../base/errors.ts';
import { fenced, isRetryOfBump, type ProducerIdAndEpoch } from './producer-identity.ts';
import { PRODUCER_EPOCH_NONE, PRODUCER_ID_NONE, type Transaction } from './transaction-state.ts';

export interface InitProducerIdRequest {
  /** Null: an idempotent producer without transactions. */
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  /** The pair that the producer has, or -1 and -1. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly enable2Pc: boolean;
  readonly keepPreparedTxn: boolean;
}

/** `keep`: a retry, answer the present pair. `bump`: the next epoch (or id), after aborting what is ongoing. */
export type InitDecision = 'keep' | 'bump';

/** @throws DomainError producer_fenced */
export function decideInit(transaction: Transaction, expected: ProducerIdAndEpoch | undefined): InitDecision {
  if (expected === undefined) return 'bump';
  const { producerId, producerEpoch } = expected;
  if (producerId === transaction.producerId && producerEpoch === transaction.producerEpoch) return 'bump';
  // Never so while a transaction is ongoing: to begin it, the producer must have had the answer it would retry for.
  if (isRetryOfBump(transaction, producerId, producerEpoch)) return 'keep';
  throw fenced(transaction, producerId, producerEpoch);
}

/** @throws DomainError invalid_request, unsupported_version, transaction_timeout_invalid */
export function validateInit(request: InitProducerIdRequest, transactionTimeoutMsMax: number): void {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request;
  if ((producerId === PRODUCER_ID_NONE) !== (producerEpoch === PRODUCER_EPOCH_NONE)) {
    throw new DomainError('invalid_request', `producer id ${producerId} can't come with epoch ${producerEpoch}`);
  }
  if (transactionalId === null) return;
  if (transactionalId === '') {
    throw new DomainError('invalid_request', 'the transactional id is empty; leave it out or give it a name');
  }
  if (request.enable2Pc || request.keepPreparedTxn) {
    throw new DomainError(
      'unsupported_version',
      `transactional id '${transactionalId}' asks for two-phase commit (KIP-939), which is not supported`,
    );
  }
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > transactionTimeoutMsMax) {
    throw new DomainError(
      'transaction_timeout_invalid',
      `transaction timeout ${transactionTimeoutMs} ms of '${transactionalId}' is not in 1 to ${transactionTimeoutMsMax} ms`,
    );
  }
}

/** The pair that the request says it has, if any. */
export function expectedPair(request: InitProducerIdRequest): ProducerIdAndEpoch | undefined {
  return request.producerId === PRODUCER_ID_NONE ? undefined : request;
}
