/** When committed offsets and groups go away by themselves (KIP-211). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { first, GROUP, Harness, SESSION_MS } from './harness.ts';

const RETENTION_MS = 100_000;
const retention = { offsetsRetentionMs: RETENTION_MS };

test('a group that only stores offsets loses each after its own commit, and goes with the last', () => {
  const h = new Harness(retention);
  h.commit({ 'clicks-0': 1 });
  h.clock.advance(RETENTION_MS / 2);
  h.commit({ 'clicks-1': 1 });
  h.clock.advance(RETENTION_MS / 2 - 1);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  h.clock.advance(1);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 1, groups: 0 });
  assert.deepEqual(h.offsets(), { 'clicks-1': 1 });
  h.clock.advance(RETENTION_MS / 2);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 1, groups: 1 });
  assert.equal(h.coordinator.describeGroup(GROUP).state, 'Dead');
});

test('with members the retention begins when the last one is gone', async () => {
  const h = new Harness(retention);
  const member = first(await h.stableGroup(1));
  h.commit({ 'clicks-0': 1 }, { member });
  for (let elapsed = 0; elapsed < 3 * RETENTION_MS; elapsed += 5_000) {
    h.heartbeat(member);
    await h.elapse(5_000);
  }
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  h.leave(member);
  await h.elapse(RETENTION_MS - 1);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  await h.elapse(1);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 1, groups: 1 });
});

test('the moment a group became empty survives a restart', async () => {
  const h = new Harness(retention);
  const member = first(await h.stableGroup(1));
  h.commit({ 'clicks-0': 1 }, { member });
  await h.elapse(SESSION_MS);
  assert.equal(h.state, 'Empty');
  await h.elapse(RETENTION_MS - 1);
  const later = h.restarted([...h.coordinator.snapshot()]);
  assert.deepEqual(later.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  later.clock.advance(1);
  assert.deepEqual(later.coordinator.expireOffsets(), { offsets: 1, groups: 1 });
});

test('a stable consumer group loses offsets of topics it no longer subscribes to', async () => {
  const h = new Harness(retention);
  const member = first(await h.stableGroup(1, { sessionTimeoutMs: 1_000_000 }));
  h.commit({ 'clicks-0': 1, 'forgotten-0': 1 }, { member });
  await h.elapse(RETENTION_MS);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 1, groups: 0 });
  assert.deepEqual(h.offsets(), { 'clicks-0': 1 });
});

test('nothing expires in an active group whose subscription nobody can read', async () => {
  const opaque = [{ name: 'range', metadata: Buffer.from([0, 0, 0, 0, 0, 9]) }];
  for (const protocolType of ['consumer', 'connect']) {
    const h = new Harness(retention);
    const member = first(await h.stableGroup(1, { protocolType, protocols: opaque, sessionTimeoutMs: 1_000_000 }));
    h.commit({ 'clicks-0': 1 }, { member });
    await h.elapse(RETENTION_MS);
    assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  }
});

test('nothing expires while a group rebalances', async () => {
  const h = new Harness(retention);
  const long = { sessionTimeoutMs: 1_000_000, rebalanceTimeoutMs: 1_000_000 };
  const member = first(await h.stableGroup(1, long));
  h.commit({ 'forgotten-0': 1 }, { member });
  h.joinTwice(long);
  await h.elapse(RETENTION_MS);
  assert.equal(h.state, 'PreparingRebalance');
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
});

test('a retention that the client demanded replaces the rule', () => {
  const h = new Harness(retention);
  h.commit({ 'clicks-0': 1 }, { retentionTimeMs: 10 });
  h.commit({ 'clicks-1': 1 }, { retentionTimeMs: 2 * RETENTION_MS });
  h.clock.advance(10);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 1, groups: 0 });
  h.clock.advance(RETENTION_MS);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
});

test('an open transaction keeps the offset it will replace, and the group', () => {
  const h = new Harness(retention);
  h.commit({ 'clicks-0': 1 });
  h.commitIn(7, { 'clicks-0': 2 });
  h.clock.advance(RETENTION_MS);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  h.coordinator.completeTransaction(7, undefined, false);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 1, groups: 1 });
});

test('a group that has nothing but an open transaction stays', () => {
  const h = new Harness(retention);
  h.commitIn(7, { 'clicks-0': 2 });
  h.clock.advance(RETENTION_MS);
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  h.coordinator.completeTransaction(7, undefined, true);
  assert.deepEqual(h.offsets(), { 'clicks-0': 2 });
});

test('an empty group without offsets is deleted, unless somebody is about to join', async () => {
  const h = new Harness(retention);
  h.leave(first(await h.stableGroup(1)));
  const { memberId } = h.joinNow();
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 0 });
  h.coordinator.leaveGroup({ groupId: GROUP, members: [{ memberId, groupInstanceId: null, reason: null }] });
  assert.deepEqual(h.coordinator.expireOffsets(), { offsets: 0, groups: 1 });
});
