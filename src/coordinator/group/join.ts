/**
 * JoinGroup: who may come in, under which member id, and whether that takes a rebalance.
 *
 * A dynamic member comes in two steps (from v4): it is told its id, and joins with it. A static member that comes
 * without an id replaces the member of its instance; in a stable group whose protocol stays the same that needs no
 * rebalance (KIP-345). A known member that joins a stable group starts a rebalance if it leads or if what it offers
 * changed; otherwise it is told the present generation again.
 */
import { assert } from '../../base/assert.ts';
import type { ErrorKind } from '../../base/errors.ts';
import { uuidV4 } from '../../base/random.ts';
import { type GroupContext, ID_LENGTH_MAX, isMembershipGroupId } from './context.ts';
import type { Group } from './group.ts';
import { Member, NO_BYTES } from './member.ts';
import { bytesOf } from './protocol-tally.ts';
import {
  awaitPendingJoin,
  completeJoinIfReady,
  prepareRebalance,
  prepareRebalanceOrCompleteJoin,
  renewSession,
} from './rebalance.ts';
import type { JoinGroupRequest, JoinGroupResult } from './requests.ts';
import { refusedJoin } from './results.ts';

type JoinOutcome = JoinGroupResult | Promise<JoinGroupResult>;

export function joinGroup(context: GroupContext, request: JoinGroupRequest): JoinOutcome {
  const { groupId, memberId } = request;
  const refusal = refusalOf(context, request);
  if (refusal !== undefined) return refusedJoin(refusal, memberId);
  let group = context.store.get(groupId);
  if (group === undefined) {
    if (memberId !== '') return refusedJoin('member_id_unknown', memberId);
    if (context.store.size >= context.settings.groupsMax) return refusedJoin('limit_exceeded', memberId);
    group = context.store.create(groupId);
  }
  const outcome = joinKnownGroup(context, group, request);
  context.store.forgetIfUnused(group);
  return outcome;
}

function refusalOf({ settings }: GroupContext, request: JoinGroupRequest): ErrorKind | undefined {
  const { groupId, groupInstanceId, protocols, sessionTimeoutMs } = request;
  if (!isMembershipGroupId(groupId)) return 'group_id_invalid';
  if (sessionTimeoutMs < settings.sessionTimeoutMsMin || sessionTimeoutMs > settings.sessionTimeoutMsMax) {
    return 'session_timeout_invalid';
  }
  if (groupInstanceId !== null && groupInstanceId.length > ID_LENGTH_MAX) return 'invalid_request';
  // Names count once in the vote.
  if (new Set(protocols.map(({ name }) => name)).size !== protocols.length) return 'invalid_request';
  return bytesOf(protocols) > settings.memberMetadataBytesMax ? 'invalid_request' : undefined;
}

function joinKnownGroup(context: GroupContext, group: Group, request: JoinGroupRequest): JoinOutcome {
  const { memberId } = request;
  if (!hasRoomFor(context, group, memberId)) {
    // Only somebody the group can do without: a member of a join phase that has not rejoined, or a handed out id.
    group.remove(memberId);
    completeJoinIfReady(context, group);
    return refusedJoin('group_full', '');
  }
  if (growsTooLarge(context, group, request)) return refusedJoin('group_full', memberId);
  if (!group.supports(request.protocolType, request.protocols)) {
    return refusedJoin('group_protocol_inconsistent', memberId);
  }
  if (memberId === '') return joinWithoutId(context, group, request);
  if (group.pendingJoins.has(memberId)) {
    // An id is handed out to dynamic members only.
    if (request.groupInstanceId !== null) return refusedJoin('invalid_request', memberId);
    return addMember(context, group, request, memberId);
  }
  const refusal = group.checkMember(memberId, request.groupInstanceId);
  const member = group.members.get(memberId);
  if (refusal !== undefined || member === undefined) return refusedJoin(refusal ?? 'member_id_unknown', memberId);
  return rejoin(context, group, request, member);
}

/**
 * In a join phase the awaiting members count and not the known ones: a group that is too large (its maximum was
 * lowered) loses those who come last.
 */
function hasRoomFor({ settings }: GroupContext, group: Group, memberId: string): boolean {
  const known = group.members.get(memberId);
  switch (group.state.name) {
    case 'PreparingRebalance':
      return known?.answerJoin !== undefined || group.awaitingJoinCount < settings.groupSizeMax;
    case 'CompletingRebalance':
    case 'Stable':
      return known !== undefined || group.members.size < settings.groupSizeMax;
    default:
      return true;
  }
}

function growsTooLarge({ settings }: GroupContext, group: Group, request: JoinGroupRequest): boolean {
  const knownBytes = bytesOf(group.members.get(request.memberId)?.protocols ?? []);
  const growthBytes = bytesOf(request.protocols) - knownBytes;
  return growthBytes > 0 && group.metadataBytes + growthBytes > settings.groupMetadataBytesMax;
}

