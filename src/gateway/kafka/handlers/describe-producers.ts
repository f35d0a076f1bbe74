/** DescribeProducers: the idempotent and transactional producers that a partition remembers. */
import { checkTopicName } from '../../../catalog/topic-name.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeProducersRequest, DescribeProducersResponse } from '../protocol/describe-producers.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { partitionByName } from './topics.ts';

type PartitionAnswer = DescribeProducersResponse['topics'][number]['partitions'][number];

export function describeProducersHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.describeProducers,
    ({ topics }: DescribeProducersRequest): DescribeProducersResponse => ({
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => answer(services, name, index)),
      })),
    }),
  );
}

function answer(services: KafkaServices, name: string, partitionIndex: number): PartitionAnswer {
  try {
    checkTopicName(name);
  } catch (error) {
    return { partitionIndex, ...failureOf(error), activeProducers: [] };
  }
  const partition = partitionByName(services, name, partitionIndex);
  if (typeof partition === 'number') {
    const errorMessage = 'This server does not host this topic-partition.';
    return { partitionIndex, errorCode: partition, errorMessage, activeProducers: [] };
  }
  const activeProducers = partition.producers.describe().map((producer) => ({
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: producer.lastTimestampMs,
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: producer.transactionStartOffset,
  }));
  return { partitionIndex, errorCode: ErrorCode.NONE, errorMessage: null, activeProducers };
}
