import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UUID_ZERO } from '../../../src/catalog/uuid.ts';
import { apis } from '../../../src/gateway/kafka/protocol/apis.ts';
import {
  AdminWorld,
  type Answer,
  CLUSTER_OPERATIONS,
  errorName,
  errorsByName,
  NODE_ID,
  NOT_ASKED,
  TOPIC_OPERATIONS,
} from './admin-world.ts';

const ACL_FILTER = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
};
const ACL = {
  resourceType: 2,
  resourceName: 'a',
  resourcePatternType: 3,
  principal: 'User:x',
  host: '*',
  operation: 3,
  permissionType: 3,
};
const TOPIC_A = [{ name: 'a', partitions: [{ partitionIndex: 0, offset: 0, replicas: [1] }] }];
const CONFIGS_OF_A = [{ resourceType: 2, resourceName: 'a', configurationKeys: null, configs: [] }];

/** A request that each API answers without an error, with whatever field any version wants. */
const REQUESTS: Record<string, object> = {
  CreateTopics: {
    topics: [{ name: 'new', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 1000,
    validateOnly: true,
  },
  DeleteTopics: { topics: [{ name: 'b', topicId: UUID_ZERO }], topicNames: ['b'], timeoutMs: 1000 },
  DeleteRecords: { topics: TOPIC_A, timeoutMs: 1000 },
  CreatePartitions: { topics: [{ name: 'a', count: 9, assignments: null }], timeoutMs: 1000, validateOnly: true },
  OffsetForLeaderEpoch: {
    replicaId: -1,
    topics: [{ topic: 'a', partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }] }],
  },
  DescribeAcls: ACL_FILTER,
  CreateAcls: { creations: [ACL] },
  DeleteAcls: { filters: [ACL_FILTER] },
  DescribeConfigs: { resources: CONFIGS_OF_A, includeSynonyms: true, includeDocumentation: true },
  AlterConfigs: { resources: CONFIGS_OF_A, validateOnly: false },
  IncrementalAlterConfigs: { resources: CONFIGS_OF_A, validateOnly: false },
  ListConfigResources: { resourceTypes: [] },
  DescribeLogDirs: { topics: null },
  ElectLeaders: { electionType: 0, topicPartitions: null, timeoutMs: 1000 },
  AlterPartitionReassignments: { timeoutMs: 1000, allowReplicationFactorChange: true, topics: TOPIC_A },
  ListPartitionReassignments: { timeoutMs: 1000, topics: null },
  DescribeClientQuotas: { components: [], strict: false },
  DescribeUserScramCredentials: { users: null },
  DescribeCluster: { includeClusterAuthorizedOperations: true, endpointType: 1, includeFencedBrokers: true },
  DescribeProducers: { topics: [{ name: 'a', partitionIndexes: [0] }] },
  DescribeQuorum: { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] },
  DescribeTopicPartitions: { topics: [], responsePartitionLimit: 10, cursor: null },
  Metadata: {
    topics: [{ topicId: UUID_ZERO, name: 'a' }],
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: true,
    includeTopicAuthorizedOperations: true,
  },
};

/** Where there is no authorizer, that is the only answer. */
const ACL_APIS = ['DescribeAcls', 'CreateAcls', 'DeleteAcls'];

function errorCodesIn(answer: unknown): number[] {
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) => (key === 'errorCode' ? [value] : errorCodesIn(value)));
}

test('every handler answers every version that it advertises', async () => {
  const { handlers } = await AdminWorld.start();
  for (const { api, versions } of handlers) {
    const request = REQUESTS[api.name];
    assert.ok(request, `there is a request for ${api.name}`);
    for (let version = versions[0]; version <= versions[1]; version += 1) {
      const world = await AdminWorld.start();
      world.topic('a', 2);
      world.topic('b');
      const answer = await world.call(api, request, version);
      const expected = ACL_APIS.includes(api.name) ? 54 : 0;
      const errors = errorCodesIn(answer);
      assert.ok(
        errors.every((errorCode) => errorCode === expected),
        `${api.name} ${version}: ${JSON.stringify(answer)}`,
      );
    }
  }
});

