/** SyncGroup and Heartbeat: who is refused, and what a stable group answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, first, GROUP, Harness, SESSION_MS, settle } from './harness.ts';

test('followers wait for the leader, in whichever order they come', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, early, late] = joins.map(answered);
  assert.ok(leader !== undefined && early !== undefined && late !== undefined);
  const waiting = h.parked(h.sync(early));
  await settle();
  assert.equal(waiting.value, undefined);
  assert.equal(h.state, 'CompletingRebalance');
  void h.sync(leader);
  await settle();
  assert.deepEqual(answered(waiting), {
    error: undefined,
    protocolType: 'consumer',
    protocol: 'range',
    assignment: Buffer.from(`for ${early.memberId}`),
  });
  assert.equal(answered(h.parked(h.sync(late))).assignment.toString(), `for ${late.memberId}`);
});

test('a member that the leader forgot gets an empty assignment', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, follower] = joins.map(answered);
  assert.ok(leader !== undefined && follower !== undefined);
  void h.sync(leader, { assignments: [{ memberId: 'ghost', assignment: Buffer.from('x') }] });
  const synced = answered(h.parked(h.sync(follower)));
  assert.deepEqual([synced.error, synced.assignment.length], [undefined, 0]);
});

test('SyncGroup is refused to strangers, old generations, other protocols, and during the join phase', async () => {
  const h = new Harness();
  const [leader] = await h.stableGroup(2);
  assert.ok(leader !== undefined);
  const error = (overrides: Parameters<Harness['sync']>[1]) => answered(h.parked(h.sync(leader, overrides))).error;
  assert.equal(error({ groupId: '' }), 'group_id_invalid');
  assert.equal(error({ groupId: 'nowhere' }), 'member_id_unknown');
  assert.equal(error({ memberId: 'ghost' }), 'member_id_unknown');
  assert.equal(error({ generation: 0 }), 'generation_illegal');
  assert.equal(error({ generation: 2 }), 'generation_illegal');
  assert.equal(error({ protocolType: 'connect' }), 'group_protocol_inconsistent');
  assert.equal(error({ protocol: 'sticky' }), 'group_protocol_inconsistent');
  assert.equal(error({ protocolType: null, protocol: null }), undefined, 'versions before 5 say neither');
  h.joinTwice();
  assert.equal(error({}), 'rebalance_in_progress');
});

test('a retried SyncGroup replaces the parked one', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, follower] = joins.map(answered);
  assert.ok(leader !== undefined && follower !== undefined);
  const lost = h.parked(h.sync(follower));
  const retried = h.parked(h.sync(follower));
  void h.sync(leader);
  await settle();
  assert.equal(answered(lost).error, 'rebalance_in_progress');
  assert.equal(answered(retried).error, undefined);
});

test('an assignment that is too large is refused, and the group waits for another', async () => {
  const h = new Harness({ groupMetadataBytesMax: 200 });
  const join = h.joinTwice();
  await h.elapse(0);
  const member = answered(join);
  const large = [{ memberId: member.memberId, assignment: Buffer.alloc(201) }];
  assert.equal(answered(h.parked(h.sync(member, { assignments: large }))).error, 'limit_exceeded');
  assert.equal(h.state, 'CompletingRebalance');
  void h.sync(member);
  assert.equal(h.state, 'Stable');
});

test('a stable group costs one record, a heartbeat none', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(3));
  assert.deepEqual(h.commits, [1]);
  h.heartbeat(member);
  assert.deepEqual(h.commits, [1]);
});

test('heartbeats are checked and keep the session', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(1));
  for (let i = 0; i < 5; i++) {
    await h.elapse(SESSION_MS - 1);
    assert.equal(h.heartbeat(member), undefined);
  }
  assert.equal(h.heartbeat(member, 0), 'generation_illegal');
  assert.equal(h.heartbeat({ ...member, memberId: 'ghost' }), 'member_id_unknown');
  const to = (groupId: string) => h.coordinator.heartbeat({ ...member, groupId, groupInstanceId: null });
  assert.equal(to('nowhere'), 'member_id_unknown');
  assert.equal(to(''), 'group_id_invalid');
});

test('heartbeats are fine in the sync phase', async () => {
  const h = new Harness();
  const join = h.joinTwice();
  await h.elapse(0);
  assert.equal(h.state, 'CompletingRebalance');
  assert.equal(h.heartbeat(answered(join)), undefined);
});

test('refused heartbeats do not keep the session', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(1));
  await h.elapse(SESSION_MS - 1);
  h.heartbeat(member, 7);
  await h.elapse(1);
  assert.equal(h.coordinator.describeGroup(GROUP).state, 'Empty');
});
