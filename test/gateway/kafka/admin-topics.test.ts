import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UUID_ZERO } from '../../../src/catalog/uuid.ts';
import { apis } from '../../../src/gateway/kafka/protocol/apis.ts';
import { AdminWorld, type Answer, errorName, errorsByName } from './admin-world.ts';

const UNKNOWN_ID = 'abcdefghijklmnopqrstuA';

function wanted(name: string, more: object = {}) {
  return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...more };
}

function createTopics(world: AdminWorld, topics: object[], options: { validateOnly?: boolean; version?: number } = {}) {
  const { version, validateOnly = false } = options;
  return world.call(apis.createTopics, { topics, timeoutMs: 1000, validateOnly }, version);
}

function deleteTopics(world: AdminWorld, topics: object[]) {
  return world.call(apis.deleteTopics, { topics, topicNames: [], timeoutMs: 1000 });
}

function createPartitions(world: AdminWorld, topics: object[], validateOnly = false) {
  const all = topics.map((topic) => ({ assignments: null, ...topic }));
  return world.call(apis.createPartitions, { topics: all, timeoutMs: 1000, validateOnly });
}

test('CreateTopics tells what was made', async () => {
  const world = await AdminWorld.start();
  const configs = [{ name: 'retention.ms', value: '5' }];
  const { topics } = await createTopics(world, [wanted('a', { numPartitions: 3, replicationFactor: 3, configs })]);
  const [answer] = topics;
  const topic = world.catalog.topic('a');
  assert.equal(errorName(answer), 'NONE');
  assert.equal(answer.topicId, topic?.id);
  assert.deepEqual([answer.numPartitions, answer.replicationFactor], [3, 1]);
  assert.equal(topic?.partitions.length, 3);
  const retention = answer.configs.find(({ name }: Answer) => name === 'retention.ms');
  assert.deepEqual(retention, {
    name: 'retention.ms',
    value: '5',
    readOnly: false,
    configSource: 1,
    isSensitive: false,
  });
  const cleanup = answer.configs.find(({ name }: Answer) => name === 'cleanup.policy');
  assert.deepEqual([cleanup.value, cleanup.configSource], ['delete', 5]);
});

test('CreateTopics gives the defaults, and follows a manual assignment', async () => {
  const world = await AdminWorld.start();
  const unset = { numPartitions: -1, replicationFactor: -1 };
  const assignments = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }));
  const { topics } = await createTopics(world, [wanted('a', unset), wanted('b', { ...unset, assignments })]);
  assert.deepEqual(
    topics.map(({ numPartitions }: Answer) => numPartitions),
    [2, 3],
  );
});

test('CreateTopics only validates when told so', async () => {
  const world = await AdminWorld.start();
  const { topics } = await createTopics(world, [wanted('a'), wanted('b/c')], { validateOnly: true });
  assert.deepEqual(errorsByName(topics), [
    ['a', 'NONE'],
    ['b/c', 'INVALID_TOPIC_EXCEPTION'],
  ]);
  assert.equal(world.catalog.topicCount, 0);
});

test('CreateTopics refuses a topic that is named twice, once, and makes the others', async () => {
  const world = await AdminWorld.start();
  world.topic('old');
  const { topics } = await createTopics(world, [wanted('twice'), wanted('old'), wanted('twice'), wanted('new')]);
  assert.deepEqual(errorsByName(topics), [
    ['old', 'TOPIC_ALREADY_EXISTS'],
    ['new', 'NONE'],
    ['twice', 'INVALID_REQUEST'],
  ]);
  assert.equal(topics[2].errorMessage, 'Duplicate topic name.');
  assert.deepEqual([topics[2].topicId, topics[2].numPartitions, topics[2].configs], [UUID_ZERO, -1, []]);
  assert.equal(world.catalog.topic('twice'), undefined);
});

test('CreateTopics refuses more than 10,000 partitions in one request, however they are asked for', async () => {
  const world = await AdminWorld.start();
  const assignments = Array.from({ length: 9 }, (_, partitionIndex) => ({ partitionIndex, brokerIds: [1] }));
  const manual = wanted('manual', { numPartitions: -1, replicationFactor: -1, assignments });
  const byDefault = wanted('default', { numPartitions: -1 });
  const impossible = wanted('impossible', { numPartitions: -50 });
  const most = (numPartitions: number) => [wanted('most', { numPartitions }), manual, byDefault, impossible];
  const refused = await createTopics(world, most(9_990), { validateOnly: true });
  assert.ok(refused.topics.every((answer: Answer) => errorName(answer) === 'POLICY_VIOLATION'));
  const accepted = await createTopics(world, most(9_989), { validateOnly: true });
  assert.deepEqual(accepted.topics.map(errorName), ['NONE', 'NONE', 'NONE', 'INVALID_PARTITIONS']);
});

test('DeleteTopics deletes by name and by id', async () => {
  const world = await AdminWorld.start();
  const [a, b] = [world.topic('a'), world.topic('b')];
  const partition = world.partition('a');
  const { responses } = await deleteTopics(world, [
    { name: 'a', topicId: UUID_ZERO },
    { name: null, topicId: b },
  ]);
  assert.deepEqual(
    responses.map(({ name, topicId, errorCode }: Answer) => [name, topicId, errorCode]),
    [
      ['a', a, 0],
      ['b', b, 0],
    ],
  );
  assert.equal(world.catalog.topicCount, 0);
  assert.ok(partition.isDeleted);
});