test('DescribeQuorum tells of a quorum of one, and of no other', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const partitions = [{ partitionIndex: 0 }];
  const request = { topics: ['__cluster_metadata', 'a'].map((topicName) => ({ topicName, partitions })) };
  const { topics, nodes } = await world.call(apis.describeQuorum, request);
  const [[own], [foreign]] = topics.map((topic: { partitions: unknown }) => topic.partitions);
  assert.deepEqual([own.errorCode, own.leaderId, own.currentVoters.length, own.observers], [0, NODE_ID, 1, []]);
  assert.equal(own.currentVoters[0].replicaId, NODE_ID);
  assert.deepEqual([foreign.errorCode, foreign.leaderId, foreign.currentVoters], [3, -1, []]);
  assert.deepEqual([nodes.length, nodes[0].nodeId], [1, NODE_ID]);
});

test('Metadata goes by the id where there is one, and names a name that no topic can have', async () => {
  const world = await AdminWorld.start();
  const topicId = world.topic('a');
  const asked = [
    { topicId, name: '' },
    { topicId: UUID_ZERO, name: 'a b' },
    { topicId: UUID_ZERO, name: 'missing' },
  ];
  const flags = { allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false };
  const { topics } = await world.call(apis.metadata, { topics: asked, ...flags });
  const seen = topics.map(({ errorCode, name }: { errorCode: number; name: string }) => [errorCode, name]);
  assert.deepEqual(seen, [
    [0, 'a'],
    [17, 'a b'],
    [3, 'missing'],
  ]);
});

test('DescribeLogDirs tells the bytes of each partition and of the disk', async () => {
  const world = await AdminWorld.start();
  world.topic('a', 2);
  world.topic('b');
  await world.produce(world.partition('a', 1), 3);
  const { results } = await world.call(apis.describeLogDirs, { topics: null });
  assert.equal(results.length, 1);
  const [{ logDir, totalBytes, usableBytes, topics }] = results;
  assert.deepEqual([logDir, totalBytes, usableBytes], ['/data', 5e9, 3e9]);
  const sizes = topics.map(({ name, partitions }: Answer) => [
    name,
    partitions.map(({ partitionSize, offsetLag, isFutureKey }: Answer) => [partitionSize, offsetLag, isFutureKey]),
  ]);
  const bytes = world.partition('a', 1).log.byteSize;
  assert.ok(bytes > 0);
  const empty = [0, 0, false];
  assert.deepEqual(sizes, [
    ['a', [empty, [bytes, 0, false]]],
    ['b', [empty]],
  ]);
});

test('DescribeLogDirs leaves out what does not exist, and says -1 of a disk that it does not know', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  world.space = undefined;
  const wanted = [
    { topic: 'a', partitions: [9, 0] },
    { topic: 'gone', partitions: [0] },
  ];
  const { results } = await world.call(apis.describeLogDirs, { topics: wanted });
  const [{ totalBytes, usableBytes, topics }] = results;
  assert.deepEqual([totalBytes, usableBytes], [-1, -1]);
  assert.deepEqual(
    topics.map(({ name, partitions }: Answer) => [name, partitions.map((each: Answer) => each.partitionIndex)]),
    [['a', [0]]],
  );
  const none = await world.call(apis.describeLogDirs, { topics: [] });
  assert.deepEqual(none.results[0].topics, []);
});

test('DescribeCluster presents the node as its broker and controller', async () => {
  const world = await AdminWorld.start();
  const asked = await world.call(apis.describeCluster, REQUESTS.DescribeCluster ?? {});
  assert.equal(asked.clusterId, world.catalog.clusterId);
  assert.equal(asked.controllerId, NODE_ID);
  assert.deepEqual(asked.brokers, [
    { brokerId: NODE_ID, host: 'broker.test', port: 9092, rack: null, isFenced: false },
  ]);
  assert.equal(asked.clusterAuthorizedOperations, CLUSTER_OPERATIONS);
  const unasked = await world.call(apis.describeCluster, { includeClusterAuthorizedOperations: false }, 0);
  assert.equal(unasked.clusterAuthorizedOperations, NOT_ASKED);
});

