/** How requests name partitions, by topic name or since some version by topic id, and what is wrong when they can't be found. */
import type { Partition } from '../../../stream/partition.ts';
import { LEADER_EPOCH } from '../../../stream/partition.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';

/** An unknown epoch in a request: the client doesn't care. */
const ANY_LEADER_EPOCH = -1;

export function partitionByName(services: KafkaServices, name: string, index: number): Partition | ErrorCode {
  const topic = services.catalog.topic(name);
  const partition = topic === undefined ? undefined : services.streams.find(topic.id, index);
  return partition ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}

export function partitionById(services: KafkaServices, topicId: string, index: number): Partition | ErrorCode {
  if (services.catalog.topicById(topicId) === undefined) return ErrorCode.UNKNOWN_TOPIC_ID;
  return services.streams.find(topicId, index) ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}

/** KIP-320: the epoch that the client believes to be current. */
export function checkLeaderEpoch(currentLeaderEpoch: number): ErrorCode {
  if (currentLeaderEpoch === ANY_LEADER_EPOCH || currentLeaderEpoch === LEADER_EPOCH) return ErrorCode.NONE;
  return currentLeaderEpoch > LEADER_EPOCH ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.FENCED_LEADER_EPOCH;
}
