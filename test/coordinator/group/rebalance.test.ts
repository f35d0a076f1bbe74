/** Rebalances of dynamic members: joins, leaves, crashes, and the timeouts of both phases. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, first, GROUP, Harness, protocols, REBALANCE_MS, SESSION_MS, settle } from './harness.ts';

test('eager: a third member makes the others rejoin, and all get the next generation', async () => {
  const h = new Harness();
  const members = await h.stableGroup(2);
  const joining = h.joinTwice();
  for (const member of members) assert.equal(h.heartbeat(member), 'rebalance_in_progress');
  const rejoins = members.map(({ memberId }) => h.parked(h.join({ memberId })));
  await settle();
  const all = await h.syncAll([...rejoins, joining]);
  assert.deepEqual(
    all.map(({ generation, members }) => [generation, members.length]),
    [
      [2, 3],
      [2, 0],
      [2, 0],
    ],
  );
  assert.equal(h.state, 'Stable');
  for (const member of all) assert.equal(h.heartbeat(member), undefined);
});

test('a member that leaves starts a rebalance of the rest', async () => {
  const h = new Harness();
  const [leader, follower] = await h.stableGroup(2);
  assert.ok(leader !== undefined && follower !== undefined);
  assert.deepEqual(h.leave(leader).members, [{ memberId: leader.memberId, groupInstanceId: null, error: undefined }]);
  assert.equal(h.heartbeat(follower), 'rebalance_in_progress');
  const rejoin = h.parked(h.join({ memberId: follower.memberId }));
  await settle();
  const alone = first(await h.syncAll([rejoin]));
  assert.deepEqual([alone.generation, alone.members.length], [2, 1]);
});

test('the last member to leave empties the group under a new generation', async () => {
  const h = new Harness();
  const [only] = await h.stableGroup(1);
  assert.ok(only !== undefined);
  h.leave(only);
  assert.equal(h.state, 'Empty');
  assert.deepEqual(h.journal.at(-1), {
    type: 'group',
    group: GROUP,
    generation: 2,
    protocolType: 'consumer',
    protocol: null,
    leader: null,
    stateTimestampMs: h.clock.nowMs(),
    members: [],
  });
  const [next] = await h.stableGroup(1);
  assert.equal(next?.generation, 3);
});

test('leaving members are answered one by one', async () => {
  const h = new Harness();
  const [leader] = await h.stableGroup(2);
  assert.ok(leader !== undefined);
  const pending = h.joinNow();
  const result = h.coordinator.leaveGroup({
    groupId: GROUP,
    members: [
      { memberId: 'ghost', groupInstanceId: null, reason: null },
      { memberId: '', groupInstanceId: 'no-such-instance', reason: null },
      { memberId: '', groupInstanceId: null, reason: null },
      { memberId: pending.memberId, groupInstanceId: null, reason: null },
      { memberId: leader.memberId, groupInstanceId: null, reason: null },
    ],
  });
  assert.deepEqual(
    result.members.map(({ error }) => error),
    ['member_id_unknown', 'member_id_unknown', 'member_id_unknown', undefined, undefined],
  );
  assert.equal(h.coordinator.describeGroup(GROUP).members.length, 1);
  const unknown = h.coordinator.leaveGroup({
    groupId: 'nowhere',
    members: [{ memberId: 'x', groupInstanceId: null, reason: null }],
  });
  assert.equal(unknown.members[0]?.error, 'member_id_unknown');
});

test('a member that crashed is removed when its session ends, and the others rebalance', async () => {
  const h = new Harness();
  const [leader, follower] = await h.stableGroup(2);
  assert.ok(leader !== undefined && follower !== undefined);
  await h.elapse(SESSION_MS - 1);
  assert.equal(h.heartbeat(follower), undefined);
  await h.elapse(1);
  assert.equal(h.heartbeat(follower), 'rebalance_in_progress');
  assert.equal(h.heartbeat(leader), 'member_id_unknown');
  const rejoin = h.parked(h.join({ memberId: follower.memberId }));
  await settle();
  assert.deepEqual([answered(rejoin).generation, answered(rejoin).leader], [2, follower.memberId]);
});

test('with everybody gone the group becomes empty by itself', async () => {
  const h = new Harness();
  await h.stableGroup(3);
  await h.elapse(SESSION_MS + REBALANCE_MS);
  assert.equal(h.state, 'Empty');
  assert.equal(h.clock.timerCount, 0);
});

test('cooperative: members keep their metadata apart from the owned partitions, which take a second rebalance', async () => {
  const h = new Harness();
  const owns = (partitions: string) => [{ name: 'cooperative-sticky', metadata: Buffer.from(partitions) }];
  const one = first(await h.stableGroup(1, { protocols: owns('') }));
  const two = h.joinTwice({ protocols: owns('') });
  assert.equal(h.heartbeat(one), 'rebalance_in_progress');
  const rejoined = h.parked(h.join({ memberId: one.memberId, protocols: owns('p0 p1') }));
  await settle();
  assert.equal(answered(rejoined).members[0]?.metadata.toString(), 'p0 p1', 'the leader sees what is owned');
  await h.syncAll([rejoined, two]);
  // What was revoked is owned by nobody now: the member that revoked it asks for the second rebalance.
  const revoked = h.parked(h.join({ memberId: one.memberId, protocols: owns('p0') }));
  assert.equal(h.heartbeat(answered(two)), 'rebalance_in_progress');
  const again = h.parked(h.join({ memberId: answered(two).memberId, protocols: owns('') }));
  await settle();
  const generations = (await h.syncAll([revoked, again])).map(({ generation }) => generation);
  assert.deepEqual(generations, [3, 3]);
});

test('the rebalance timeout is the largest among the members, and removes who did not rejoin', async () => {
  const h = new Harness();
  const joins = [h.joinTwice({ rebalanceTimeoutMs: 20_000 }), h.joinTwice({ rebalanceTimeoutMs: 40_000 })];
  await h.elapse(0);
  const [leader, follower] = await h.syncAll(joins);
  assert.ok(leader !== undefined && follower !== undefined);
  const rejoin = h.parked(h.join({ memberId: leader.memberId, rebalanceTimeoutMs: 20_000 }));
  for (let elapsed = 5_000; elapsed < 40_000; elapsed += 5_000) {
    await h.elapse(5_000);
    assert.equal(h.heartbeat(follower), 'rebalance_in_progress');
  }
  assert.equal(rejoin.value, undefined);
  await h.elapse(5_000);
  assert.equal(answered(rejoin).generation, 2);
  assert.equal(answered(rejoin).members.length, 1);
  assert.equal(h.heartbeat(follower), 'member_id_unknown');
});

test('members that miss SyncGroup are evicted when the rebalance timeout has passed', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, lazy] = joins.map(answered);
  assert.ok(leader !== undefined && lazy !== undefined);
  const synced = h.parked(h.sync(leader));
  await settle();
  assert.equal(answered(synced).error, undefined);
  assert.equal(h.state, 'Stable');
  for (let elapsed = 0; elapsed < REBALANCE_MS - 5_000; elapsed += 5_000) {
    await h.elapse(5_000);
    assert.equal(h.heartbeat(leader), undefined);
    assert.equal(h.heartbeat(lazy), undefined, 'heartbeats alone keep the session');
  }
  await h.elapse(5_000);
  assert.equal(h.heartbeat(lazy), 'member_id_unknown');
  assert.equal(h.heartbeat(leader), 'rebalance_in_progress');
});

test('a leader that never assigns is evicted, and followers that wait are sent back to join', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, follower] = joins.map(answered);
  assert.ok(leader !== undefined && follower !== undefined);
  const waiting = h.parked(h.sync(follower));
  for (let elapsed = 0; elapsed < REBALANCE_MS; elapsed += 5_000) {
    assert.equal(h.heartbeat(leader), undefined);
    assert.equal(waiting.value, undefined);
    await h.elapse(5_000);
  }
  assert.equal(answered(waiting).error, 'rebalance_in_progress');
  const rejoin = h.parked(h.join({ memberId: follower.memberId }));
  await settle();
  assert.deepEqual([answered(rejoin).leader, answered(rejoin).generation], [follower.memberId, 2]);
});

test('a leader that crashes before it assigned is replaced as soon as its session ends', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, follower] = joins.map(answered);
  assert.ok(leader !== undefined && follower !== undefined);
  const waiting = h.parked(h.sync(follower));
  await h.elapse(SESSION_MS);
  assert.equal(answered(waiting).error, 'rebalance_in_progress', 'who waits does not lose its session');
  const rejoin = h.parked(h.join({ memberId: follower.memberId }));
  await settle();
  await h.syncAll([rejoin]);
  assert.equal(h.state, 'Stable');
});

test('a member that died while it waited for the leader is removed after the sync', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, dying] = joins.map(answered);
  assert.ok(leader !== undefined && dying !== undefined);
  void h.sync(dying);
  for (let elapsed = 0; elapsed < 2 * SESSION_MS; elapsed += SESSION_MS / 2) {
    await h.elapse(SESSION_MS / 2);
    assert.equal(h.heartbeat(leader), undefined);
  }
  void h.sync(leader);
  assert.equal(h.clock.timerCount, 2, 'nothing but the two sessions');
  await h.elapse(SESSION_MS - 1);
  assert.equal(h.heartbeat(leader), undefined);
  await h.elapse(1);
  assert.equal(h.heartbeat(leader), 'rebalance_in_progress');
});

test('in a join phase the lead goes to somebody who rejoined', async () => {
  const h = new Harness();
  const [leader, follower] = await h.stableGroup(2);
  assert.ok(leader !== undefined && follower !== undefined);
  const changed = h.parked(
    h.join({ memberId: follower.memberId, protocols: [{ name: 'range', metadata: Buffer.of(1) }] }),
  );
  await h.elapse(SESSION_MS);
  assert.equal(answered(changed).leader, follower.memberId);
});

test('a leader that joins again starts a rebalance, an unchanged follower does not', async () => {
  const h = new Harness();
  const [leader, follower] = await h.stableGroup(2);
  assert.ok(leader !== undefined && follower !== undefined);
  const same = h.joinNow({ memberId: follower.memberId });
  assert.deepEqual([same.error, same.generation, same.leader, same.members], [undefined, 1, leader.memberId, []]);
  assert.equal(h.state, 'Stable');
  void h.join({ memberId: leader.memberId });
  assert.equal(h.state, 'PreparingRebalance');
});

test('a follower that changes what it offers starts a rebalance, in the sync phase too', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const [leader, follower] = joins.map(answered);
  assert.ok(leader !== undefined && follower !== undefined);
  const repeated = h.joinNow({ memberId: leader.memberId });
  assert.equal(repeated.members.length, 2, 'a lost answer is given again');
  const waiting = h.parked(h.sync(follower));
  void h.join({ memberId: follower.memberId, protocols: protocols('range', 'roundrobin') });
  await settle();
  assert.equal(answered(waiting).error, 'rebalance_in_progress');
  assert.equal(h.state, 'PreparingRebalance');
});

test('a stop answers everybody who waits and leaves no timer', async () => {
  const h = new Harness();
  const joins = [h.joinTwice(), h.joinTwice()];
  await h.elapse(0);
  const waiting = h.parked(h.sync(answered(joins[1] ?? joins[0] ?? assert.fail())));
  h.joinNow();
  h.coordinator.stop();
  await settle();
  assert.equal(answered(waiting).error, 'coordinator_loading');
  assert.equal(h.clock.timerCount, 0);
});
