/** Groups and their offsets as clients of every version see them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCoordinatorHandler } from '../../../src/gateway/kafka/handlers/find-coordinator.ts';
import { ErrorCode } from '../../../src/gateway/kafka/protocol/error-codes.ts';
import { type ApiName, CoordinatorHarness, type Fields } from './coordinator-harness.ts';

const GROUP = 'readers';
const CONTEXT = { apiVersion: 4, clientId: 'client', clientHost: '10.0.0.7' };
const NO_TOPIC_ID = 'dG9waWMtaWQtMDAwMDAwMQ';

function joinRequest(fields: Fields = {}): Fields {
  return {
    groupId: GROUP,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    memberId: '',
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from([1, 2, 3]) }],
    ...fields,
  };
}

/** A group with one member that is in generation 1, stable. */
async function stableGroup(): Promise<{ harness: CoordinatorHarness; memberId: string }> {
  const harness = await CoordinatorHarness.start();
  const joined = await harness.call('joinGroup', 3, joinRequest());
  const { memberId } = joined;
  const assignments = [{ memberId, assignment: Buffer.from([9]) }];
  const synced = await harness.call('syncGroup', 3, { groupId: GROUP, generationId: 1, memberId, assignments });
  assert.equal(synced.errorCode, ErrorCode.NONE);
  return { harness, memberId };
}

function commitRequest(fields: Fields = {}, topics: Fields[] = [commitTopic('orders', 0)]): Fields {
  return { groupId: GROUP, generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null, topics, ...fields };
}

function commitTopic(name: string, ...indexes: number[]): Fields {
  const partitions = indexes.map((partitionIndex) => ({
    partitionIndex,
    committedOffset: 40 + partitionIndex,
    committedLeaderEpoch: 0,
    committedMetadata: 'note',
  }));
  return { name, topicId: NO_TOPIC_ID, partitions };
}

/** `name-index:code` of every partition in a response. */
function codes(topics: readonly Fields[]): string[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode }: Fields) => `${name}-${partitionIndex}:${errorCode}`),
  );
}

test('the topic of committed offsets appears with the first group, once, and compacted', async () => {
  const { services } = await CoordinatorHarness.start();
  const { catalog } = services;
  const handler = findCoordinatorHandler(services);
  const ask = (keyType: number) => handler.handle({ key: 'a', keyType, coordinatorKeys: ['a'] }, CONTEXT);
  ask(1);
  assert.equal(catalog.topic('__consumer_offsets'), undefined);
  ask(0);
  const topic = catalog.topic('__consumer_offsets');
  assert.deepEqual([topic?.partitions.length, topic?.effective.cleanupCompact], [1, true]);
  ask(0);
  assert.equal(catalog.topic('__consumer_offsets'), topic);
});

test('JoinGroup hands out a member id first from version 4 on', async () => {
  const harness = await CoordinatorHarness.start();
  const first = await harness.call('joinGroup', 4, joinRequest());
  assert.equal(first.errorCode, ErrorCode.MEMBER_ID_REQUIRED);
  assert.match(first.memberId, /^client-/);
  assert.equal(first.generationId, -1);
  const second = await harness.call('joinGroup', 4, joinRequest({ memberId: first.memberId }));
  assert.deepEqual([second.errorCode, second.generationId, second.leader], [0, 1, first.memberId]);
  assert.deepEqual(
    second.members.map(({ memberId, metadata }: Fields) => [memberId, [...metadata]]),
    [[first.memberId, [1, 2, 3]]],
  );
});

test('a refused JoinGroup has the protocol name null from version 7 on and empty before', async () => {
  const harness = await CoordinatorHarness.start();
  const request = joinRequest({ groupId: '' });
  const [older, newer] = [await harness.call('joinGroup', 6, request), await harness.call('joinGroup', 7, request)];
  assert.deepEqual([older.errorCode, older.protocolName], [ErrorCode.INVALID_GROUP_ID, '']);
  assert.deepEqual([newer.errorCode, newer.protocolName, newer.protocolType], [ErrorCode.INVALID_GROUP_ID, null, null]);
});

test('the memory of a JoinGroup request is not kept by the group', async () => {
  const harness = await CoordinatorHarness.start();
  const metadata = Buffer.from([1, 2, 3]);
  const context = { apiVersion: 3, clientId: 'client', clientHost: '10.0.0.7' };
  const request = joinRequest({ protocols: [{ name: 'range', metadata }], reason: null });
  const answered = harness.handler('joinGroup').handle(request, context);
  metadata.fill(0);
  const { members } = (await harness.scheduler.until(Promise.resolve(answered))) as Fields;
  assert.deepEqual([...members[0].metadata], [1, 2, 3]);
});

