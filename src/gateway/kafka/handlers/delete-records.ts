/** DeleteRecords: moves the start of partitions forward. Refused where only compaction may remove records, as in Kafka. */
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DeleteRecordsRequest, DeleteRecordsResponse } from '../protocol/delete-records.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { partitionByName } from './topics.ts';

type PartitionAnswer = DeleteRecordsResponse['topics'][number]['partitions'][number];

const UNKNOWN_LOW_WATERMARK = -1;

export function deleteRecordsHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.deleteRecords,
    ({ topics }: DeleteRecordsRequest): DeleteRecordsResponse => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }) => answer(services, name, partitionIndex, offset)),
      })),
    }),
  );
}

function answer(services: KafkaServices, name: string, partitionIndex: number, offset: number): PartitionAnswer {
  const partition = partitionByName(services, name, partitionIndex);
  if (typeof partition === 'number') return refused(partitionIndex, partition);
  const { cleanupCompact, cleanupDelete } = partition.config;
  if (cleanupCompact && !cleanupDelete) return refused(partitionIndex, ErrorCode.POLICY_VIOLATION);
  try {
    const lowWatermark = services.streams.deleteRecords(partition, offset);
    return { partitionIndex, lowWatermark, errorCode: ErrorCode.NONE };
  } catch (error) {
    return refused(partitionIndex, failureOf(error).errorCode);
  }
}

function refused(partitionIndex: number, errorCode: ErrorCode): PartitionAnswer {
  return { partitionIndex, lowWatermark: UNKNOWN_LOW_WATERMARK, errorCode };
}