test('DescribeCluster has no controller endpoint', async () => {
  const world = await AdminWorld.start();
  const ask = (endpointType: number) =>
    world.call(apis.describeCluster, {
      includeClusterAuthorizedOperations: true,
      endpointType,
      includeFencedBrokers: false,
    });
  const [controllers, unknown] = [await ask(2), await ask(7)];
  assert.deepEqual(
    [errorName(controllers), errorName(unknown)],
    ['MISMATCHED_ENDPOINT_TYPE', 'UNSUPPORTED_ENDPOINT_TYPE'],
  );
  assert.deepEqual([controllers.brokers, controllers.controllerId], [[], -1]);
});

test('Metadata tells the authorized operations only when asked', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const ask = async (includeClusterAuthorizedOperations: boolean, includeTopicAuthorizedOperations: boolean) => {
    const flags = { includeClusterAuthorizedOperations, includeTopicAuthorizedOperations };
    const request = { topics: [{ topicId: UUID_ZERO, name: 'a' }], allowAutoTopicCreation: false, ...flags };
    const { clusterAuthorizedOperations, topics } = await world.call(apis.metadata, request, 10);
    return [clusterAuthorizedOperations, topics[0].topicAuthorizedOperations];
  };
  assert.deepEqual(await ask(false, false), [NOT_ASKED, NOT_ASKED]);
  assert.deepEqual(await ask(true, false), [CLUSTER_OPERATIONS, NOT_ASKED]);
  assert.deepEqual(await ask(false, true), [NOT_ASKED, TOPIC_OPERATIONS]);
});

/** The answer as `topic:partitions` with the cursor. */
async function page(world: AdminWorld, names: string[], responsePartitionLimit: number, cursor: object | null = null) {
  const request = { topics: names.map((name) => ({ name })), responsePartitionLimit, cursor };
  const { topics, nextCursor } = await world.call(apis.describeTopicPartitions, request);
  const found = topics.map(({ name, partitions }: Answer) => {
    return `${name}:${partitions.map(({ partitionIndex }: Answer) => partitionIndex).join('')}`;
  });
  return { found, nextCursor };
}

test('DescribeTopicPartitions goes through topics by name, a page at a time', async () => {
  const world = await AdminWorld.start();
  world.topic('b', 2);
  world.topic('a', 3);
  const cursor = (topicName: string, partitionIndex: number) => ({ topicName, partitionIndex });
  assert.deepEqual(await page(world, [], 2000), { found: ['a:012', 'b:01'], nextCursor: null });
  assert.deepEqual(await page(world, ['b', 'a', 'b'], 2), { found: ['a:01'], nextCursor: cursor('a', 2) });
  assert.deepEqual(await page(world, ['b', 'a'], 2, cursor('a', 2)), {
    found: ['a:2', 'b:0'],
    nextCursor: cursor('b', 1),
  });
  assert.deepEqual(await page(world, ['b', 'a'], 2, cursor('b', 1)), { found: ['b:1'], nextCursor: null });
  assert.deepEqual(await page(world, [], 3), { found: ['a:012'], nextCursor: cursor('b', 0) });
  assert.deepEqual(await page(world, [], 5), { found: ['a:012', 'b:01'], nextCursor: null });
  assert.deepEqual(await page(world, [], 0), { found: ['a:0'], nextCursor: cursor('a', 1) });
  assert.deepEqual(
    await page(world, [], 9, cursor('aa', 1)),
    { found: ['b:01'], nextCursor: null },
    'the topic is gone',
  );
  assert.deepEqual(await page(world, ['a'], 9, cursor('a', 7)), { found: ['a:'], nextCursor: null });
});

test('DescribeTopicPartitions tells all about a partition', async () => {
  const world = await AdminWorld.start();
  const topicId = world.topic('a');
  const request = { topics: [{ name: 'a' }], responsePartitionLimit: 10, cursor: null };
  const { topics } = await world.call(apis.describeTopicPartitions, request);
  assert.deepEqual(topics, [
    {
      errorCode: 0,
      name: 'a',
      topicId,
      isInternal: false,
      partitions: [
        {
          errorCode: 0,
          partitionIndex: 0,
          leaderId: NODE_ID,
          leaderEpoch: 0,
          replicaNodes: [NODE_ID],
          isrNodes: [NODE_ID],
          eligibleLeaderReplicas: [],
          lastKnownElr: [],
          offlineReplicas: [],
        },
      ],
      topicAuthorizedOperations: TOPIC_OPERATIONS,
    },
  ]);
});

