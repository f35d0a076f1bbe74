/** LeaveGroup: members go at once, one result for each; what is left of the group rebalances once. */
import type { ErrorKind } from '../../base/errors.ts';
import { type GroupContext, isMembershipGroupId } from './context.ts';
import type { Group } from './group.ts';
import { completeJoinIfReady, prepareRebalance } from './rebalance.ts';
import type { LeaveGroupRequest, LeaveGroupResult, LeavingMember } from './requests.ts';

export function leaveGroup(context: GroupContext, request: LeaveGroupRequest): LeaveGroupResult {
  if (!isMembershipGroupId(request.groupId)) return { error: 'group_id_invalid', members: [] };
  const group = context.store.get(request.groupId);
  const members = request.members.map((leaving) => ({
    memberId: leaving.memberId,
    groupInstanceId: leaving.groupInstanceId,
    error: group === undefined ? ('member_id_unknown' as const) : removeOne(context, group, leaving),
  }));
  if (group !== undefined && members.some(({ error }) => error === undefined)) afterLeave(context, group);
  return { error: undefined, members };
}

function removeOne(context: GroupContext, group: Group, leaving: LeavingMember): ErrorKind | undefined {
  const { groupInstanceId, reason } = leaving;
  let { memberId } = leaving;
  if (memberId === '') {
    // An administrator names the instance only.
    const bound = groupInstanceId === null ? undefined : group.memberIdOfInstance(groupInstanceId);
    if (bound === undefined) return 'member_id_unknown';
    memberId = bound;
  } else if (!group.pendingJoins.has(memberId)) {
    const refusal = group.checkMember(memberId, groupInstanceId);
    if (refusal !== undefined) return refusal;
  }
  context.logger.info({ group: group.groupId, member: memberId, reason: reason ?? 'none' }, 'member leaves the group');
  group.remove(memberId);
  return undefined;
}

function afterLeave(context: GroupContext, group: Group): void {
  switch (group.state.name) {
    case 'Stable':
    case 'CompletingRebalance':
      prepareRebalance(context, group, 'members left');
      return;
    case 'PreparingRebalance':
      completeJoinIfReady(context, group);
      return;
    default:
      context.store.forgetIfUnused(group);
  }
}
