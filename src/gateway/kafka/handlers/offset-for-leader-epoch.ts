/**
 * OffsetForLeaderEpoch: where a leader epoch ended. There is one epoch, and it has not ended: the answer is the end of the
 * log, which is durable when the response leaves. Of any other epoch nothing is known.
 */
import { LEADER_EPOCH } from '../../../stream/partition.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from '../protocol/offset-for-leader-epoch.ts';
import type { KafkaServices } from '../services.ts';
import { checkLeaderEpoch, partitionByName } from './topics.ts';

type PartitionAnswer = OffsetForLeaderEpochResponse['topics'][number]['partitions'][number];
type Query = OffsetForLeaderEpochRequest['topics'][number]['partitions'][number];

export function offsetForLeaderEpochHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.offsetForLeaderEpoch,
    ({ topics }: OffsetForLeaderEpochRequest): OffsetForLeaderEpochResponse => ({
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map((query) => answer(services, topic, query)),
      })),
    }),
  );
}

function answer(services: KafkaServices, topic: string, query: Query): PartitionAnswer {
  const { partition: index, currentLeaderEpoch, leaderEpoch } = query;
  const partition = partitionByName(services, topic, index);
  if (typeof partition === 'number') return { partition: index, errorCode: partition };
  const errorCode = checkLeaderEpoch(currentLeaderEpoch);
  if (errorCode !== ErrorCode.NONE || leaderEpoch !== LEADER_EPOCH) return { partition: index, errorCode };
  return { partition: index, leaderEpoch, endOffset: partition.endOffset };
}