test('DescribeTopicPartitions refuses unknown topics one by one and a strange cursor as a whole', async () => {
  const world = await AdminWorld.start();
  world.topic('b');
  const ask = async (names: string[], cursor: object | null) => {
    const request = { topics: names.map((name) => ({ name })), responsePartitionLimit: 10, cursor };
    return errorsByName((await world.call(apis.describeTopicPartitions, request)).topics);
  };
  assert.deepEqual(await ask(['gone', 'b', 'a/b'], null), [
    ['a/b', 'INVALID_TOPIC_EXCEPTION'],
    ['b', 'NONE'],
    ['gone', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ]);
  const invalid = [['b', 'INVALID_REQUEST']];
  assert.deepEqual(await ask(['b'], { topicName: 'a', partitionIndex: 0 }), invalid);
  assert.deepEqual(await ask(['b'], { topicName: 'b', partitionIndex: -1 }), invalid);
});

test('no partition is being reassigned, and none can be but to where it is', async () => {
  const world = await AdminWorld.start();
  world.topic('a', 5);
  const listed = await world.call(apis.listPartitionReassignments, REQUESTS.ListPartitionReassignments ?? {});
  assert.deepEqual(listed.topics, []);
  const replicas = [[1], null, [2], [], [1, 1]];
  const partitions = replicas.map((each, partitionIndex) => ({ partitionIndex, replicas: each }));
  const topics = [
    { name: 'a', partitions: [...partitions, { partitionIndex: 9, replicas: [1] }] },
    { name: 'gone', partitions: [{ partitionIndex: 0, replicas: [1] }] },
  ];
  const request = { timeoutMs: 1000, allowReplicationFactorChange: false, topics };
  const answer = await world.call(apis.alterPartitionReassignments, request);
  assert.equal(answer.allowReplicationFactorChange, false);
  assert.deepEqual(answer.responses[0].partitions.map(errorName), [
    'NONE',
    'NO_REASSIGNMENT_IN_PROGRESS',
    'INVALID_REPLICA_ASSIGNMENT',
    'INVALID_REPLICA_ASSIGNMENT',
    'INVALID_REPLICA_ASSIGNMENT',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ]);
  assert.deepEqual(answer.responses[1].partitions.map(errorName), ['UNKNOWN_TOPIC_OR_PARTITION']);
});

test('ACLs answer that security is disabled, once for each that is asked about', async () => {
  const world = await AdminWorld.start();
  const described = await world.call(apis.describeAcls, ACL_FILTER);
  const created = await world.call(apis.createAcls, { creations: [ACL, ACL] });
  const deleted = await world.call(apis.deleteAcls, { filters: [ACL_FILTER, ACL_FILTER] });
  assert.equal(errorName(described), 'SECURITY_DISABLED');
  assert.deepEqual(created.results.map(errorName), ['SECURITY_DISABLED', 'SECURITY_DISABLED']);
  assert.deepEqual(deleted.filterResults.map(errorName), ['SECURITY_DISABLED', 'SECURITY_DISABLED']);
});

test('OffsetForLeaderEpoch knows where the one epoch stands', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  await world.produce(world.partition('a'), 5);
  const ask = async (leaderEpoch: number, currentLeaderEpoch = -1, partition = 0) => {
    const query = { partition, currentLeaderEpoch, leaderEpoch };
    const request = { replicaId: -1, topics: [{ topic: 'a', partitions: [query] }] };
    const [answer] = (await world.call(apis.offsetForLeaderEpoch, request)).topics[0].partitions;
    return [errorName(answer), answer.leaderEpoch, answer.endOffset];
  };
  assert.deepEqual(await ask(0), ['NONE', 0, 5]);
  assert.deepEqual(await ask(0, 0), ['NONE', 0, 5]);
  assert.deepEqual(await ask(1), ['NONE', -1, -1]);
  assert.deepEqual(await ask(-1), ['NONE', -1, -1]);
  assert.deepEqual(await ask(0, 1), ['UNKNOWN_LEADER_EPOCH', -1, -1]);
  assert.deepEqual(await ask(0, -2), ['FENCED_LEADER_EPOCH', -1, -1]);
  assert.deepEqual(await ask(0, -1, 9), ['UNKNOWN_TOPIC_OR_PARTITION', -1, -1]);
});

