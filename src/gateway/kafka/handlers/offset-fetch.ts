/**
 * OffsetFetch. Partitions without a committed offset, and those of unknown groups and topics, have offset -1 and no error;
 * only an unknown topic id is one. Classic groups don't check the member id and epoch that version 9 brought.
 */
import { UUID_ZERO } from '../../../catalog/uuid.ts';
import type { FetchedOffset } from '../../../coordinator/group/requests.ts';
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { OffsetFetchRequest, OffsetFetchResponse } from '../protocol/offset-fetch.ts';
import type { KafkaServices } from '../services.ts';

type GroupAnswer = NonNullable<OffsetFetchResponse['groups']>[number];
type TopicAnswer = GroupAnswer['topics'][number];
type AskedTopics = OffsetFetchRequest['groups'][number]['topics'];

const FIRST_BATCHED_VERSION = 8;
const FIRST_VERSION_WITH_TOPIC_IDS = 10;

export function offsetFetchHandler(services: KafkaServices): AnyHandler {
  return handler(apis.offsetFetch, (request: OffsetFetchRequest, { apiVersion }): OffsetFetchResponse => {
    const { requireStable } = request;
    const byId = apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS;
    const fetched = (groupId: string, topics: AskedTopics): TopicAnswer[] =>
      topics === null
        ? everything(services, groupId, requireStable, byId)
        : selection(services, groupId, topics, requireStable, byId);
    if (apiVersion < FIRST_BATCHED_VERSION) {
      const topics = request.topics?.map((topic) => ({ ...topic, topicId: UUID_ZERO })) ?? null;
      return { topics: fetched(request.groupId, topics), errorCode: ErrorCode.NONE };
    }
    const groups = request.groups.map(({ groupId, topics }) => ({ groupId, topics: fetched(groupId, topics) }));
    return { groups };
  });
}

/** By id, offsets of topics that are gone are left out: nobody could tell what they belong to. */
function everything(services: KafkaServices, groupId: string, requireStable: boolean, byId: boolean): TopicAnswer[] {
  const { topics } = services.groups.offsetFetch({ groupId, topics: undefined, requireStable });
  return topics
    .filter(({ topicId }) => !byId || (topicId !== undefined && services.catalog.topicById(topicId) !== undefined))
    .map(({ topic, topicId, partitions }) => ({
      name: topic,
      topicId: topicId ?? UUID_ZERO,
      partitions: partitions.map(partitionAnswer),
    }));
}

function selection(
  { catalog, groups }: KafkaServices,
  groupId: string,
  asked: NonNullable<AskedTopics>,
  requireStable: boolean,
  byId: boolean,
): TopicAnswer[] {
  return asked.map(({ name, topicId, partitionIndexes }) => {
    const topic = byId ? catalog.topicById(topicId)?.name : name;
    if (topic === undefined) return { name, topicId, partitions: partitionIndexes.map(ofUnknownTopicId) };
    const wanted = { topic, topicId: byId ? topicId : undefined, partitions: partitionIndexes };
    const fetched = groups.offsetFetch({ groupId, topics: [wanted], requireStable }).topics;
    return { name, topicId, partitions: fetched.flatMap(({ partitions }) => partitions.map(partitionAnswer)) };
  });
}

function partitionAnswer({ partition, offset, leaderEpoch, metadata, error }: FetchedOffset) {
  const errorCode = codeOf(error);
  return { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode };
}

function ofUnknownTopicId(partitionIndex: number) {
  return { partitionIndex, committedOffset: -1, metadata: '', errorCode: ErrorCode.UNKNOWN_TOPIC_ID };
}
