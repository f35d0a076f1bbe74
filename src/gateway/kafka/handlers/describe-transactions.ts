/** DescribeTransactions: each transactional id by itself, with an error of its own. */
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeTransactionsRequest, DescribeTransactionsResponse } from '../protocol/describe-transactions.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';

type TransactionAnswer = DescribeTransactionsResponse['transactionStates'][number];

export function describeTransactionsHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.describeTransactions,
    ({ transactionalIds }: DescribeTransactionsRequest): DescribeTransactionsResponse => ({
      transactionStates: transactionalIds.map((transactionalId) => answer(services, transactionalId)),
    }),
  );
}

function answer({ transactions }: KafkaServices, transactionalId: string): TransactionAnswer {
  try {
    const described = transactions.describe(transactionalId);
    return {
      errorCode: ErrorCode.NONE,
      transactionalId,
      transactionState: described.state,
      transactionTimeoutMs: described.timeoutMs,
      transactionStartTimeMs: described.startMs,
      producerId: described.producerId,
      producerEpoch: described.producerEpoch,
      topics: described.partitions.map(([topic, partitions]) => ({ topic, partitions })),
    };
  } catch (error) {
    return { ...UNKNOWN, ...failureOf(error), transactionalId };
  }
}

const UNKNOWN = {
  transactionState: '',
  transactionTimeoutMs: 0,
  transactionStartTimeMs: 0,
  producerId: 0,
  producerEpoch: 0,
  topics: [],
};
