/** Listing, describing and deleting groups, and deleting offsets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, first, GROUP, Harness, protocols, subscription } from './harness.ts';

test('groups are listed by state and type', async () => {
  const h = new Harness();
  await h.stableGroup(1);
  h.commit({ 'clicks-0': 1 }, { groupId: 'simple' });
  const ids = (states: string[], types: string[] = []) =>
    h.coordinator.listGroups(states, types).map(({ groupId }) => groupId);
  assert.deepEqual(ids([]), [GROUP, 'simple']);
  assert.deepEqual(ids(['stable']), [GROUP]);
  assert.deepEqual(ids(['EMPTY', 'Dead']), ['simple']);
  assert.deepEqual(ids([], ['Classic']), [GROUP, 'simple']);
  assert.deepEqual(ids([], ['consumer']), []);
  assert.deepEqual(h.coordinator.listGroups()[0], {
    groupId: GROUP,
    protocolType: 'consumer',
    state: 'Stable',
    type: 'classic',
  });
});

test('a stable group is described with metadata and assignments, a rebalancing one without', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(1, { clientId: 'app', clientHost: '/10.1.2.3' }));
  assert.deepEqual(h.coordinator.describeGroup(GROUP), {
    error: undefined,
    groupId: GROUP,
    state: 'Stable',
    protocolType: 'consumer',
    protocol: 'range',
    members: [
      {
        memberId: member.memberId,
        groupInstanceId: null,
        clientId: 'app',
        clientHost: '/10.1.2.3',
        metadata: subscription('clicks'),
        assignment: Buffer.from(`for ${member.memberId}`),
      },
    ],
  });
  h.joinTwice();
  const { state, protocol, members } = h.coordinator.describeGroup(GROUP);
  assert.deepEqual([state, protocol, members.length], ['PreparingRebalance', '', 2]);
  assert.deepEqual(
    members.map(({ metadata, assignment }) => metadata.length + assignment.length),
    [0, 0],
  );
});

test('the states have the names that Kafka shows', async () => {
  const h = new Harness();
  const seen = [h.state];
  const join = h.joinTwice();
  seen.push(h.state);
  await h.elapse(0);
  seen.push(h.state);
  void h.sync(answered(join));
  seen.push(h.state);
  h.leave(answered(join));
  seen.push(h.state);
  assert.deepEqual(seen, ['Dead', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Empty']);
});

test('only empty groups are deleted, with all their offsets', async () => {
  const h = new Harness();
  assert.equal(h.coordinator.deleteGroup(GROUP), 'group_not_found');
  const member = first(await h.stableGroup(1));
  assert.equal(h.coordinator.deleteGroup(GROUP), 'group_not_empty');
  h.commit({ 'clicks-0': 1 }, { member });
  h.commitIn(7, { 'clicks-1': 1 });
  h.leave(member);
  assert.equal(h.coordinator.deleteGroup(GROUP), undefined);
  assert.deepEqual([h.state, h.offsets(), h.coordinator.hasPendingOffsets(7)], ['Dead', {}, false]);
  assert.deepEqual([...h.coordinator.snapshot()], []);
  h.coordinator.completeTransaction(7, [GROUP], true);
  assert.deepEqual(h.offsets(), {});
});

function deleteOffsets(h: Harness, offsets: Record<string, number[]>) {
  const topics = Object.entries(offsets).map(([topic, partitions]) => ({ topic, partitions }));
  return h.coordinator.offsetDelete({ groupId: GROUP, topics });
}

test('offsets of topics that an active consumer reads cannot be deleted', async () => {
  const h = new Harness();
  const offered = [{ name: 'range', metadata: subscription('clicks', 'views') }];
  const member = first(await h.stableGroup(1, { protocols: offered }));
  h.commit({ 'clicks-0': 1, 'views-0': 1, 'old-0': 1, 'old-1': 1 }, { member });
  const result = deleteOffsets(h, { views: [0], old: [0, 5] });
  assert.deepEqual(result.topics, [
    { topic: 'views', partitions: [{ partition: 0, error: 'group_subscribed_to_topic' }] },
    {
      topic: 'old',
      partitions: [
        { partition: 0, error: undefined },
        { partition: 5, error: undefined },
      ],
    },
  ]);
  assert.deepEqual(h.offsets(), { 'clicks-0': 1, 'views-0': 1, 'old-1': 1 });
  h.leave(member);
  assert.equal(deleteOffsets(h, { views: [0] }).topics[0]?.partitions[0]?.error, undefined);
  assert.deepEqual(h.offsets(), { 'clicks-0': 1, 'old-1': 1 });
});

test('the subscription of a generation holds from the end of its join phase', async () => {
  const h = new Harness();
  h.commit({ 'clicks-0': 1, 'old-0': 1 });
  h.joinTwice();
  assert.equal(deleteOffsets(h, { old: [0] }).topics[0]?.partitions[0]?.error, 'group_subscribed_to_topic');
  await h.elapse(0);
  assert.equal(h.state, 'CompletingRebalance');
  deleteOffsets(h, { old: [0], clicks: [0] });
  assert.deepEqual(h.offsets(), { 'clicks-0': 1 });
});

test('a consumer group whose subscription is unreadable counts as subscribed to everything', async () => {
  const h = new Harness();
  await h.stableGroup(1, { protocols: [{ name: 'range', metadata: Buffer.from('?') }] });
  assert.equal(deleteOffsets(h, { any: [0] }).topics[0]?.partitions[0]?.error, 'group_subscribed_to_topic');
});

test('an active group of another kind keeps all its offsets, an unknown group has none', async () => {
  const h = new Harness();
  assert.equal(deleteOffsets(h, { clicks: [0] }).error, 'group_not_found');
  await h.stableGroup(1, { protocolType: 'connect', protocols: protocols('default') });
  assert.equal(deleteOffsets(h, { clicks: [0] }).error, 'group_not_empty');
});

test('deleting an offset deletes what is pending for it', () => {
  const h = new Harness();
  h.commitIn(7, { 'clicks-0': 5 });
  deleteOffsets(h, { clicks: [0] });
  h.coordinator.completeTransaction(7, undefined, true);
  assert.deepEqual(h.offsets(), {});
});
