/** Who may join, in how many steps, and what the group agrees on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, first, GROUP, Harness, protocols, SESSION_MS } from './harness.ts';

test('a dynamic member is told its id first and joins with it', async () => {
  const h = new Harness();
  const told = h.joinNow({ clientId: 'app' });
  assert.equal(told.error, 'member_id_required');
  assert.match(told.memberId, /^app-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const joined = h.parked(h.join({ memberId: told.memberId }));
  assert.equal(h.state, 'PreparingRebalance');
  await h.elapse(0);
  const { members, ...rest } = answered(joined);
  assert.deepEqual(rest, {
    error: undefined,
    memberId: told.memberId,
    generation: 1,
    protocolType: 'consumer',
    protocol: 'range',
    leader: told.memberId,
    skipAssignment: false,
  });
  assert.deepEqual(
    members.map(({ memberId }) => memberId),
    [told.memberId],
  );
});

test('before version 4 a member joins in one step', async () => {
  const h = new Harness();
  const join = h.parked(h.join({ requireKnownMemberId: false, rebalanceTimeoutMs: -1 }));
  await h.elapse(0);
  assert.equal(answered(join).generation, 1);
});

test('an unknown member id is refused, with or without its group', async () => {
  const h = new Harness();
  assert.deepEqual([h.joinNow({ memberId: 'ghost' }).error, h.coordinator.listGroups()], ['member_id_unknown', []]);
  await h.stableGroup(1);
  assert.equal(h.joinNow({ memberId: 'ghost' }).error, 'member_id_unknown');
});

test('the session timeout has a range and the group a name', () => {
  const h = new Harness();
  assert.equal(h.joinNow({ sessionTimeoutMs: 5_999 }).error, 'session_timeout_invalid');
  assert.equal(h.joinNow({ sessionTimeoutMs: 1_800_001 }).error, 'session_timeout_invalid');
  assert.equal(h.joinNow({ sessionTimeoutMs: 6_000 }).error, 'member_id_required');
  assert.equal(h.joinNow({ groupId: '' }).error, 'group_id_invalid');
});

test('a group of one protocol type refuses another, and protocols that not all know', async () => {
  const h = new Harness();
  await h.stableGroup(2, { protocols: protocols('range', 'roundrobin') });
  assert.equal(h.joinNow({ protocolType: 'connect' }).error, 'group_protocol_inconsistent');
  assert.equal(h.joinNow({ protocols: protocols('sticky') }).error, 'group_protocol_inconsistent');
  assert.equal(h.joinNow({ protocols: protocols('sticky', 'roundrobin') }).error, 'member_id_required');
  assert.equal(h.joinNow({ groupId: 'new', protocols: [] }).error, 'group_protocol_inconsistent');
  assert.equal(h.joinNow({ groupId: 'new', protocolType: '' }).error, 'group_protocol_inconsistent');
  assert.equal(h.coordinator.describeGroup('new').error, 'group_not_found', 'a refused join leaves no group behind');
});

test('the protocol that most members prefer wins, among those that all know', async () => {
  const h = new Harness();
  const joins = [
    h.joinTwice({ protocols: protocols('a', 'b', 'c') }),
    h.joinTwice({ protocols: protocols('b', 'a') }),
    h.joinTwice({ protocols: protocols('c', 'b', 'a') }),
  ];
  await h.elapse(0);
  // c is not known to all, so the third votes for b.
  for (const join of joins) assert.equal(answered(join).protocol, 'b');
});

test('the first rebalance waits for its delay, which every new member extends up to the rebalance timeout', async () => {
  const h = new Harness({ initialRebalanceDelayMs: 3_000 });
  const slow = { rebalanceTimeoutMs: 7_000 };
  const one = h.joinTwice(slow);
  await h.elapse(2_000);
  const two = h.joinTwice(slow);
  await h.elapse(2_000);
  assert.equal(one.value, undefined, 'the second member extended the delay to 6 s');
  const three = h.joinTwice(slow);
  await h.elapse(2_000);
  const four = h.joinTwice(slow);
  assert.equal(one.value, undefined, 'the third extended it to the rebalance timeout of 7 s');
  await h.elapse(1_000);
  for (const join of [one, two, three, four]) assert.equal(answered(join).generation, 1);
});

test('the maximum size counts members; known ones may rejoin', async () => {
  const h = new Harness({ groupSizeMax: 2 });
  const [leader, follower] = await h.stableGroup(2);
  assert.equal(h.joinNow().error, 'group_full');
  assert.ok(leader !== undefined && follower !== undefined);
  assert.equal(h.joinNow({ memberId: follower.memberId }).error, undefined);
  const rejoin = h.parked(h.join({ memberId: leader.memberId }));
  assert.equal(h.heartbeat(follower), 'rebalance_in_progress');
  assert.equal(rejoin.value, undefined);
});

test('of a group that is larger than a lowered maximum those who rejoin last are turned away', async () => {
  const h = new Harness({ groupSizeMax: 3 });
  const members = await h.stableGroup(3);
  const smaller = h.restarted(h.journal, { groupSizeMax: 2 });
  assert.equal(smaller.state, 'PreparingRebalance');
  const rejoins = members.map(({ memberId }) => smaller.parked(smaller.join({ memberId })));
  await smaller.elapse(0);
  assert.deepEqual(
    rejoins.map(({ value }) => value?.error ?? value?.generation),
    [2, 2, 'group_full'],
  );
});

test('handed out member ids are bounded, and kept for one session timeout', async () => {
  const h = new Harness({ pendingMembersMax: 2 });
  const { memberId } = h.joinNow();
  h.joinNow();
  assert.equal(h.joinNow().error, 'group_full');
  await h.elapse(SESSION_MS);
  assert.equal(h.coordinator.describeGroup(GROUP).error, 'group_not_found', 'nothing is left of the group');
  assert.equal(h.joinNow({ memberId }).error, 'member_id_unknown');
  assert.equal(h.joinNow().error, 'member_id_required');
});

test('a rebalance waits for handed out member ids until they expire', async () => {
  const h = new Harness();
  const [leader] = await h.stableGroup(1);
  assert.ok(leader !== undefined);
  h.joinNow();
  const rejoin = h.parked(h.join({ memberId: leader.memberId }));
  await h.elapse(SESSION_MS - 1);
  assert.equal(rejoin.value, undefined);
  await h.elapse(1);
  assert.equal(answered(rejoin).generation, 2);
});

test('groups, metadata of a member and metadata of a group are bounded', async () => {
  const h = new Harness({ groupsMax: 1, memberMetadataBytesMax: 100, groupMetadataBytesMax: 150 });
  const big = (bytes: number) => [{ name: 'range', metadata: Buffer.alloc(bytes) }];
  assert.equal(h.joinNow({ protocols: big(96) }).error, 'invalid_request');
  const one = h.joinTwice({ protocols: big(95) });
  assert.equal(h.joinNow({ groupId: 'other' }).error, 'limit_exceeded');
  assert.equal(h.joinNow({ protocols: big(46) }).error, 'group_full');
  assert.equal(h.joinNow({ protocols: big(45) }).error, 'member_id_required');
  await h.elapse(0);
  assert.equal(answered(one).error, undefined);
});

test('a member whose metadata outgrows the group is refused and stays as it is', async () => {
  const h = new Harness({ groupMetadataBytesMax: 150 });
  const member = first(await h.stableGroup(1));
  const grown = [{ name: 'range', metadata: Buffer.alloc(146) }];
  assert.equal(h.joinNow({ memberId: member.memberId, protocols: grown }).error, 'group_full');
  assert.equal(h.heartbeat(member), undefined);
});

test('a retried JoinGroup replaces the parked one, which is told to try again', async () => {
  const h = new Harness();
  const { memberId } = h.joinNow();
  const lost = h.parked(h.join({ memberId }));
  const retried = h.parked(h.join({ memberId }));
  await h.elapse(0);
  assert.equal(answered(lost).error, 'rebalance_in_progress');
  assert.equal(answered(retried).generation, 1);
});

test('a new member whose first rebalance never ends is dropped after its own timeout', async () => {
  const h = new Harness({ newMemberJoinTimeoutMs: 30_000 });
  const [leader] = await h.stableGroup(1);
  assert.ok(leader !== undefined);
  const joining = h.joinTwice();
  for (let elapsed = 0; elapsed < 30_000; elapsed += 5_000) {
    assert.equal(h.heartbeat(leader), 'rebalance_in_progress');
    await h.elapse(5_000);
  }
  assert.deepEqual([answered(joining).error, answered(joining).memberId], ['member_id_unknown', '']);
});
