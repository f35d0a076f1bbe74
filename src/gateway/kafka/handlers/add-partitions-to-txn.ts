/**
 * AddPartitionsToTxn. A transaction's partitions are added all or none: if one doesn't exist, the others are not attempted.
 * Versions 4 and up, between Kafka's brokers, carry several transactions, and may ask instead of adding.
 */
import type { TopicPartition } from '../../../coordinator/transaction/transaction-coordinator.ts';
import { type AnyHandler, handler } from '../handler.ts';
import type { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from '../protocol/add-partitions-to-txn.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { transactionCodeOf } from './transaction-errors.ts';

type AskedTransaction = AddPartitionsToTxnRequest['transactions'][number];
type TopicResult = NonNullable<AddPartitionsToTxnResponse['resultsByTopicV3AndBelow']>[number];

const FIRST_BATCHED_VERSION = 4;
const FIRST_VERSION_WITH_FENCED = 2;

export function addPartitionsToTxnHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.addPartitionsToTxn,
    (request: AddPartitionsToTxnRequest, { apiVersion }): AddPartitionsToTxnResponse => {
      const knowsFenced = apiVersion >= FIRST_VERSION_WITH_FENCED;
      if (apiVersion < FIRST_BATCHED_VERSION) {
        return { resultsByTopicV3AndBelow: resultsOf(services, onlyTransaction(request), knowsFenced) };
      }
      return {
        resultsByTransaction: request.transactions.map((transaction) => ({
          transactionalId: transaction.transactionalId,
          topicResults: resultsOf(services, transaction, knowsFenced),
        })),
      };
    },
  );
}

function onlyTransaction(request: AddPartitionsToTxnRequest): AskedTransaction {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    topics: request.v3AndBelowTopics,
    verifyOnly: false,
  };
}

function resultsOf(services: KafkaServices, asked: AskedTransaction, knowsFenced: boolean): TopicResult[] {
  const codeOf = codesOf(services, asked, knowsFenced);
  return asked.topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: codeOf(name, partitionIndex),
    })),
  }));
}

/** Adds, or verifies. Gives the code of each partition. */
function codesOf(
  { transactions }: KafkaServices,
  asked: AskedTransaction,
  knowsFenced: boolean,
): (topic: string, partition: number) => ErrorCode {
  const { transactionalId, producerId, producerEpoch, topics, verifyOnly } = asked;
  const partitions = topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({ topic: name, partition })),
  );
  try {
    if (verifyOnly) {
      const missing = transactions.verifyPartitions(transactionalId, producerId, producerEpoch, partitions);
      return divided(missing, ErrorCode.TRANSACTION_ABORTABLE, ErrorCode.NONE);
    }
    const unknown = transactions.addPartitions(transactionalId, producerId, producerEpoch, partitions);
    const others = unknown.length === 0 ? ErrorCode.NONE : ErrorCode.OPERATION_NOT_ATTEMPTED;
    return divided(unknown, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, others);
  } catch (error) {
    const errorCode = transactionCodeOf(error, knowsFenced);
    return () => errorCode;
  }
}

/** `inside` for the partitions of the list, `outside` for others. */
function divided(list: readonly TopicPartition[], inside: ErrorCode, outside: ErrorCode) {
  const keys = new Set(list.map(({ topic, partition }) => `${partition}/${topic}`));
  return (topic: string, partition: number) => (keys.has(`${partition}/${topic}`) ? inside : outside);
}