test('DeleteTopics before version 6 knows names only', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const { responses } = await world.call(apis.deleteTopics, { topics: [], topicNames: ['a', 'gone'], timeoutMs: 1 }, 5);
  assert.deepEqual(errorsByName(responses), [
    ['a', 'NONE'],
    ['gone', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ]);
  assert.equal(responses[1].errorMessage, 'This server does not host this topic-partition.');
  assert.equal(world.catalog.topicCount, 0);
});

test('DeleteTopics refuses what is unknown, malformed or named twice', async () => {
  const world = await AdminWorld.start();
  const [twice, both] = [world.topic('twice'), world.topic('both')];
  const { responses } = await deleteTopics(world, [
    { name: 'gone', topicId: UUID_ZERO },
    { name: null, topicId: UNKNOWN_ID },
    { name: null, topicId: UUID_ZERO },
    { name: 'both', topicId: both },
    { name: 'x', topicId: UUID_ZERO },
    { name: 'x', topicId: UUID_ZERO },
    { name: null, topicId: both },
    { name: null, topicId: both },
    { name: 'twice', topicId: UUID_ZERO },
    { name: null, topicId: twice },
  ]);
  const answers = responses.map((each: Answer) => [each.name, each.topicId, errorName(each), each.errorMessage]);
  assert.deepEqual(answers, [
    [null, UUID_ZERO, 'INVALID_REQUEST', 'Neither topic name nor id were specified.'],
    ['both', both, 'INVALID_REQUEST', 'You may not specify both topic name and topic id.'],
    ['x', UUID_ZERO, 'INVALID_REQUEST', 'Duplicate topic name.'],
    [null, both, 'INVALID_REQUEST', 'Duplicate topic id.'],
    ['gone', UUID_ZERO, 'UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.'],
    ['twice', twice, 'INVALID_REQUEST', 'The provided topic name maps to an ID that was already supplied.'],
    [null, UNKNOWN_ID, 'UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.'],
  ]);
  assert.equal(world.catalog.topicCount, 2, 'nothing was deleted');
});

test('CreatePartitions grows topics', async () => {
  const world = await AdminWorld.start();
  world.topic('a', 2);
  const { results } = await createPartitions(world, [
    { name: 'a', count: 5, assignments: Array(3).fill({ brokerIds: [1] }) },
  ]);
  assert.deepEqual(errorsByName(results), [['a', 'NONE']]);
  assert.equal(world.partition('a', 4).endOffset, 0);
});

test('CreatePartitions refuses duplicates, missing topics, fewer partitions and strange brokers', async () => {
  const world = await AdminWorld.start();
  for (const name of ['a', 'b', 'c', 'd']) world.topic(name, 2);
  const { results } = await createPartitions(world, [
    { name: 'a', count: 3 },
    { name: 'a', count: 4 },
    { name: 'gone', count: 3 },
    { name: 'b', count: 2 },
    { name: 'c', count: 3, assignments: [{ brokerIds: [9] }] },
    { name: 'd', count: 3 },
  ]);
  assert.deepEqual(errorsByName(results), [
    ['a', 'INVALID_REQUEST'],
    ['gone', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['b', 'INVALID_PARTITIONS'],
    ['c', 'INVALID_REPLICA_ASSIGNMENT'],
    ['d', 'NONE'],
  ]);
  assert.equal(world.catalog.topic('a')?.partitions.length, 2);
});

test('CreatePartitions only validates when told so, and adds at most 10,000 in one request', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  world.topic('b');
  world.topic('c');
  const grow = [
    { name: 'a', count: 6_001 },
    { name: 'b', count: 4_002 },
    { name: 'c', count: 4_001 },
  ];
  const { results } = await createPartitions(world, grow, true);
  assert.deepEqual(results.map(errorName), ['NONE', 'POLICY_VIOLATION', 'NONE']);
  assert.equal(world.catalog.partitionCount, 3);
});

test('DeleteRecords moves the start of a partition, to the end for -1', async () => {
  const world = await AdminWorld.start();
  world.topic('a', 3);
  for (const index of [0, 1, 2]) await world.produce(world.partition('a', index), 5);
  const { topics } = await world.call(apis.deleteRecords, {
    topics: [
      {
        name: 'a',
        partitions: [
          { partitionIndex: 0, offset: 3 },
          { partitionIndex: 1, offset: -1 },
          { partitionIndex: 2, offset: 6 },
          { partitionIndex: 2, offset: -2 },
          { partitionIndex: 9, offset: 0 },
        ],
      },
    ],
    timeoutMs: 1000,
  });
  const answers = topics[0].partitions.map((each: Answer) => [each.partitionIndex, each.lowWatermark, errorName(each)]);
  assert.deepEqual(answers, [
    [0, 3, 'NONE'],
    [1, 5, 'NONE'],
    [2, -1, 'OFFSET_OUT_OF_RANGE'],
    [2, -1, 'OFFSET_OUT_OF_RANGE'],
    [9, -1, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ]);
  assert.deepEqual([world.partition('a', 0).startOffset, world.partition('a', 2).startOffset], [3, 0]);
});

test('DeleteRecords is refused where only compaction removes records', async () => {
  const world = await AdminWorld.start();
  world.topic('compacted', 1, { 'cleanup.policy': 'compact' });
  world.topic('mixed', 1, { 'cleanup.policy': 'compact,delete' });
  const partitions = [{ partitionIndex: 0, offset: 0 }];
  const topics = [
    { name: 'compacted', partitions },
    { name: 'mixed', partitions },
  ];
  const answer = await world.call(apis.deleteRecords, { topics, timeoutMs: 1000 });
  assert.deepEqual(
    answer.topics.map((topic: Answer) => errorName(topic.partitions[0])),
    ['POLICY_VIOLATION', 'NONE'],
  );
});
