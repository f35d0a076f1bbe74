/**
 * When committed offsets expire (KIP-211). The retention counts
 *
 *   from the commit          in groups that only store offsets
 *   from becoming empty      in empty groups with a protocol type
 *   from the commit          in stable consumer groups, for topics nobody in the group subscribes to
 *   never                    in every other state: what the group reads is not settled
 *
 * A time that an old client demanded with the commit replaces all this. A partition with a pending transactional commit
 * never expires. An empty group that has nothing left is deleted.
 */
import type { GroupContext } from './context.ts';
import type { Group } from './group.ts';
import { offsetDeleted } from './offset-delete.ts';
import type { GroupRecord, OffsetRecord } from './records.ts';

export interface Expired {
  readonly offsets: number;
  readonly groups: number;
}

export function expireOffsets(context: GroupContext): Expired {
  const nowMs = context.clock.nowMs();
  let offsets = 0;
  let groups = 0;
  for (const group of [...context.store.groups]) {
    const expired = expiredIn(context, group, nowMs);
    offsets += expired.length;
    const isDone = group.state.name === 'Empty' && group.pendingJoins.size === 0 && !group.offsets.hasPending;
    if (isDone && expired.length === group.offsets.committedCount) {
      context.journal.commit([{ type: 'groupDeleted', group: group.groupId }]);
      groups++;
    } else if (expired.length > 0) {
      context.journal.commit(expired);
    }
  }
  if (offsets > 0 || groups > 0) context.logger.info({ offsets, groups }, 'group offsets expired');
  return { offsets, groups };
}

function expiredIn({ settings }: GroupContext, group: Group, nowMs: number): GroupRecord[] {
  const retentionStart = retentionStartOf(group);
  if (retentionStart === undefined) return [];
  const expired: GroupRecord[] = [];
  for (const [topic, partitions] of group.offsets.committed) {
    if (group.isSubscribedTo(topic)) continue;
    for (const record of partitions.values()) {
      const dueMs =
        record.expireTimestampMs >= 0 ? record.expireTimestampMs : retentionStart(record) + settings.offsetsRetentionMs;
      if (nowMs >= dueMs && !group.offsets.isPending(topic, record.partition)) {
        expired.push(offsetDeleted(group.groupId, topic, record.partition));
      }
    }
  }
  return expired;
}

function retentionStartOf(group: Group): ((record: OffsetRecord) => number) | undefined {
  const sinceCommit = (record: OffsetRecord) => record.commitTimestampMs;
  if (group.protocolType === null) return sinceCommit;
  if (group.state.name === 'Empty') {
    const emptySinceMs = group.durable?.stateTimestampMs ?? -1;
    return emptySinceMs < 0 ? sinceCommit : () => emptySinceMs;
  }
  const isSettled = group.state.name === 'Stable' && group.usesConsumerProtocol && group.knowsSubscription;
  return isSettled ? sinceCommit : undefined;
}
