/** Members with a group.instance.id (KIP-345, KIP-814). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JoinGroupRequest, JoinGroupResult } from '../../../src/coordinator/group/requests.ts';
import { answered, GROUP, Harness, protocols, REBALANCE_MS, SESSION_MS, settle } from './harness.ts';

async function staticGroup(h: Harness, ...instances: string[]): Promise<JoinGroupResult[]> {
  const joins = instances.map((groupInstanceId) => h.parked(h.join({ groupInstanceId })));
  await h.elapse(0);
  return h.syncAll(joins);
}

async function stableAB(overrides: Partial<JoinGroupRequest> = {}) {
  const h = new Harness();
  const joins = ['a', 'b'].map((groupInstanceId) => h.parked(h.join({ groupInstanceId, ...overrides })));
  await h.elapse(0);
  const [a, b] = await h.syncAll(joins);
  assert.ok(a !== undefined && b !== undefined);
  return { h, a, b };
}

test('a static member joins in one step, under an id that names its instance', async () => {
  const h = new Harness();
  const [a] = await staticGroup(h, 'a');
  assert.match(a?.memberId ?? '', /^a-[0-9a-f-]{36}$/);
  assert.equal(a?.members[0]?.groupInstanceId, 'a');
});

test('a restarted follower gets the present generation without a rebalance, and its assignment', async () => {
  const { h, a, b } = await stableAB();
  const back = h.joinNow({ groupInstanceId: 'b' });
  assert.notEqual(back.memberId, b.memberId);
  assert.deepEqual([back.generation, back.leader, back.members, back.skipAssignment], [1, a.memberId, [], false]);
  assert.equal(h.state, 'Stable');
  assert.equal(h.heartbeat(a), undefined);
  const synced = h.parked(h.sync(back, { groupInstanceId: 'b' }));
  assert.equal(answered(synced).assignment.toString(), `for ${b.memberId}`);
});

test('a restarted leader is told to skip the assignment from version 9', async () => {
  const { h } = await stableAB();
  const back = h.joinNow({ groupInstanceId: 'a' });
  assert.deepEqual([back.leader, back.skipAssignment, back.members.length], [back.memberId, true, 2]);
  assert.ok(back.members.some(({ memberId }) => memberId === back.memberId));
});

test('a restarted leader of an older version does not learn that it leads', async () => {
  const { h, a } = await stableAB();
  const back = h.joinNow({ groupInstanceId: 'a', supportsSkippingAssignment: false });
  assert.deepEqual([back.leader, back.skipAssignment, back.members], [a.memberId, false, []]);
  void h.join({ memberId: back.memberId, groupInstanceId: 'a' });
  assert.equal(h.state, 'PreparingRebalance', 'but the group knows that it leads');
});

test('whoever uses the replaced member id is fenced', async () => {
  const { h, b } = await stableAB();
  h.joinNow({ groupInstanceId: 'b' });
  const old = { groupId: GROUP, memberId: b.memberId, groupInstanceId: 'b', generation: 1 };
  assert.equal(h.coordinator.heartbeat(old), 'member_fenced');
  assert.equal(answered(h.parked(h.sync(b, { groupInstanceId: 'b' }))).error, 'member_fenced');
  assert.equal(h.joinNow({ memberId: b.memberId, groupInstanceId: 'b' }).error, 'member_fenced');
  const commit = { ...old, retentionTimeMs: -1, tellsGroupNotFound: true, topics: [] };
  assert.equal(h.coordinator.offsetCommit(commit).error, 'member_fenced');
  const leave = h.coordinator.leaveGroup({ groupId: GROUP, members: [{ ...old, reason: null }] });
  assert.equal(leave.members[0]?.error, 'member_fenced');
  assert.equal(h.coordinator.heartbeat({ ...old, groupInstanceId: 'c' }), 'member_id_unknown');
  assert.equal(h.coordinator.heartbeat({ ...old, groupInstanceId: null }), 'member_id_unknown');
});

test('a parked request of the replaced member is fenced at once', async () => {
  const { h, b } = await stableAB();
  const parked = h.parked(h.join({ memberId: b.memberId, groupInstanceId: 'b', protocols: protocols('range', 'x') }));
  const back = h.parked(h.join({ groupInstanceId: 'b' }));
  await settle();
  assert.equal(answered(parked).error, 'member_fenced');
  assert.equal(back.value, undefined, 'the newcomer takes its place in the rebalance');
});

test('a static member that comes back with a change of the vote starts a rebalance', async () => {
  const { h } = await stableAB({ protocols: protocols('range', 'roundrobin') });
  void h.join({ groupInstanceId: 'b', protocols: protocols('roundrobin') });
  assert.equal(h.state, 'PreparingRebalance');
});

test('a static member that comes back in the sync phase starts over with a rebalance', async () => {
  const h = new Harness();
  const joins = ['a', 'b'].map((groupInstanceId) => h.parked(h.join({ groupInstanceId })));
  await h.elapse(0);
  const [a, b] = joins.map(answered);
  assert.ok(a !== undefined && b !== undefined);
  const waiting = h.parked(h.sync(b, { groupInstanceId: 'b' }));
  void h.join({ groupInstanceId: 'a' });
  await settle();
  assert.equal(answered(waiting).error, 'rebalance_in_progress');
  assert.equal(h.state, 'PreparingRebalance');
});

test('a static member may miss a rebalance, but not the SyncGroup of the next generation', async () => {
  const h = new Harness();
  const long = { sessionTimeoutMs: 600_000 };
  const joins = ['a', 'b'].map((groupInstanceId) => h.parked(h.join({ groupInstanceId, ...long })));
  await h.elapse(0);
  const [a, b] = await h.syncAll(joins);
  assert.ok(a !== undefined && b !== undefined);
  const rejoin = h.parked(h.join({ ...long, memberId: a.memberId, groupInstanceId: 'a' }));
  await h.elapse(REBALANCE_MS);
  assert.equal(answered(rejoin).members.length, 2, 'the missing member still counts');
  void h.sync(answered(rejoin), { groupInstanceId: 'a' });
  await h.elapse(REBALANCE_MS);
  assert.equal(h.heartbeat(b, 2), 'member_id_unknown');
});

test('a static leader that misses a rebalance stays a member but loses the lead', async () => {
  const { h, a, b } = await stableAB({ sessionTimeoutMs: 600_000 });
  const rejoin = h.parked(h.join({ memberId: b.memberId, groupInstanceId: 'b', protocols: protocols('range', 'x') }));
  await h.elapse(REBALANCE_MS);
  const joined = answered(rejoin);
  assert.deepEqual([joined.leader, joined.members.length], [b.memberId, 2]);
  assert.equal(h.heartbeat(a, 2), undefined);
});

test('a static member does not leave with its connection: only its session or an administrator removes it', async () => {
  const { h, a, b } = await stableAB();
  const removed = h.coordinator.leaveGroup({
    groupId: GROUP,
    members: [{ memberId: '', groupInstanceId: 'b', reason: 'the operator said so' }],
  });
  assert.deepEqual(removed.members, [{ memberId: '', groupInstanceId: 'b', error: undefined }]);
  assert.equal(h.heartbeat(b), 'member_id_unknown');
  assert.equal(h.heartbeat(a), 'rebalance_in_progress');
  await h.elapse(SESSION_MS);
  assert.equal(h.state, 'Empty');
});

test('a static member that comes back after a restart of the node needs no rebalance', async () => {
  const { h } = await stableAB();
  const later = h.restarted();
  const back = later.joinNow({ groupInstanceId: 'b' });
  assert.equal(back.generation, 1);
  assert.equal(later.state, 'Stable');
  const again = later.restarted();
  assert.equal(again.heartbeat(back), undefined, 'and its new id survives the next restart');
});

test('a handed out member id cannot be used by a static member', () => {
  const h = new Harness();
  const { memberId } = h.joinNow();
  assert.equal(h.joinNow({ memberId, groupInstanceId: 'a' }).error, 'invalid_request');
});
