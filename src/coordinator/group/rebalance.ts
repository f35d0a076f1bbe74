/**
 * The course of a rebalance: the join phase, its timers, the hand-over to the sync phase, and the removal of members
 * that miss either phase or their session.
 *
 * A rebalance that starts in an empty group waits for its delay, whoever has joined. Every other one ends as soon as
 * all known members have rejoined, and at the latest after the largest rebalance timeout among them: then dynamic
 * members that did not rejoin are removed, static ones stay. With nobody rejoined the join phase starts over.
 */
import { assert } from '../../base/assert.ts';
import type { GroupContext } from './context.ts';
import { Deadline } from './deadline.ts';
import type { Group } from './group.ts';
import { type Member, NO_BYTES } from './member.ts';
import { refusedSync } from './results.ts';

export function prepareRebalanceOrCompleteJoin(context: GroupContext, group: Group, reason: string): void {
  if (group.state.name === 'PreparingRebalance') completeJoinIfReady(context, group);
  else prepareRebalance(context, group, reason);
}

export function prepareRebalance(context: GroupContext, group: Group, reason: string): void {
  const before = group.state.name;
  if (before === 'CompletingRebalance') cancelSync(context, group);
  const initial = before === 'Empty';
  group.become({ name: 'PreparingRebalance', initial, memberAdded: false, timer: undefined });
  context.logger.info({ group: group.groupId, generation: group.generation, reason }, 'group prepares a rebalance');
  if (initial) {
    const delayMs = context.settings.initialRebalanceDelayMs;
    armInitialDelay(context, group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0));
  } else if (group.everybodyJoined) {
    completeJoin(context, group);
  } else {
    armJoinTimeout(context, group);
  }
}

/** Ends the join phase if nobody is missing. A first rebalance goes by its delay only. */
export function completeJoinIfReady(context: GroupContext, group: Group): void {
  const { state } = group;
  if (state.name === 'PreparingRebalance' && !state.initial && group.everybodyJoined) completeJoin(context, group);
}

/** Starts the session of a member anew; also its first one, and after recovery. */
export function renewSession(context: GroupContext, group: Group, member: Member, timeoutMs: number): void {
  member.session ??= new Deadline(context.clock, () => expireSession(context, group, member));
  member.session.set(timeoutMs);
}

/** Keeps a member id that was handed out until its client comes back with it. */
export function awaitPendingJoin(context: GroupContext, group: Group, memberId: string, timeoutMs: number): void {
  const deadline = new Deadline(context.clock, () => {
    group.dropPendingJoin(memberId);
    afterRemoval(context, group, 'a pending member did not join');
    context.store.forgetIfUnused(group);
  });
  deadline.set(timeoutMs);
  group.pendingJoins.set(memberId, deadline);
}

function expireSession(context: GroupContext, group: Group, member: Member): void {
  // The answer to the parked request starts a new session.
  if (member.isExcusedFromHeartbeats) return;
  context.logger.info({ group: group.groupId, member: member.memberId }, 'session of a group member expired');
  group.remove(member.memberId);
  if (group.state.name !== 'PreparingRebalance') {
    prepareRebalance(context, group, `session of ${member.memberId} expired`);
  } else {
    afterRemoval(context, group, 'session expired');
  }
}

/** Unlike a leave, an expiry also ends a first rebalance when nobody is missing any more. */
function afterRemoval(context: GroupContext, group: Group, reason: string): void {
  if (group.state.name !== 'PreparingRebalance' || !group.everybodyJoined) return;
  context.logger.debug({ group: group.groupId, reason }, 'join phase ends');
  completeJoin(context, group);
}

function armInitialDelay(context: GroupContext, group: Group, delayMs: number, remainingMs: number): void {
  const { state } = group;
  assert(state.name === 'PreparingRebalance', 'only a rebalance has a delay');
  state.timer = context.clock.setTimer(delayMs, () => {
    if (!state.memberAdded || remainingMs === 0) {
      completeJoin(context, group);
      return;
    }
    state.memberAdded = false;
    const nextDelayMs = Math.min(context.settings.initialRebalanceDelayMs, remainingMs);
    armInitialDelay(context, group, nextDelayMs, Math.max(remainingMs - delayMs, 0));
  });
}

function armJoinTimeout(context: GroupContext, group: Group): void {
  const { state } = group;
  assert(state.name === 'PreparingRebalance', 'only a join phase can time out');
  state.timer = context.clock.setTimer(group.rebalanceTimeoutMs, () => completeJoin(context, group));
}

function completeJoin(context: GroupContext, group: Group): void {
  const { state } = group;
  assert(state.name === 'PreparingRebalance', 'only a join phase can complete');
  for (const member of [...group.members.values()]) {
    if (member.answerJoin === undefined && !member.isStatic) group.remove(member.memberId);
  }
  if (group.members.size === 0) {
    becomeEmpty(context, group);
  } else if (group.electJoinedLeader()) {
    startSyncPhase(context, group);
  } else {
    context.logger.warn({ group: group.groupId }, 'no member rejoined the group: its join phase starts over');
    armJoinTimeout(context, group);
  }
}

function becomeEmpty(context: GroupContext, group: Group): void {
  group.generation++;
  group.protocol = null;
  context.logger.info({ group: group.groupId, generation: group.generation }, 'group is empty');
  context.journal.commit([group.toRecord(context.clock.nowMs(), () => NO_BYTES)]);
}

function startSyncPhase(context: GroupContext, group: Group): void {
  group.startGeneration();
  const timer = context.clock.setTimer(group.rebalanceTimeoutMs, () => evictUnsynced(context, group));
  group.become({ name: 'CompletingRebalance', pendingSync: new Set(group.members.keys()), timer });
  const { generation, protocol, protocolType, leader } = group;
  context.logger.info({ group: group.groupId, generation, members: group.members.size }, 'group joined');
  for (const member of group.members.values()) {
    group.answerJoin(member, {
      error: undefined,
      memberId: member.memberId,
      generation,
      protocolType,
      protocol,
      leader: leader ?? '',
      skipAssignment: false,
      members: member.memberId === leader ? group.joinedMembers() : [],
    });
    member.isNew = false;
    renewSession(context, group, member, member.sessionTimeoutMs);
  }
}

/** Whoever waits for an assignment of this generation is sent back to join. */
function cancelSync(context: GroupContext, group: Group): void {
  for (const member of group.members.values()) {
    member.assignment = NO_BYTES;
    if (member.completeSync(refusedSync('rebalance_in_progress'))) {
      renewSession(context, group, member, member.sessionTimeoutMs);
    }
  }
}

function evictUnsynced(context: GroupContext, group: Group): void {
  const { state } = group;
  assert(state.name === 'CompletingRebalance' || state.name === 'Stable', 'the sync timer ends with its generation');
  const evicted = [...state.pendingSync];
  if (evicted.length === 0) return;
  for (const memberId of evicted) group.remove(memberId);
  prepareRebalance(context, group, `${evicted.length} members did not send SyncGroup in time`);
}