function joinWithoutId(context: GroupContext, group: Group, request: JoinGroupRequest): JoinOutcome {
  const { clientId, groupInstanceId } = request;
  const memberId = `${groupInstanceId ?? clientId}-${uuidV4(context.random)}`;
  if (groupInstanceId !== null) {
    const bound = group.memberIdOfInstance(groupInstanceId);
    if (bound !== undefined) return replaceStatic(context, group, request, bound, memberId);
  } else if (request.requireKnownMemberId) {
    if (group.pendingJoins.size >= context.settings.pendingMembersMax) return refusedJoin('group_full', '');
    awaitPendingJoin(context, group, memberId, request.sessionTimeoutMs);
    return refusedJoin('member_id_required', memberId);
  }
  return addMember(context, group, request, memberId);
}

function addMember(context: GroupContext, group: Group, request: JoinGroupRequest, memberId: string): JoinOutcome {
  const member = new Member({
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    rebalanceTimeoutMs: rebalanceTimeoutOf(request),
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: request.protocols,
    assignment: NO_BYTES,
  });
  member.isNew = true;
  const { state } = group;
  if (state.name === 'PreparingRebalance' && state.initial) state.memberAdded = true;
  group.add(member, request.protocolType);
  return parked(group, member, () => {
    renewSession(context, group, member, context.settings.newMemberJoinTimeoutMs);
    prepareRebalanceOrCompleteJoin(context, group, `${memberId} joins; ${reasonOf(request)}`);
  });
}

function rejoin(context: GroupContext, group: Group, request: JoinGroupRequest, member: Member): JoinOutcome {
  const { memberId } = member;
  const { name } = group.state;
  const isLeader = group.leader === memberId;
  if (name === 'Empty' || name === 'Dead') return refusedJoin('member_id_unknown', memberId);
  // A leader asks for a new assignment by joining again: something changed that members' metadata doesn't show.
  const needsRebalance =
    name === 'PreparingRebalance' || !member.offers(request.protocols) || (name === 'Stable' && isLeader);
  if (!needsRebalance) return presentGeneration(group, memberId, group.leader ?? '', isLeader, false);
  group.update(member, request.protocols, rebalanceTimeoutOf(request), request.sessionTimeoutMs);
  return parked(group, member, () => {
    prepareRebalanceOrCompleteJoin(context, group, `${memberId} joins again; ${reasonOf(request)}`);
  });
}

function replaceStatic(
  context: GroupContext,
  group: Group,
  request: JoinGroupRequest,
  oldMemberId: string,
  newMemberId: string,
): JoinOutcome {
  const leaderBefore = group.leader ?? '';
  const member = group.replaceStatic(oldMemberId, newMemberId);
  group.update(member, request.protocols, rebalanceTimeoutOf(request), request.sessionTimeoutMs);
  renewSession(context, group, member, member.sessionTimeoutMs);
  if (group.state.name === 'Stable' && group.protocol === group.vote()) {
    context.journal.commit([group.toRecord(context.clock.nowMs(), ({ assignment }) => assignment)]);
    if (!request.supportsSkippingAssignment) {
      // An old client that saw itself lead would send an assignment for a rebalance that doesn't happen.
      return presentGeneration(group, newMemberId, leaderBefore, false, false);
    }
    const isLeader = group.leader === newMemberId;
    return presentGeneration(group, newMemberId, group.leader ?? '', isLeader, isLeader);
  }
  const reason = `${request.groupInstanceId} comes back as ${newMemberId}; ${reasonOf(request)}`;
  return parked(group, member, () => {
    // The leader may have assigned to the old id already, so the sync phase can't go on.
    if (group.state.name === 'PreparingRebalance') completeJoinIfReady(context, group);
    else prepareRebalance(context, group, reason);
  });
}

function parked(group: Group, member: Member, then: () => void): Promise<JoinGroupResult> {
  return new Promise((resolve) => {
    group.parkJoin(member, resolve);
    then();
  });
}

function presentGeneration(
  group: Group,
  memberId: string,
  leader: string,
  withMembers: boolean,
  skipAssignment: boolean,
): JoinGroupResult {
  assert(group.state.name === 'CompletingRebalance' || group.state.name === 'Stable', 'a generation exists');
  return {
    error: undefined,
    memberId,
    generation: group.generation,
    protocolType: group.protocolType,
    protocol: group.protocol,
    leader,
    skipAssignment,
    members: withMembers ? group.joinedMembers() : [],
  };
}

function rebalanceTimeoutOf(request: JoinGroupRequest): number {
  return request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs;
}

function reasonOf(request: JoinGroupRequest): string {
  return `client reason: ${request.reason ?? 'none'}`;
}
