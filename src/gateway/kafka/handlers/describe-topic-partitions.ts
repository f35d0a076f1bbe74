/**
 * DescribeTopicPartitions: topics in the order of their names, a limited number of partitions per response. The cursor
 * names the partition that the next response begins with.
 */
import { DomainError } from '../../../base/errors.ts';
import type { Topic } from '../../../catalog/topic.ts';
import { checkTopicName, isInternalTopic } from '../../../catalog/topic-name.ts';
import { UUID_ZERO } from '../../../catalog/uuid.ts';
import { LEADER_EPOCH } from '../../../stream/partition.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type {
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
} from '../protocol/describe-topic-partitions.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { topicOperations } from './authorized-operations.ts';

type TopicAnswer = DescribeTopicPartitionsResponse['topics'][number];

/** Kafka's `max.request.partition.size.limit`. */
const PARTITIONS_MAX = 2000;

export function describeTopicPartitionsHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.describeTopicPartitions,
    (request: DescribeTopicPartitionsRequest): DescribeTopicPartitionsResponse => {
      const { topics, cursor, responsePartitionLimit } = request;
      const names = wantedNames(services, request);
      const isCursorNamed = cursor === null || topics.length === 0 || names[0] === cursor.topicName;
      if (!isCursorNamed || (cursor !== null && cursor.partitionIndex < 0)) {
        return { topics: topics.map(({ name }) => refused(name, ErrorCode.INVALID_REQUEST)) };
      }
      const limit = Math.min(Math.max(responsePartitionLimit, 1), PARTITIONS_MAX);
      return page(services, names, limit, (name) => (name === cursor?.topicName ? cursor.partitionIndex : 0));
    },
  );
}

/** The names from the cursor on, each once, in order. None asked for means all there are. */
function wantedNames({ catalog }: KafkaServices, { topics, cursor }: DescribeTopicPartitionsRequest): string[] {
  const all = topics.length === 0 ? catalog.topics() : topics;
  const names = new Set(Array.from(all, ({ name }) => name));
  const first = cursor?.topicName ?? '';
  return [...names].filter((name) => name >= first).sort(byCodeUnits);
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function page(
  services: KafkaServices,
  names: readonly string[],
  limit: number,
  firstPartition: (name: string) => number,
): DescribeTopicPartitionsResponse {
  const answers: TopicAnswer[] = [];
  let room = limit;
  for (const name of names) {
    if (room === 0) return { topics: answers, nextCursor: { topicName: name, partitionIndex: 0 } };
    const topic = services.catalog.topic(name);
    if (topic === undefined) {
      answers.push({ ...refused(name, missing(name)), topicAuthorizedOperations: topicOperations(true) });
      continue;
    }
    const from = firstPartition(name);
    const answer = topicAnswer(services, topic, from, from + room);
    answers.push(answer);
    room -= answer.partitions.length;
    if (from + answer.partitions.length < topic.partitions.length && room === 0) {
      return { topics: answers, nextCursor: { topicName: name, partitionIndex: from + answer.partitions.length } };
    }
  }
  return { topics: answers };
}

function missing(name: string): ErrorCode {
  try {
    checkTopicName(name);
    throw new DomainError('topic_not_found', `there is no topic ${name}`);
  } catch (error) {
    return failureOf(error).errorCode;
  }
}

function refused(name: string, errorCode: ErrorCode): TopicAnswer {
  return { errorCode, name, topicId: UUID_ZERO, isInternal: isInternalTopic(name), partitions: [] };
}

function topicAnswer({ nodeId }: KafkaServices, topic: Topic, from: number, to: number): TopicAnswer {
  const nodes = [nodeId];
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.slice(from, to).map(({ index }) => ({
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch: LEADER_EPOCH,
      replicaNodes: nodes,
      isrNodes: nodes,
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    })),
    topicAuthorizedOperations: topicOperations(true),
  };
}
