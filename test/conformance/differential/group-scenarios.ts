/** Groups of the classic protocol, and committed offsets. */
import type { Conversation, JsonObject } from '../../support/clients-probe.ts';
import { createTopic, type Scenario, versions } from './scenario.ts';

const SESSION_TIMEOUT_MS = 6_000;
const COORDINATOR_RETRIES = new Set([14, 15, 16]);
/** A subscription to nothing, and as good an assignment of nothing: version 0, an empty list, no user data. */
const BYTES = Buffer.from([0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]).toString('base64');

export const groupScenarios: readonly Scenario[] = [
  { title: 'groups: the life of one member at each version', run: lives },
  { title: 'groups: what a JoinGroup must not say', run: badJoins },
  { title: 'groups: unknown members, wrong generations', run: strangers },
  { title: 'groups: offsets at every version', run: offsets },
  { title: 'groups: description, listing, deletion at every version', run: administration },
  { title: 'groups: static members', run: staticMembers },
  { title: 'groups: coordinators at every version', run: coordinators },
];

function joinBody(groupId: string, memberId = '', more: JsonObject = {}): JsonObject {
  return {
    groupId,
    memberId,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    rebalanceTimeoutMs: SESSION_TIMEOUT_MS,
    protocolType: 'consumer',
    protocols: [
      { name: 'range', metadata: BYTES },
      { name: 'roundrobin', metadata: BYTES },
    ],
    ...more,
  };
}

/** Asks until the group's coordinator has loaded; a broker that starts may need a moment. */
async function untilLoaded(broker: Conversation, groupId: string): Promise<void> {
  const nobody = { groupId, generationId: 1, memberId: 'nobody' };
  await broker.eventually('Heartbeat', 3, nobody, ({ errorCode }) => !COORDINATOR_RETRIES.has(Number(errorCode)));
}

/** Joins alone, at a version that needs two steps, and is given an assignment. */
async function joinAlone(broker: Conversation, groupId: string, more: JsonObject = {}) {
  await untilLoaded(broker, groupId);
  const first = await broker.quietly('JoinGroup', 5, joinBody(groupId, '', more));
  const needsId = first.errorCode === 79;
  const joined = needsId
    ? await broker.quietly('JoinGroup', 5, joinBody(groupId, String(first.memberId), more))
    : first;
  const memberId = String(joined.memberId);
  const generationId = Number(joined.generationId);
  const assignments = [{ memberId, assignment: BYTES }];
  await broker.quietly('SyncGroup', 3, { groupId, generationId, memberId, assignments });
  return { memberId, generationId };
}

async function lives(broker: Conversation): Promise<void> {
  for (const version of versions(0, 9)) {
    const groupId = broker.name(`life-${version}`);
    await untilLoaded(broker, groupId);
    const { rebalanceTimeoutMs: _, ...old } = joinBody(groupId);
    const body = version === 0 ? old : joinBody(groupId);
    let joined = await broker.ask('join', 'JoinGroup', version, body);
    if (version >= 4)
      joined = await broker.ask('join again', 'JoinGroup', version, { ...body, memberId: joined.memberId ?? '' });
    const member = { groupId, generationId: joined.generationId ?? 0, memberId: joined.memberId ?? '' };
    const syncVersion = Math.min(version, 5);
    const named: JsonObject = syncVersion >= 5 ? { protocolType: 'consumer', protocolName: 'range' } : {};
    const assignments = [{ memberId: member.memberId, assignment: BYTES }];
    await broker.ask('sync', 'SyncGroup', syncVersion, { ...member, ...named, assignments });
    await broker.ask('heartbeat', 'Heartbeat', Math.min(version, 4), member);
    const leaveVersion = Math.min(version, 5);
    const leaving: JsonObject =
      leaveVersion >= 3 ? { members: [{ memberId: member.memberId }] } : { memberId: member.memberId };
    await broker.ask('leave', 'LeaveGroup', leaveVersion, { groupId, ...leaving });
    await broker.ask('heartbeat after leaving', 'Heartbeat', Math.min(version, 4), member);
  }
}

