/**
 * TxnOffsetCommit: offsets that take effect if the transaction commits. The transaction is asked first, then the group, as
 * in Kafka; a refusal by either holds for every partition that exists. Version 5 adds the group to the transaction.
 */
import { DomainError } from '../../../base/errors.ts';
import type { TopicOutcome } from '../../../coordinator/group/requests.ts';
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from '../protocol/txn-offset-commit.ts';
import type { KafkaServices } from '../services.ts';
import { offsetsToCommit } from './offset-commit.ts';
import { type AskedTopic, answersOf, type ExistingTopic, existingOf } from './offset-topics.ts';
import { transactionCodeOf } from './transaction-errors.ts';

type CommittedPartition = TxnOffsetCommitRequest['topics'][number]['partitions'][number];

const FIRST_VERSION_WITH_ABORTABLE = 4;
const FIRST_VERSION_WITH_IMPLICIT_ADD = 5;

export function txnOffsetCommitHandler(services: KafkaServices): AnyHandler {
  const { catalog } = services;
  return handler(apis.txnOffsetCommit, (request: TxnOffsetCommitRequest, { apiVersion }): TxnOffsetCommitResponse => {
    const asked = request.topics.map(
      ({ name, partitions }): AskedTopic<CommittedPartition> => ({
        topic: catalog.topic(name),
        unknown: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        partitions,
      }),
    );
    const existing = existingOf(asked);
    const answers = answersOf(asked, existing.length === 0 ? [] : commit(services, request, existing, apiVersion));
    return { topics: request.topics.map(({ name }, i) => ({ name, partitions: answers[i] ?? [] })) };
  });
}

function commit(
  { groups, transactions }: KafkaServices,
  request: TxnOffsetCommitRequest,
  existing: readonly ExistingTopic<CommittedPartition>[],
  apiVersion: number,
): ErrorCode | readonly TopicOutcome[] {
  const { transactionalId, groupId, producerId, producerEpoch } = request;
  if (groupId === '') return ErrorCode.INVALID_GROUP_ID;
  try {
    const implicitAdd = apiVersion >= FIRST_VERSION_WITH_IMPLICIT_ADD;
    transactions.verifyOrAddGroup(transactionalId, producerId, producerEpoch, groupId, implicitAdd);
  } catch (error) {
    return refusalByTransaction(error, apiVersion);
  }
  const { error, topics } = groups.commitTransactionalOffsets({
    groupId,
    producerId,
    producerEpoch,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    generation: request.generationId,
    topics: offsetsToCommit(existing),
  });
  return error === undefined ? topics : codeOf(error);
}

/** Fencing is always INVALID_PRODUCER_EPOCH here. To a newer producer, a missing group means only: abort and go on. */
function refusalByTransaction(error: unknown, apiVersion: number): ErrorCode {
  const isAbortable = error instanceof DomainError && error.kind === 'transaction_state_invalid';
  if (isAbortable && apiVersion >= FIRST_VERSION_WITH_ABORTABLE) return ErrorCode.TRANSACTION_ABORTABLE;
  return transactionCodeOf(error, false);
}
