/**
 * What EndTxn means in each state. Pure: decides, changes nothing.
 *
 * Transactions v1 (EndTxn 0-4): the epoch stays, so a repeated EndTxn looks like the first; it is answered by the
 * outcome that the state tells, and anything else is refused.
 *
 * Transactions v2 (EndTxn 5, KIP-890): each end bumps the epoch, so "retry" (epoch before the last bump) and "current"
 * can be told apart:
 *
 *                           abort, retry   abort, current   commit, retry   commit, current
 *   Empty                   fenced         bump             fenced          invalid state
 *   CompleteAbort           repeated       bump             invalid state   invalid state
 *   CompleteCommit          invalid state  bump             repeated        invalid state
 *   Ongoing                 fenced         end              fenced          end
 *
 * Where the coordinator aborted on its own, a late commit learns that its transaction is lost (Kafka 4.2 says invalid
 * state, not fenced); a late abort wanted just this, and gets the new epoch to go on with.
 */
import { DomainError } from '../../base/errors.ts';
import { assertProducerId, fenced, isRetryOfBump } from './producer-identity.ts';
import type { Transaction } from './transaction-state.ts';

/** `end` also covers an abort with nothing ongoing, which only bumps the epoch. `repeated` changes nothing. */
export type EndDecision = 'end' | 'repeated';

/** @throws DomainError producer_id_mapping_invalid, producer_fenced, transaction_state_invalid */
export function decideEndV1(
  transaction: Transaction,
  producerId: number,
  producerEpoch: number,
  commit: boolean,
): EndDecision {
  assertProducerId(transaction, producerId);
  if (producerEpoch !== transaction.producerEpoch) throw fenced(transaction, producerId, producerEpoch);
  const outcome = commit ? 'CompleteCommit' : 'CompleteAbort';
  if (transaction.state.name === 'Ongoing') return 'end';
  if (transaction.state.name === outcome) return 'repeated';
  throw stateInvalid(transaction, commit);
}

/** @throws DomainError producer_id_mapping_invalid, producer_fenced, transaction_state_invalid */
export function decideEndV2(
  transaction: Transaction,
  producerId: number,
  producerEpoch: number,
  commit: boolean,
): EndDecision {
  const { state } = transaction;
  if (producerId === transaction.producerId && producerEpoch === transaction.producerEpoch) {
    if (state.name !== 'Ongoing' && commit) throw stateInvalid(transaction, commit);
    return 'end';
  }
  const complete = state.name === 'CompleteCommit' || state.name === 'CompleteAbort';
  if (!complete || !isRetryOfBump(transaction, producerId, producerEpoch)) {
    assertProducerId(transaction, producerId);
    throw fenced(transaction, producerId, producerEpoch);
  }
  if (commit === (state.name === 'CompleteCommit')) return 'repeated';
  throw stateInvalid(transaction, commit);
}

function stateInvalid(transaction: Transaction, commit: boolean): DomainError {
  return new DomainError(
    'transaction_state_invalid',
    `transactional id '${transaction.transactionalId}' is in state ${transaction.state.name}, ` +
      `there is nothing to ${commit ? 'commit' : 'abort'}`,
  );
}
