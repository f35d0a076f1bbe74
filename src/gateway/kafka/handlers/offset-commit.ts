/**
 * OffsetCommit. Partitions that don't exist are refused one by one; a refusal by the group holds for all others. The empty
 * group id is legal here, as in Kafka, for consumers that only store offsets.
 */
import type { TopicOffsetsToCommit } from '../../../coordinator/group/requests.ts';
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { OffsetCommitRequest, OffsetCommitResponse } from '../protocol/offset-commit.ts';
import type { KafkaServices } from '../services.ts';
import { type AskedTopic, answersOf, type ExistingTopic, existingOf } from './offset-topics.ts';

type CommittedPartition = OffsetCommitRequest['topics'][number]['partitions'][number];

const FIRST_VERSION_WITH_TOPIC_IDS = 10;
/** KIP-848: below it, clients know ILLEGAL_GENERATION only. */
const FIRST_VERSION_WITH_GROUP_NOT_FOUND = 9;

export function offsetCommitHandler({ catalog, groups }: KafkaServices): AnyHandler {
  return handler(apis.offsetCommit, (request: OffsetCommitRequest, { apiVersion }): OffsetCommitResponse => {
    const byId = apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS;
    const asked = request.topics.map(
      ({ name, topicId, partitions }): AskedTopic<CommittedPartition> => ({
        topic: byId ? catalog.topicById(topicId) : catalog.topic(name),
        unknown: byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        partitions,
      }),
    );
    const existing = existingOf(asked);
    const commit = () => {
      const { error, topics } = groups.offsetCommit({
        groupId: request.groupId,
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        generation: request.generationIdOrMemberEpoch,
        retentionTimeMs: request.retentionTimeMs,
        tellsGroupNotFound: apiVersion >= FIRST_VERSION_WITH_GROUP_NOT_FOUND,
        topics: offsetsToCommit(existing),
      });
      return error === undefined ? topics : codeOf(error);
    };
    // As in Kafka, the group has no say when there is nothing to commit.
    const answers = answersOf(asked, existing.length === 0 ? [] : commit());
    return {
      topics: request.topics.map((topic, i) => ({ ...topic, partitions: answers[i] ?? [] })),
    };
  });
}

/** Shared with TxnOffsetCommit, which sends the same. */
export function offsetsToCommit(topics: readonly ExistingTopic<CommittedPartition>[]): TopicOffsetsToCommit[] {
  return topics.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map((one) => ({
      partition: one.partitionIndex,
      offset: one.committedOffset,
      leaderEpoch: one.committedLeaderEpoch,
      metadata: one.committedMetadata,
    })),
  }));
}
