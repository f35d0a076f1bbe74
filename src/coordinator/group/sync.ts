/**
 * SyncGroup and Heartbeat. In the sync phase followers wait for the leader's assignment; its arrival makes the group
 * stable, durable, and answers everybody. In a stable group SyncGroup repeats the assignment.
 */
import type { ErrorKind } from '../../base/errors.ts';
import { type GroupContext, isMembershipGroupId } from './context.ts';
import type { Group } from './group.ts';
import { type Member, NO_BYTES } from './member.ts';
import { renewSession } from './rebalance.ts';
import type { HeartbeatRequest, SyncGroupRequest, SyncGroupResult } from './requests.ts';
import { refusedSync } from './results.ts';

export function syncGroup(
  context: GroupContext,
  request: SyncGroupRequest,
): SyncGroupResult | Promise<SyncGroupResult> {
  if (!isMembershipGroupId(request.groupId)) return refusedSync('group_id_invalid');
  const group = context.store.get(request.groupId);
  const member = group?.members.get(request.memberId);
  const refusal = group === undefined ? 'member_id_unknown' : refusalOf(group, request);
  if (refusal !== undefined || group === undefined || member === undefined) {
    return refusedSync(refusal ?? 'member_id_unknown');
  }
  switch (group.state.name) {
    case 'CompletingRebalance':
      return awaitAssignment(context, group, member, request);
    case 'Stable':
      synced(group, member);
      return assignmentOf(group, member);
    case 'PreparingRebalance':
      return refusedSync('rebalance_in_progress');
    default:
      return refusedSync('member_id_unknown');
  }
}

export function heartbeat(context: GroupContext, request: HeartbeatRequest): ErrorKind | undefined {
  if (!isMembershipGroupId(request.groupId)) return 'group_id_invalid';
  const group = context.store.get(request.groupId);
  if (group === undefined) return 'member_id_unknown';
  const refusal = group.checkMember(request.memberId, request.groupInstanceId);
  const member = group.members.get(request.memberId);
  if (refusal !== undefined || member === undefined) return refusal ?? 'member_id_unknown';
  if (request.generation !== group.generation) return 'generation_illegal';
  renewSession(context, group, member, member.sessionTimeoutMs);
  return group.state.name === 'PreparingRebalance' ? 'rebalance_in_progress' : undefined;
}

function refusalOf(group: Group, request: SyncGroupRequest): ErrorKind | undefined {
  const refusal = group.checkMember(request.memberId, request.groupInstanceId);
  if (refusal !== undefined) return refusal;
  if (request.generation !== group.generation) return 'generation_illegal';
  const differs = (asked: string | null, has: string | null) => asked !== null && has !== null && asked !== has;
  return differs(request.protocolType, group.protocolType) || differs(request.protocol, group.protocol)
    ? 'group_protocol_inconsistent'
    : undefined;
}

function awaitAssignment(
  context: GroupContext,
  group: Group,
  member: Member,
  request: SyncGroupRequest,
): SyncGroupResult | Promise<SyncGroupResult> {
  const isLeader = group.leader === member.memberId;
  if (isLeader && assignmentBytesOf(request) > context.settings.groupMetadataBytesMax) {
    return refusedSync('limit_exceeded');
  }
  // A request that was parked before belongs to a client that gave up on it.
  member.completeSync(refusedSync('rebalance_in_progress'));
  synced(group, member);
  return new Promise((resolve) => {
    member.answerSync = resolve;
    if (isLeader) stabilize(context, group, request);
  });
}

function stabilize(context: GroupContext, group: Group, request: SyncGroupRequest): void {
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  const record = group.toRecord(context.clock.nowMs(), ({ memberId }) => assignments.get(memberId) ?? NO_BYTES);
  context.journal.commit([record]);
  const { generation, leader } = group;
  context.logger.info({ group: group.groupId, generation, leader }, 'group is stable');
  for (const member of group.members.values()) {
    // Expiries were ignored while the member waited.
    if (member.completeSync(assignmentOf(group, member))) {
      renewSession(context, group, member, member.sessionTimeoutMs);
    }
  }
}

/** The last one to sync ends the timer that would evict the others. */
function synced(group: Group, member: Member): void {
  const { state } = group;
  if (state.name !== 'CompletingRebalance' && state.name !== 'Stable') return;
  state.pendingSync.delete(member.memberId);
  if (state.pendingSync.size === 0) state.timer?.cancel();
}

function assignmentOf(group: Group, member: Member): SyncGroupResult {
  return {
    error: undefined,
    protocolType: group.protocolType,
    protocol: group.protocol,
    assignment: member.assignment,
  };
}

function assignmentBytesOf(request: SyncGroupRequest): number {
  return request.assignments.reduce((bytes, { assignment }) => bytes + assignment.length, 0);
}
