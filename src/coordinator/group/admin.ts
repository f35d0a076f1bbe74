/** ListGroups, DescribeGroups and DeleteGroups, with Kafka's names of states. */
import type { ErrorKind } from '../../base/errors.ts';
import type { GroupContext } from './context.ts';
import type { Group } from './group.ts';
import { NO_BYTES } from './member.ts';
import type { DescribedGroup, ListedGroup } from './requests.ts';

/** Empty filters let everything through; names are compared without case. */
export function listGroups(context: GroupContext, states: readonly string[], types: readonly string[]): ListedGroup[] {
  const wantedStates = new Set(states.map((state) => state.toLowerCase()));
  if (types.length > 0 && !types.some((type) => type.toLowerCase() === 'classic')) return [];
  const listed: ListedGroup[] = [];
  for (const { groupId, protocolType, state } of context.store.groups) {
    if (wantedStates.size > 0 && !wantedStates.has(state.name.toLowerCase())) continue;
    listed.push({ groupId, protocolType: protocolType ?? '', state: state.name, type: 'classic' });
  }
  return listed;
}

export function describeGroup(context: GroupContext, groupId: string): DescribedGroup {
  const group = context.store.get(groupId);
  return group === undefined ? deadGroup(groupId) : describe(group);
}

function describe(group: Group): DescribedGroup {
  // Before the group is stable there is no agreed protocol, and assignments are those of the past.
  const isStable = group.state.name === 'Stable';
  return {
    error: undefined,
    groupId: group.groupId,
    state: group.state.name,
    protocolType: group.protocolType ?? '',
    protocol: isStable ? (group.protocol ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      metadata: isStable ? member.metadataFor(group.protocol) : NO_BYTES,
      assignment: isStable ? member.assignment : NO_BYTES,
    })),
  };
}

function deadGroup(groupId: string): DescribedGroup {
  return { error: 'group_not_found', groupId, state: 'Dead', protocolType: '', protocol: '', members: [] };
}

/** Takes the group's offsets with it, pending ones too. */
export function deleteGroup(context: GroupContext, groupId: string): ErrorKind | undefined {
  const group = context.store.get(groupId);
  if (group === undefined) return 'group_not_found';
  if (group.state.name !== 'Empty') return 'group_not_empty';
  context.journal.commit([{ type: 'groupDeleted', group: groupId }]);
  return undefined;
}