test('DescribeProducers tells what a partition remembers of its producers', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const partition = world.partition('a');
  await world.produce(partition, 2);
  await world.produce(partition, 3, { producerId: 70, producerEpoch: 4, baseSequence: 0 });
  await world.produce(partition, 1, { producerId: 71, producerEpoch: 0, baseSequence: 0, transactional: true });
  const { topics } = await world.call(apis.describeProducers, { topics: [{ name: 'a', partitionIndexes: [0] }] });
  const timestamp = world.scheduler.nowMs();
  const common = { lastTimestamp: timestamp, coordinatorEpoch: -1 };
  assert.deepEqual(topics[0].partitions[0].activeProducers, [
    { ...common, producerId: 70, producerEpoch: 4, lastSequence: 2, currentTxnStartOffset: -1 },
    { ...common, producerId: 71, producerEpoch: 0, lastSequence: 0, currentTxnStartOffset: 5 },
  ]);
});

test('DescribeProducers refuses unknown partitions and bad names', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const wanted = ['a', 'gone', 'a/b'].map((name) => ({ name, partitionIndexes: [9] }));
  const { topics } = await world.call(apis.describeProducers, { topics: wanted });
  assert.deepEqual(
    topics.map(({ partitions }: Answer) => errorName(partitions[0])),
    ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION'],
  );
});

test('ElectLeaders finds that no election is needed', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const elect = async (electionType: number, topicPartitions: object[] | null) => {
    const request = { electionType, topicPartitions, timeoutMs: 1000 };
    const { errorCode, replicaElectionResults } = await world.call(apis.electLeaders, request);
    const results = replicaElectionResults.map(({ topic, partitionResult }: Answer) => [
      topic,
      ...partitionResult.map(errorName),
    ]);
    return [errorCode, results];
  };
  const some = [
    { topic: 'a', partitions: [0, 9] },
    { topic: 'gone', partitions: [0] },
  ];
  const needless = [
    ['a', 'ELECTION_NOT_NEEDED', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['gone', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ];
  assert.deepEqual(await elect(0, some), [0, needless]);
  assert.deepEqual(await elect(1, some), [0, needless]);
  assert.deepEqual(await elect(0, null), [0, [['a']]]);
  assert.deepEqual(await elect(5, [{ topic: 'a', partitions: [0] }]), [42, [['a', 'INVALID_REQUEST']]]);
});

test('DescribeClientQuotas finds none, and refuses filters that mean nothing', async () => {
  const world = await AdminWorld.start();
  const ask = async (...components: [string, number, string | null][]) => {
    const filter = components.map(([entityType, matchType, match]) => ({ entityType, matchType, match }));
    const answer = await world.call(apis.describeClientQuotas, { components: filter, strict: false });
    return [errorName(answer), answer.entries];
  };
  assert.deepEqual(await ask(), ['NONE', []]);
  assert.deepEqual(await ask(['user', 0, 'x'], ['client-id', 2, null]), ['NONE', []]);
  assert.deepEqual(await ask(['nobody', 0, 'x']), ['UNSUPPORTED_VERSION', null]);
  const invalid = ['INVALID_REQUEST', null];
  assert.deepEqual(await ask(['user', 7, 'x']), invalid);
  assert.deepEqual(await ask(['', 0, 'x']), invalid);
  assert.deepEqual(await ask(['user', 0, null]), invalid);
  assert.deepEqual(await ask(['user', 1, 'x']), invalid);
  assert.deepEqual(await ask(['user', 0, 'x'], ['user', 1, null]), invalid);
  assert.deepEqual(await ask(['ip', 2, null], ['user', 2, null]), invalid);
});

test('DescribeUserScramCredentials finds none', async () => {
  const world = await AdminWorld.start();
  const all = await world.call(apis.describeUserScramCredentials, { users: null });
  assert.deepEqual([errorName(all), all.results], ['NONE', []]);
  const users = ['u', 'w', 'u'].map((name) => ({ name }));
  const { results } = await world.call(apis.describeUserScramCredentials, { users });
  assert.deepEqual(
    results.map((each: Answer) => [each.user, errorName(each)]),
    [
      ['u', 'DUPLICATE_RESOURCE'],
      ['w', 'RESOURCE_NOT_FOUND'],
    ],
  );
});