async function badJoins(broker: Conversation): Promise<void> {
  const groupId = broker.name('bad');
  await untilLoaded(broker, groupId);
  await broker.ask('no group id', 'JoinGroup', 5, joinBody(''));
  await broker.ask('a session too short', 'JoinGroup', 5, joinBody(groupId, '', { sessionTimeoutMs: 1 }));
  await broker.ask('a session too long', 'JoinGroup', 5, joinBody(groupId, '', { sessionTimeoutMs: 2_000_000_000 }));
  await broker.ask('an unknown member', 'JoinGroup', 5, joinBody(groupId, 'nobody'));
  await broker.ask('no protocols', 'JoinGroup', 5, joinBody(groupId, '', { protocols: [] }));
  await broker.ask('no protocol type', 'JoinGroup', 5, joinBody(groupId, '', { protocolType: '' }));
  await joinAlone(broker, groupId);
  const foreign = { protocols: [{ name: 'nobody-knows', metadata: BYTES }] };
  await broker.ask('no protocol in common', 'JoinGroup', 3, joinBody(groupId, '', foreign));
  await broker.ask('another protocol type', 'JoinGroup', 3, joinBody(groupId, '', { protocolType: 'connect' }));
}

async function strangers(broker: Conversation): Promise<void> {
  const groupId = broker.name('strangers');
  const { memberId, generationId } = await joinAlone(broker, groupId);
  const topic = await createTopic(broker, 'strangers');
  const nobody = { groupId, generationId, memberId: 'nobody' };
  const early = { groupId, generationId: generationId + 1, memberId };
  await broker.ask('heartbeat of an unknown member', 'Heartbeat', 3, nobody);
  await broker.ask('heartbeat of a wrong generation', 'Heartbeat', 3, early);
  await broker.ask('heartbeat in an unknown group', 'Heartbeat', 3, { ...nobody, groupId: broker.name('unknown') });
  await broker.ask('sync of an unknown member', 'SyncGroup', 3, { ...nobody, assignments: [] });
  await broker.ask('sync of a wrong generation', 'SyncGroup', 3, { ...early, assignments: [] });
  const wrong = { protocolType: 'consumer', protocolName: 'roundrobin', assignments: [] };
  await broker.ask('sync with another protocol', 'SyncGroup', 5, { groupId, generationId, memberId, ...wrong });
  await broker.ask('the assignment once more', 'SyncGroup', 3, { groupId, generationId, memberId, assignments: [] });
  await broker.ask('an unknown member leaves', 'LeaveGroup', 4, { groupId, members: [{ memberId: 'nobody' }] });
  const topics = [
    { name: topic.name, partitions: [{ partitionIndex: 0, committedOffset: 3, committedMetadata: 'm' }] },
  ];
  const commit = (title: string, generation: number, member: string) =>
    broker.ask(title, 'OffsetCommit', 8, { groupId, generationIdOrMemberEpoch: generation, memberId: member, topics });
  await commit('commit of an unknown member', generationId, 'nobody');
  await commit('commit of a wrong generation', generationId + 1, memberId);
  await commit('commit from outside of a group in use', -1, '');
  await commit('commit', generationId, memberId);
}

async function offsets(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'offsets', 2);
  const groupId = broker.name('offsets');
  await untilLoaded(broker, groupId);
  for (const version of versions(2, 10)) {
    const named: JsonObject = version >= 10 ? { topicId: topic.topicId } : { name: topic.name };
    const partitions = [{ partitionIndex: 0, committedOffset: version, committedMetadata: `by v${version}` }];
    await broker.ask('commit', 'OffsetCommit', version, { groupId, topics: [{ ...named, partitions }] });
  }
  for (const version of versions(1, 10)) {
    const named: JsonObject = version >= 10 ? { topicId: topic.topicId } : { name: topic.name };
    const topics = [{ ...named, partitionIndexes: [0, 1, 7] }];
    const body: JsonObject = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics };
    await broker.ask('fetch', 'OffsetFetch', version, body);
    if (version < 2) continue;
    const all: JsonObject = version >= 8 ? { groups: [{ groupId, topics: null }] } : { groupId, topics: null };
    await broker.ask('fetch all', 'OffsetFetch', version, all);
  }
  const unknown = { groupId: broker.name('unknown'), topics: [{ name: topic.name, partitionIndexes: [0] }] };
  await broker.ask('fetch of an unknown group', 'OffsetFetch', 5, unknown);
  const large = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'x'.repeat(5000) }];
  await broker.ask('metadata too large', 'OffsetCommit', 8, {
    groupId,
    topics: [{ name: topic.name, partitions: large }],
  });
  const nowhere = [{ name: 'no-such-topic-here', partitions: [{ partitionIndex: 0, committedOffset: 1 }] }];
  await broker.ask('commit to an unknown topic', 'OffsetCommit', 8, { groupId, topics: nowhere });
  await broker.ask('commit without a group', 'OffsetCommit', 8, { groupId: '', topics: nowhere });
}