test('a static member that leads and comes back skips the assignment from version 9 on only', async () => {
  for (const [apiVersion, skips] of [
    [8, false],
    [9, true],
  ] as const) {
    const harness = await CoordinatorHarness.start();
    const request = joinRequest({ groupInstanceId: 'static-1' });
    const { memberId } = await harness.call('joinGroup', apiVersion, request);
    const assignments = [{ memberId, assignment: Buffer.from([9]) }];
    await harness.call('syncGroup', 3, { groupId: GROUP, generationId: 1, memberId, assignments });
    const again = await harness.call('joinGroup', apiVersion, request);
    assert.deepEqual([again.errorCode, again.generationId, again.skipAssignment ?? false], [0, 1, skips]);
  }
});

test('SyncGroup wants to hear of the protocol from version 5 on', async () => {
  const { harness, memberId } = await stableGroup();
  const request = { groupId: GROUP, generationId: 1, memberId, assignments: [] };
  const older = await harness.call('syncGroup', 4, request);
  assert.deepEqual([older.errorCode, [...older.assignment]], [0, [9]]);
  const silent = await harness.call('syncGroup', 5, { ...request, protocolType: 'consumer', protocolName: null });
  assert.deepEqual([silent.errorCode, silent.assignment.length], [ErrorCode.INCONSISTENT_GROUP_PROTOCOL, 0]);
  const spoken = await harness.call('syncGroup', 5, { ...request, protocolType: 'consumer', protocolName: 'range' });
  assert.deepEqual([spoken.errorCode, spoken.protocolType, spoken.protocolName], [0, 'consumer', 'range']);
});

test('Heartbeat tells who is out', async () => {
  const { harness, memberId } = await stableGroup();
  const beat = async (fields: Fields) =>
    (await harness.call('heartbeat', 4, { groupId: GROUP, generationId: 1, memberId, ...fields })).errorCode;
  assert.equal(await beat({}), ErrorCode.NONE);
  assert.equal(await beat({ generationId: 2 }), ErrorCode.ILLEGAL_GENERATION);
  assert.equal(await beat({ memberId: 'other' }), ErrorCode.UNKNOWN_MEMBER_ID);
  assert.equal(await beat({ groupId: '' }), ErrorCode.INVALID_GROUP_ID);
});

