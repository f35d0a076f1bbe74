/** Offsets that are committed inside of a producer's transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, first, GROUP, Harness } from './harness.ts';

test('pending offsets show only after their transaction committed', () => {
  const h = new Harness();
  h.commit({ 'clicks-0': 1 });
  assert.equal(h.commitIn(7, { 'clicks-0': 5, 'clicks-1': 6 }).error, undefined);
  assert.deepEqual(h.offsets(), { 'clicks-0': 1 });
  assert.deepEqual(h.coordinator.groupsWithPendingOffsets(7), [GROUP]);
  h.coordinator.completeTransaction(7, [GROUP], true);
  assert.deepEqual(h.offsets(true), { 'clicks-0': 5, 'clicks-1': 6 });
  assert.equal(h.coordinator.hasPendingOffsets(7), false);
});

test('offsets of an aborted transaction vanish', () => {
  const h = new Harness();
  h.commit({ 'clicks-0': 1 });
  h.commitIn(7, { 'clicks-0': 5, 'clicks-1': 6 });
  h.coordinator.completeTransaction(7, undefined, false);
  assert.deepEqual(h.offsets(true), { 'clicks-0': 1 });
  assert.equal(h.coordinator.hasPendingOffsets(7), false);
});

test('who requires stable offsets is told which partitions are in a transaction', () => {
  const h = new Harness();
  h.commit({ 'clicks-0': 1, 'clicks-1': 2 });
  h.commitIn(7, { 'clicks-0': 5 });
  h.commitIn(8, { 'clicks-0': 6 });
  assert.deepEqual(h.offsets(true), { 'clicks-0': 'offset_commit_unstable', 'clicks-1': 2 });
  h.coordinator.completeTransaction(7, undefined, true);
  assert.deepEqual(h.offsets(true), { 'clicks-0': 'offset_commit_unstable', 'clicks-1': 2 });
  h.coordinator.completeTransaction(8, undefined, false);
  assert.deepEqual(h.offsets(true), { 'clicks-0': 5, 'clicks-1': 2 });
});

test('a partition with nothing but a pending offset is unstable as well', () => {
  const h = new Harness();
  h.commitIn(7, { 'clicks-0': 5 });
  const asked = [{ topic: 'clicks', topicId: undefined, partitions: [0] }];
  const fetch = (requireStable: boolean) =>
    h.coordinator.offsetFetch({ groupId: GROUP, topics: asked, requireStable }).topics[0]?.partitions[0];
  assert.deepEqual(fetch(true), {
    partition: 0,
    offset: -1,
    leaderEpoch: -1,
    metadata: '',
    error: 'offset_commit_unstable',
  });
  assert.equal(fetch(false)?.error, undefined);
});

test('the commit that was accepted last wins, whenever the transaction ends', () => {
  const h = new Harness();
  h.commitIn(7, { 'clicks-0': 5, 'clicks-1': 5 });
  h.commit({ 'clicks-0': 9 });
  h.commitIn(7, { 'clicks-1': 6 });
  h.coordinator.completeTransaction(7, undefined, true);
  assert.deepEqual(h.offsets(), { 'clicks-0': 9, 'clicks-1': 6 });
});

test('the order of commits survives a restart from a snapshot', () => {
  const h = new Harness();
  h.commitIn(7, { 'clicks-0': 5, 'clicks-1': 5 });
  h.commit({ 'clicks-0': 9 });
  const later = h.restarted([...h.coordinator.snapshot()]);
  later.commit({ 'clicks-1': 10 });
  later.coordinator.completeTransaction(7, undefined, true);
  assert.deepEqual(later.offsets(), { 'clicks-0': 9, 'clicks-1': 10 });
});

test('a transaction completes in the groups that are named, and repeating it does nothing', () => {
  const h = new Harness();
  h.commitIn(7, { 'clicks-0': 5 });
  h.coordinator.completeTransaction(7, ['other'], true);
  assert.equal(h.coordinator.hasPendingOffsets(7), true);
  h.coordinator.completeTransaction(7, [GROUP, 'other'], true);
  const commits = h.commits.length;
  h.coordinator.completeTransaction(7, [GROUP], false);
  h.coordinator.completeTransaction(7, undefined, false);
  assert.equal(h.commits.length, commits);
  assert.deepEqual(h.offsets(), { 'clicks-0': 5 });
});

test('members are checked, clients without membership are not', async () => {
  const h = new Harness();
  const error = (generation: number, memberId: string) => h.commitIn(7, {}, { ...member, generation, memberId }).error;
  const joining = h.joinTwice();
  await h.elapse(0);
  const member = answered(joining);
  assert.equal(error(1, member.memberId), undefined, 'the sync phase does not hold it up');
  await h.syncAll([joining]);
  assert.equal(error(0, member.memberId), 'generation_illegal');
  assert.equal(error(1, 'ghost'), 'member_id_unknown');
  assert.equal(error(-1, ''), undefined, 'before KIP-447 a producer says nothing of the group');
  const elsewhere = h.coordinator.commitTransactionalOffsets({
    groupId: 'nowhere',
    producerId: 7,
    producerEpoch: 0,
    memberId: 'm',
    groupInstanceId: null,
    generation: 3,
    topics: [],
  });
  assert.equal(elsewhere.error, 'generation_illegal');
});

test('pending offsets of a group are bounded', async () => {
  const h = new Harness({ offsetsPerGroupMax: 2 });
  h.commitIn(7, { 'clicks-0': 5 });
  const errors = h.commitIn(8, { 'clicks-0': 5, 'clicks-1': 5 }).topics[0]?.partitions.map(({ error }) => error);
  assert.deepEqual(errors, [undefined, 'limit_exceeded']);
});

test('a pending offset clears in the middle of a rebalance', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(1));
  h.commitIn(7, { 'clicks-0': 5 }, member);
  h.joinTwice();
  assert.equal(h.state, 'PreparingRebalance');
  h.coordinator.completeTransaction(7, [GROUP], true);
  assert.deepEqual(h.offsets(true), { 'clicks-0': 5 });
});
