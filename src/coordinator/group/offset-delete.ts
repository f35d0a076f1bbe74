/** OffsetDelete, and the offsets of topics that are gone. A topic that an active consumer reads keeps its offsets. */
import type { GroupContext } from './context.ts';
import type { GroupRecord } from './records.ts';
import type { OffsetDeleteRequest, OffsetDeleteResult } from './requests.ts';

export function deleteOffsets(context: GroupContext, request: OffsetDeleteRequest): OffsetDeleteResult {
  const group = context.store.get(request.groupId);
  if (group === undefined) return { error: 'group_not_found', topics: [] };
  // Only consumers say what they read; any other active group may read everything.
  if (group.state.name !== 'Empty' && !group.usesConsumerProtocol) return { error: 'group_not_empty', topics: [] };
  const records: GroupRecord[] = [];
  const topics = request.topics.map(({ topic, partitions }) => {
    const isSubscribed = group.isSubscribedTo(topic);
    const stored = isSubscribed ? undefined : group.offsets.partitionsOf(topic);
    return {
      topic,
      partitions: partitions.map((partition) => {
        if (stored?.delete(partition)) records.push(offsetDeleted(request.groupId, topic, partition));
        return { partition, error: isSubscribed ? ('group_subscribed_to_topic' as const) : undefined };
      }),
    };
  });
  if (records.length > 0) context.journal.commit(records);
  return { error: undefined, topics };
}

/** A new topic of the same name must not inherit offsets, so every group forgets the name. */
export function deleteOffsetsOfTopic(context: GroupContext, topic: string): void {
  const records: GroupRecord[] = [];
  for (const group of context.store.groups) {
    for (const partition of group.offsets.partitionsOf(topic)) {
      records.push(offsetDeleted(group.groupId, topic, partition));
    }
  }
  if (records.length > 0) context.journal.commit(records);
}

export function offsetDeleted(group: string, topic: string, partition: number): GroupRecord {
  return { type: 'offsetDeleted', group, topic, partition };
}