test('LeaveGroup has the error of its one member on top below version 3, and one for each member since', async () => {
  const { harness, memberId } = await stableGroup();
  const older = await harness.call('leaveGroup', 2, { groupId: GROUP, memberId: 'other' });
  assert.equal(older.errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  const members = [
    { memberId, groupInstanceId: null },
    { memberId: 'other', groupInstanceId: null },
  ];
  const newer = await harness.call('leaveGroup', 3, { groupId: GROUP, members });
  assert.equal(newer.errorCode, ErrorCode.NONE);
  assert.deepEqual(
    newer.members.map(({ errorCode }: Fields) => errorCode),
    [ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID],
  );
  const unnamed = await harness.call('leaveGroup', 1, { groupId: '', memberId });
  assert.equal(unnamed.errorCode, ErrorCode.INVALID_GROUP_ID);
});

test('OffsetCommit refuses partitions that do not exist and commits the others', async () => {
  const harness = await CoordinatorHarness.start();
  const topics = [commitTopic('gone', 0), commitTopic('orders', 7, 1)];
  const { topics: answered } = await harness.call('offsetCommit', 9, commitRequest({}, topics));
  assert.deepEqual(codes(answered), ['gone-0:3', 'orders-7:3', 'orders-1:0']);
  const fetched = await harness.call('offsetFetch', 5, { groupId: GROUP, topics: null });
  assert.deepEqual(codes(fetched.topics), ['orders-1:0']);
  const [{ committedOffset, committedLeaderEpoch, metadata }] = fetched.topics[0].partitions;
  assert.deepEqual([committedOffset, committedLeaderEpoch, metadata], [41, 0, 'note']);
});

test('a refusal by the group holds for every partition that exists', async () => {
  const { harness, memberId } = await stableGroup();
  const topics = [commitTopic('orders', 0, 7), commitTopic('gone', 0)];
  const request = commitRequest({ memberId, generationIdOrMemberEpoch: 5 }, topics);
  const { topics: answered } = await harness.call('offsetCommit', 9, request);
  assert.deepEqual(codes(answered), ['orders-0:22', 'orders-7:3', 'gone-0:3']);
});

test('OffsetCommit to an unknown group with a generation: the error depends on the version', async () => {
  const harness = await CoordinatorHarness.start();
  const request = commitRequest({ memberId: 'm', generationIdOrMemberEpoch: 1 });
  const [older, newer] = [
    await harness.call('offsetCommit', 8, request),
    await harness.call('offsetCommit', 9, request),
  ];
  assert.deepEqual(codes(older.topics), [`orders-0:${ErrorCode.ILLEGAL_GENERATION}`]);
  assert.deepEqual(codes(newer.topics), [`orders-0:${ErrorCode.GROUP_ID_NOT_FOUND}`]);
});

test('offsets go by topic id from version 10 on', async () => {
  const harness = await CoordinatorHarness.start();
  const { ordersId } = harness;
  const topics = [{ ...commitTopic('', 0, 7), topicId: ordersId }, commitTopic('', 0)];
  const committed = await harness.call('offsetCommit', 10, commitRequest({}, topics));
  assert.deepEqual(
    committed.topics.map(({ topicId, partitions }: Fields) => [topicId, ...partitions.map((p: Fields) => p.errorCode)]),
    [
      [ordersId, ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [NO_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_ID],
    ],
  );
  const asked = [ordersId, NO_TOPIC_ID].map((topicId) => ({ topicId, partitionIndexes: [0] }));
  const { groups } = await harness.call('offsetFetch', 10, {
    groups: [
      { groupId: GROUP, topics: asked },
      { groupId: GROUP, topics: null },
    ],
  });
  const seen = groups.map(({ topics: fetched }: Fields) =>
    fetched.map(({ topicId, partitions: [{ committedOffset, errorCode }] }: Fields) => [
      topicId,
      committedOffset,
      errorCode,
    ]),
  );
  assert.deepEqual(seen, [
    [
      [ordersId, 40, ErrorCode.NONE],
      [NO_TOPIC_ID, -1, ErrorCode.UNKNOWN_TOPIC_ID],
    ],
    [[ordersId, 40, ErrorCode.NONE]],
  ]);
});

test('OffsetFetch: no topics is not all topics, and what is unknown has no offset and no error', async () => {
  const harness = await CoordinatorHarness.start();
  await harness.call('offsetCommit', 8, commitRequest());
  for (const apiVersion of [1, 2, 7]) {
    const nothing = await harness.call('offsetFetch', apiVersion, { groupId: GROUP, topics: [] });
    assert.deepEqual([nothing.topics, nothing.errorCode ?? 0], [[], ErrorCode.NONE]);
    const topics = [{ name: 'gone', partitionIndexes: [3] }];
    const gone = await harness.call('offsetFetch', apiVersion, { groupId: GROUP, topics });
    const [{ committedOffset, metadata, errorCode }] = gone.topics[0].partitions;
    assert.deepEqual([committedOffset, metadata, errorCode], [-1, '', ErrorCode.NONE]);
  }
  const groups = [
    { groupId: 'nobody', topics: null },
    { groupId: GROUP, topics: null },
  ];
  const { groups: many } = await harness.call('offsetFetch', 8, { groups });
  assert.deepEqual(
    many.map(({ groupId, topics, errorCode }: Fields) => [groupId, topics.length, errorCode]),
    [
      ['nobody', 0, ErrorCode.NONE],
      [GROUP, 1, ErrorCode.NONE],
    ],
  );
});

test('the empty group id may commit and fetch offsets', async () => {
  const harness = await CoordinatorHarness.start();
  const { topics } = await harness.call('offsetCommit', 8, commitRequest({ groupId: '' }));
  assert.deepEqual(codes(topics), ['orders-0:0']);
  const fetched = await harness.call('offsetFetch', 7, { groupId: '', topics: null, requireStable: true });
  assert.equal(fetched.topics[0].partitions[0].committedOffset, 40);
});

test('DescribeGroups: members, operations when asked for, and the unknown group by version', async () => {
  const { harness, memberId } = await stableGroup();
  const request = { groups: [GROUP, 'nobody'], includeAuthorizedOperations: true };
  const [known, unknown] = (await harness.call('describeGroups', 5, request)).groups;
  assert.deepEqual([known.groupState, known.protocolType, known.protocolData], ['Stable', 'consumer', 'range']);
  assert.deepEqual([known.members[0].memberId, known.members[0].clientHost], [memberId, '/10.0.0.7']);
  assert.equal(known.authorizedOperations, 3400);
  assert.deepEqual([unknown.errorCode, unknown.groupState], [ErrorCode.NONE, 'Dead']);
  const [, error] = (await harness.call('describeGroups', 6, request)).groups;
  assert.deepEqual([error.errorCode, error.groupState], [ErrorCode.GROUP_ID_NOT_FOUND, 'Dead']);
  assert.match(error.errorMessage, /'nobody'/);
  assert.equal(error.authorizedOperations, -2147483648);
  const [unasked] = (await harness.call('describeGroups', 6, { ...request, includeAuthorizedOperations: false }))
    .groups;
  assert.equal(unasked.authorizedOperations, -2147483648);
});

test('ListGroups filters by state and type', async () => {
  const { harness } = await stableGroup();
  await harness.call('offsetCommit', 8, commitRequest({ groupId: 'store' }));
  const list = async (apiVersion: number, fields: Fields = {}) =>
    (await harness.call('listGroups', apiVersion, fields)).groups.map(({ groupId }: Fields) => groupId);
  assert.deepEqual(await list(0), [GROUP, 'store']);
  assert.deepEqual(await list(4, { statesFilter: ['stable'] }), [GROUP]);
  assert.deepEqual(await list(5, { statesFilter: [], typesFilter: ['share'] }), []);
  const [listed] = (await harness.call('listGroups', 5, { statesFilter: [], typesFilter: ['Classic'] })).groups;
  assert.deepEqual([listed.groupState, listed.groupType, listed.protocolType], ['Stable', 'classic', 'consumer']);
});

test('DeleteGroups answers each group once', async () => {
  const { harness } = await stableGroup();
  await harness.call('offsetCommit', 8, commitRequest({ groupId: 'store' }));
  const groupsNames = ['store', 'store', GROUP, 'nobody'];
  const { results } = await harness.call('deleteGroups', 2, { groupsNames });
  assert.deepEqual(
    results.map(({ groupId, errorCode }: Fields) => [groupId, errorCode]),
    [
      ['store', ErrorCode.NONE],
      [GROUP, ErrorCode.NON_EMPTY_GROUP],
      ['nobody', ErrorCode.GROUP_ID_NOT_FOUND],
    ],
  );
});

test('OffsetDelete: the error of the group stands alone, that of a partition beside it', async () => {
  const harness = await CoordinatorHarness.start();
  const topics = [
    { name: 'gone', partitions: [{ partitionIndex: 0 }] },
    { name: 'orders', partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] },
  ];
  const unknown = await harness.call('offsetDelete', 0, { groupId: GROUP, topics });
  assert.deepEqual([unknown.errorCode, unknown.topics], [ErrorCode.GROUP_ID_NOT_FOUND, []]);
  const unnamed = await harness.call('offsetDelete', 0, { groupId: '', topics });
  assert.deepEqual([unnamed.errorCode, unnamed.topics], [ErrorCode.INVALID_GROUP_ID, []]);
  await harness.call('offsetCommit', 8, commitRequest({}, [commitTopic('orders', 0, 1)]));
  const deleted = await harness.call('offsetDelete', 0, { groupId: GROUP, topics });
  assert.deepEqual([deleted.errorCode, codes(deleted.topics)], [0, ['gone-0:3', 'orders-0:0', 'orders-9:3']]);
  const { topics: left } = await harness.call('offsetFetch', 7, { groupId: GROUP, topics: null });
  assert.deepEqual(codes(left), ['orders-1:0']);
});

test('every advertised version answers both ways: served and refused', async () => {
  const { harness, memberId } = await stableGroup();
  const offsets = [{ name: 'orders', topicId: harness.ordersId, partitionIndexes: [0] }];
  const groups = ['', GROUP].map((groupId) => ({ groupId, topics: offsets }));
  const requests: readonly [ApiName, (groupId: string) => Fields][] = [
    ['offsetCommit', (groupId) => commitRequest({ groupId, memberId, generationIdOrMemberEpoch: 1 })],
    ['offsetFetch', (groupId) => ({ groupId, topics: offsets, groups })],
    ['joinGroup', (groupId) => joinRequest({ groupId })],
    ['joinGroup', (groupId) => joinRequest({ groupId, groupInstanceId: 'static' })],
    ['heartbeat', (groupId) => ({ groupId, generationId: 1, memberId })],
    ['syncGroup', (groupId) => ({ groupId, generationId: 1, memberId, assignments: [] })],
    ['leaveGroup', (groupId) => ({ groupId, memberId, members: [{ memberId, groupInstanceId: null }] })],
    ['describeGroups', (groupId) => ({ groups: [groupId, GROUP], includeAuthorizedOperations: true })],
    ['listGroups', () => ({})],
    ['offsetDelete', (groupId) => ({ groupId, topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }] })],
    ['deleteGroups', (groupId) => ({ groupsNames: [groupId] })],
  ];
  for (const [name, request] of requests) {
    const [first, last] = harness.handler(name).versions;
    for (let apiVersion = first; apiVersion <= last; apiVersion += 1) {
      for (const groupId of ['', GROUP]) {
        const response = await harness.call(name, apiVersion, request(groupId));
        assert.equal(response.throttleTimeMs ?? 0, 0, `${name} ${apiVersion}`);
      }
    }
  }
});
