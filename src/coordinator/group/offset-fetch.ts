/**
 * OffsetFetch. Unknown groups and partitions have offset -1, never an error. With `requireStable` a partition that has
 * a pending transactional commit is `offset_commit_unstable`: what is committed now may be about to change.
 */
import type { GroupContext } from './context.ts';
import type { Group } from './group.ts';
import type { OffsetRecord } from './records.ts';
import type { FetchedOffset, OffsetFetchRequest, OffsetFetchResult } from './requests.ts';

export function fetchOffsets(context: GroupContext, request: OffsetFetchRequest): OffsetFetchResult {
  const group = context.store.get(request.groupId);
  if (request.topics === undefined) return { topics: everyOffset(group, request.requireStable) };
  return {
    topics: request.topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map((partition) => {
        const record = group?.offsets.get(topic, partition);
        // An offset of an earlier topic of the same name says nothing about this one.
        const isOfThisTopic = topicId === undefined || record?.topicId === topicId;
        const isUnstable = request.requireStable && group?.offsets.isPending(topic, partition) === true;
        return fetched(partition, isOfThisTopic ? record : undefined, isUnstable);
      }),
    })),
  };
}

function everyOffset(group: Group | undefined, requireStable: boolean): OffsetFetchResult['topics'] {
  if (group === undefined) return [];
  const { offsets } = group;
  return [...offsets.committed].map(([topic, partitions]) => {
    const records = [...partitions.values()];
    return {
      topic,
      topicId: records[0]?.topicId,
      partitions: records.map((record) =>
        fetched(record.partition, record, requireStable && offsets.isPending(topic, record.partition)),
      ),
    };
  });
}

function fetched(partition: number, record: OffsetRecord | undefined, isUnstable: boolean): FetchedOffset {
  if (isUnstable) return { ...nothing(partition), error: 'offset_commit_unstable' };
  if (record === undefined) return nothing(partition);
  const { offset, leaderEpoch, metadata } = record;
  return { partition, offset, leaderEpoch, metadata, error: undefined };
}

function nothing(partition: number): FetchedOffset {
  return { partition, offset: -1, leaderEpoch: -1, metadata: '', error: undefined };
}