async function administration(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'admin');
  const groupId = broker.name('admin');
  const unknown = broker.name('unknown');
  const { memberId, generationId } = await joinAlone(broker, groupId);
  for (const version of versions(0, 6))
    await broker.ask('describe', 'DescribeGroups', version, { groups: [groupId, unknown] });
  for (const version of versions(0, 5)) {
    const listed = (await broker.quietly('ListGroups', version, {})).groups as readonly JsonObject[];
    broker.note(`list (ListGroups v${version})`, listed.find((group) => group.groupId === groupId) ?? null);
  }
  const partitions = [{ partitionIndex: 0, committedOffset: 3 }];
  const topics = [{ name: topic.name, partitions }];
  await broker.quietly('OffsetCommit', 8, { groupId, generationIdOrMemberEpoch: generationId, memberId, topics });
  const offsetDelete = {
    groupId,
    topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 5 }] }],
  };
  for (const version of versions(0, 2)) {
    await broker.ask('delete in use and unknown', 'DeleteGroups', version, { groupsNames: [groupId, unknown] });
  }
  await broker.quietly('LeaveGroup', 4, { groupId, members: [{ memberId }] });
  await broker.ask('describe the empty group', 'DescribeGroups', 5, { groups: [groupId] });
  await broker.ask('delete offsets', 'OffsetDelete', 0, offsetDelete);
  await broker.ask('delete offsets of an unknown group', 'OffsetDelete', 0, { ...offsetDelete, groupId: unknown });
  await broker.ask('delete', 'DeleteGroups', 2, { groupsNames: [groupId] });
  await broker.ask('describe the deleted group', 'DescribeGroups', 6, { groups: [groupId] });
}

async function staticMembers(broker: Conversation): Promise<void> {
  const groupId = broker.name('static');
  const first = await joinAlone(broker, groupId, { groupInstanceId: 'one' });
  const again = await broker.ask(
    'the instance again, as a new process',
    'JoinGroup',
    5,
    joinBody(groupId, '', { groupInstanceId: 'one' }),
  );
  const stale = { groupId, generationId: first.generationId, memberId: first.memberId, groupInstanceId: 'one' };
  await broker.ask('heartbeat of the replaced member', 'Heartbeat', 3, stale);
  await broker.ask('sync of the replaced member', 'SyncGroup', 3, { ...stale, assignments: [] });
  await broker.ask('heartbeat of the new one', 'Heartbeat', 3, { ...stale, memberId: again.memberId ?? '' });
  const unknown = { memberId: '', groupInstanceId: 'two' };
  await broker.ask('an unknown instance is removed', 'LeaveGroup', 4, { groupId, members: [unknown] });
  await broker.ask('the instance is removed', 'LeaveGroup', 4, {
    groupId,
    members: [{ memberId: '', groupInstanceId: 'one' }],
  });
  await broker.ask('describe', 'DescribeGroups', 4, { groups: [groupId] });
}

async function coordinators(broker: Conversation): Promise<void> {
  const key = broker.name('coordinator');
  for (const version of versions(0, 6)) {
    const keyed: JsonObject = version >= 4 ? { coordinatorKeys: [key] } : { key };
    await broker.ask('of a group', 'FindCoordinator', version, keyed);
    if (version >= 1) await broker.ask('of a transaction', 'FindCoordinator', version, { ...keyed, keyType: 1 });
  }
  await broker.tell('of an unknown kind', 'FindCoordinator', 3, { key, keyType: 9 });
  await broker.tell('of no group', 'FindCoordinator', 3, { key: '', keyType: 0 });
}
