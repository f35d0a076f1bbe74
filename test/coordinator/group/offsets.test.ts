/** Committed offsets: who may commit, what is kept, what is answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, first, GROUP, Harness, SESSION_MS, TOPIC_ID } from './harness.ts';

test('a client without membership commits to an empty group and reads it back', () => {
  const h = new Harness();
  assert.deepEqual(h.commit({ 'clicks-0': 10, 'clicks-1': 20, 'views-0': 0 }, { metadata: 'note' }), {
    error: undefined,
    topics: [
      {
        topic: 'clicks',
        topicId: TOPIC_ID,
        partitions: [
          { partition: 0, error: undefined },
          { partition: 1, error: undefined },
        ],
      },
      { topic: 'views', topicId: TOPIC_ID, partitions: [{ partition: 0, error: undefined }] },
    ],
  });
  assert.deepEqual(h.commits, [3], 'one commit with a record for each partition');
  const asked = { topic: 'clicks', topicId: undefined, partitions: [1, 7] };
  assert.deepEqual(h.coordinator.offsetFetch({ groupId: GROUP, topics: [asked], requireStable: false }).topics, [
    {
      topic: 'clicks',
      topicId: undefined,
      partitions: [
        { partition: 1, offset: 20, leaderEpoch: 5, metadata: 'note', error: undefined },
        { partition: 7, offset: -1, leaderEpoch: -1, metadata: '', error: undefined },
      ],
    },
  ]);
  assert.deepEqual(h.offsets(), { 'clicks-0': 10, 'clicks-1': 20, 'views-0': 0 });
  assert.deepEqual(h.coordinator.listGroups(), [{ groupId: GROUP, protocolType: '', state: 'Empty', type: 'classic' }]);
});

test('an unknown group has no offsets, and that is no error', () => {
  const h = new Harness();
  assert.deepEqual(h.offsets(), {});
  const asked = [{ topic: 'clicks', topicId: TOPIC_ID, partitions: [0] }];
  const { topics } = h.coordinator.offsetFetch({ groupId: 'nowhere', topics: asked, requireStable: true });
  assert.equal(topics[0]?.partitions[0]?.offset, -1);
});

test('an offset of an earlier topic of the same name is not that of the topic asked for', () => {
  const h = new Harness();
  h.commit({ 'clicks-0': 10 });
  const fetch = (topicId: string) =>
    h.coordinator.offsetFetch({
      groupId: GROUP,
      topics: [{ topic: 'clicks', topicId, partitions: [0] }],
      requireStable: false,
    }).topics[0]?.partitions[0]?.offset;
  assert.deepEqual([fetch(TOPIC_ID), fetch('b3RoZXItdG9waWMtaWQtMg')], [10, -1]);
});

test('a generation of an unknown group is illegal, or from version 9 the group is not found', () => {
  const h = new Harness();
  const commit = (tellsGroupNotFound: boolean) =>
    h.coordinator.offsetCommit({
      groupId: GROUP,
      memberId: 'm',
      groupInstanceId: null,
      generation: 0,
      retentionTimeMs: -1,
      tellsGroupNotFound,
      topics: [],
    }).error;
  assert.deepEqual([commit(false), commit(true)], ['generation_illegal', 'group_not_found']);
});

test('members commit in their generation only, others not at all while the group is active', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(1));
  const error = (generation: number, memberId: string) =>
    h.commit({ 'clicks-0': 1 }, { member: { ...member, memberId, generation } }).error;
  assert.equal(error(1, member.memberId), undefined);
  assert.equal(error(0, member.memberId), 'generation_illegal');
  assert.equal(error(-1, member.memberId), 'generation_illegal');
  assert.equal(error(1, 'ghost'), 'member_id_unknown');
  assert.equal(error(1, ''), 'member_id_unknown');
  assert.equal(error(-1, ''), 'member_id_unknown', 'a simple consumer may not interfere');
  h.leave(member);
  assert.equal(error(-1, ''), undefined);
  assert.equal(error(2, member.memberId), 'member_id_unknown');
});

test('members may commit in the join phase, but not between join and sync', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(1));
  h.joinNow();
  const rejoin = h.parked(h.join({ memberId: member.memberId }));
  assert.equal(h.state, 'PreparingRebalance');
  assert.equal(h.commit({ 'clicks-0': 1 }, { member }).error, undefined);
  await h.elapse(SESSION_MS);
  assert.equal(h.state, 'CompletingRebalance');
  assert.equal(h.commit({ 'clicks-0': 2 }, { member: answered(rejoin) }).error, 'rebalance_in_progress');
  assert.deepEqual(h.offsets(), { 'clicks-0': 1 });
});

test('a commit keeps the session', async () => {
  const h = new Harness();
  const member = first(await h.stableGroup(1));
  for (let i = 0; i < 4; i++) {
    await h.elapse(SESSION_MS - 1);
    assert.equal(h.commit({ 'clicks-0': i }, { member }).error, undefined);
  }
});

test('metadata that is too long is refused for its partition only', () => {
  const h = new Harness({ offsetMetadataBytesMax: 4 });
  const partition = (index: number, metadata: string | null) => ({
    partition: index,
    offset: 1,
    leaderEpoch: -1,
    metadata,
  });
  const { topics } = h.coordinator.offsetCommit({
    groupId: GROUP,
    memberId: '',
    groupInstanceId: null,
    generation: -1,
    retentionTimeMs: -1,
    tellsGroupNotFound: true,
    topics: [
      {
        topic: 'clicks',
        topicId: TOPIC_ID,
        partitions: [partition(0, '12345'), partition(1, '1234'), partition(2, null)],
      },
    ],
  });
  assert.deepEqual(
    topics[0]?.partitions.map(({ error }) => error),
    ['offset_metadata_too_large', undefined, undefined],
  );
  assert.deepEqual(h.offsets(), { 'clicks-1': 1, 'clicks-2': 1 });
});

test('the offsets of a group and the number of groups are bounded; known ones stay writable', () => {
  const h = new Harness({ offsetsPerGroupMax: 2, groupsMax: 1 });
  const { topics } = h.commit({ 'clicks-0': 1, 'clicks-1': 1, 'clicks-2': 1 });
  assert.deepEqual(
    topics[0]?.partitions.map(({ error }) => error),
    [undefined, undefined, 'limit_exceeded'],
  );
  assert.equal(h.commit({ 'clicks-1': 2 }).topics[0]?.partitions[0]?.error, undefined);
  assert.equal(h.commit({ 'clicks-0': 1 }, { groupId: 'other' }).error, 'limit_exceeded');
  assert.deepEqual(h.offsets(), { 'clicks-0': 1, 'clicks-1': 2 });
});

test('the offsets of a deleted topic are forgotten in every group, pending ones too', () => {
  const h = new Harness();
  h.commit({ 'clicks-0': 1, 'views-0': 1 });
  h.commit({ 'clicks-3': 1 }, { groupId: 'other' });
  h.commitIn(7, { 'clicks-5': 1 });
  h.coordinator.onTopicDeleted('clicks');
  assert.deepEqual([h.offsets(), h.offsets(false, 'other')], [{ 'views-0': 1 }, {}]);
  assert.equal(h.coordinator.hasPendingOffsets(7), false);
  h.coordinator.completeTransaction(7, undefined, true);
  assert.deepEqual(h.offsets(), { 'views-0': 1 });
});
