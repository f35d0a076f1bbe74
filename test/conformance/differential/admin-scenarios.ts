/** Topics, configurations, records, the cluster; metadata and offsets of partitions. */
import type { Conversation, Json, JsonObject } from '../../support/clients-probe.ts';
import { createTopic, produceText, type Scenario, versions } from './scenario.ts';

const UNKNOWN = 'no-such-topic-here';
const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAAABw';
const TOPIC = 2;
const BROKER = 4;
const SET = 0;
const DELETE = 1;
const APPEND = 2;
const CONFIG_NAMES = [
  ...['cleanup.policy', 'compression.type', 'delete.retention.ms', 'max.message.bytes', 'message.timestamp.type'],
  ...['min.compaction.lag.ms', 'max.compaction.lag.ms', 'retention.ms', 'retention.bytes', 'segment.ms'],
];

export const adminScenarios: readonly Scenario[] = [
  { title: 'admin: topics are created and deleted at every version', run: topicLives },
  { title: 'admin: topics that must not be created', run: badTopics },
  { title: 'admin: partitions are added, records are deleted', run: partitionsAndRecords },
  { title: 'admin: metadata at every version', run: metadata },
  { title: 'admin: offsets at every version', run: listOffsets },
  { title: 'admin: configurations at every version', run: configs },
  { title: 'admin: configurations that must be refused', run: badConfigs },
  { title: 'admin: the rest of a node that is alone', run: rest },
];

async function topicLives(broker: Conversation): Promise<void> {
  for (const version of versions(2, 7)) {
    const name = broker.name(`life-${version}`);
    const configs = [{ name: 'retention.ms', value: '60000' }];
    const topics = [{ name, numPartitions: 2, replicationFactor: 1, configs }];
    const created = await broker.quietly('CreateTopics', version, { topics, timeoutMs: 5_000 });
    broker.note(`create (CreateTopics v${version})`, withoutConfigs(created));
    const deleted = Math.min(version - 1, 6);
    const named: JsonObject = deleted >= 6 ? { topics: [{ name }] } : { topicNames: [name] };
    await broker.ask('delete', 'DeleteTopics', deleted, { ...named, timeoutMs: 5_000 });
  }
  const unknown = [{ name: UNKNOWN }, { name: null, topicId: UNKNOWN_ID }];
  await broker.ask('delete unknown ones', 'DeleteTopics', 6, { topics: unknown, timeoutMs: 5_000 });
  const twice = await createTopic(broker, 'twice');
  await broker.ask('delete by id', 'DeleteTopics', 6, {
    topics: [{ name: null, topicId: twice.topicId }],
    timeoutMs: 5_000,
  });
}

/** The list of all configurations of a topic grows with Kafka's versions; a scenario of its own looks at some. */
function withoutConfigs(created: JsonObject): JsonObject {
  const topics = (created.topics as readonly JsonObject[]).map(({ configs: _, ...topic }) => topic as JsonObject);
  return { ...created, topics };
}

async function badTopics(broker: Conversation): Promise<void> {
  const { name: existing } = await createTopic(broker, 'existing');
  const create = async (title: string, topic: JsonObject, validateOnly = false) => {
    const topics = [{ numPartitions: 1, replicationFactor: 1, ...topic }];
    const created = await broker.quietly('CreateTopics', 5, { topics, timeoutMs: 5_000, validateOnly });
    broker.note(title, withoutConfigs(created));
  };
  await create('an existing one', { name: existing });
  for (const name of ['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(250)]) await create(`the name "${name}"`, { name });
  const name = broker.name('bad');
  await create('no partitions', { name, numPartitions: 0 });
  await create('minus two partitions', { name, numPartitions: -2 });
  await create('no replicas', { name, replicationFactor: 0 });
  await create('four replicas', { name, replicationFactor: 4 });
  await create('an unknown configuration', { name, configs: [{ name: 'no.such.config', value: '1' }] });
  await create('a configuration of the wrong type', { name, configs: [{ name: 'retention.ms', value: 'soon' }] });
  await create('a configuration without a value', { name, configs: [{ name: 'retention.ms', value: null }] });
  const assignment = (...brokers: number[]) => ({
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds: brokers }],
  });
  await create('assigned to an unknown broker', { name, ...assignment(99) });
  await create('assigned and counted', { name, ...assignment(1), numPartitions: 1, replicationFactor: 1 });
  await create('only validated', { name }, true);
  await create('assigned', { name, ...assignment(1) });
  await create('with all defaults', { name: broker.name('defaults'), numPartitions: -1, replicationFactor: -1 });
  const clash = { numPartitions: 1, replicationFactor: 1 };
  await create('a name with dots', { name: broker.name('a.b'), ...clash });
  await create('a name that clashes with it', { name: broker.name('a_b'), ...clash });
  const twice = broker.name('twice');
  const topics = [
    { name: twice, ...clash },
    { name: twice, ...clash, numPartitions: 2 },
  ];
  broker.note('one name twice', withoutConfigs(await broker.quietly('CreateTopics', 5, { topics, timeoutMs: 5_000 })));
}

async function partitionsAndRecords(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'partitions', 2);
  const extend = (title: string, version: number, more: JsonObject, validateOnly = false) =>
    broker.ask(title, 'CreatePartitions', version, {
      topics: [{ name: topic.name, assignments: null, ...more }],
      timeoutMs: 5_000,
      validateOnly,
    });
  await extend('as many as there are', 1, { count: 2 });
  await extend('fewer', 1, { count: 1 });
  await extend('none', 1, { count: 0 });
  await extend('an unknown topic', 1, { name: UNKNOWN, count: 3 });
  await extend('only validated', 1, { count: 9 }, true);
  for (const version of versions(0, 3)) await extend('one more', version, { count: 3 + version });
  await extend('assigned to an unknown broker', 3, { count: 7, assignments: [{ brokerIds: [99] }] });
  await produceText(broker, topic, ['a', 'b', 'c', 'd']);
  const remove = (title: string, version: number, offset: number, partitionIndex = 0, name = topic.name) =>
    broker.ask(title, 'DeleteRecords', version, {
      topics: [{ name, partitions: [{ partitionIndex, offset }] }],
      timeoutMs: 5_000,
    });
  for (const version of versions(0, 2)) await remove('up to an offset', version, version + 1);
  await remove('what is gone already', 2, 1);
  await remove('past the end', 2, 99);
  await remove('a negative offset', 2, -5);
  await remove('all', 2, -1);
  await remove('an unknown partition', 2, 1, 50);
  await remove('an unknown topic', 2, 1, 0, UNKNOWN);
}

async function metadata(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'metadata', 2);
  for (const version of versions(0, 13)) {
    const creation: JsonObject = version >= 4 ? { allowAutoTopicCreation: false } : {};
    const unknown = version >= 4 ? [{ name: UNKNOWN }, { name: 'a b' }] : [];
    await broker.ask('of topics', 'Metadata', version, { topics: [{ name: topic.name }, ...unknown], ...creation });
  }
  const byId = {
    topics: [
      { topicId: topic.topicId, name: null },
      { topicId: UNKNOWN_ID, name: null },
    ],
  };
  await broker.ask('by id', 'Metadata', 12, { ...byId, allowAutoTopicCreation: false });
  await broker.ask('of no topics', 'Metadata', 12, { topics: [] });
  await broker.ask('creates a topic', 'Metadata', 4, {
    topics: [{ name: broker.name('auto') }],
    allowAutoTopicCreation: true,
  });
  const names = { topics: [{ name: topic.name }, { name: UNKNOWN }], responsePartitionLimit: 1 };
  await broker.ask('by partitions', 'DescribeTopicPartitions', 0, names);
}

async function listOffsets(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'offsets');
  const specials: readonly (readonly [number, number])[] = [
    [-1, 1],
    [-2, 1],
    [-3, 7],
    [-4, 8],
    [-5, 9],
    [0, 1],
    [1_800_000_000_000, 1],
  ];
  const ask = async (title: string, version: number) => {
    for (const [timestamp, since] of specials) {
      if (version < since) continue;
      const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp }] }];
      const body = { replicaId: -1, topics };
      await broker.ask(`${title}: ${timestamp}`, 'ListOffsets', version, body);
    }
  };
  await ask('of an empty log', 10);
  await produceText(broker, topic, ['a', 'b']);
  for (const version of versions(1, 10)) await ask('of a log', version);
  const wrong = (partitionIndex: number, more: JsonObject = {}): Json => [{ partitionIndex, timestamp: -1, ...more }];
  const unknown = [
    { name: topic.name, partitions: wrong(7) },
    { name: UNKNOWN, partitions: wrong(0) },
  ];
  await broker.ask('unknown ones', 'ListOffsets', 7, { replicaId: -1, topics: unknown });
  const epoch = [{ name: topic.name, partitions: wrong(0, { currentLeaderEpoch: 99 }) }];
  await broker.ask('an epoch of the future', 'ListOffsets', 7, { replicaId: -1, topics: epoch });
  for (const version of versions(2, 4)) {
    const partitions = [0, 99].map((leaderEpoch) => ({ partition: 0, currentLeaderEpoch: -1, leaderEpoch }));
    const topics = partitions.map((partition) => ({ topic: topic.name, partitions: [partition] }));
    for (const one of topics)
      await broker.ask('of an epoch', 'OffsetForLeaderEpoch', version, {
        ...(version >= 3 ? { replicaId: -1 } : {}),
        topics: [one],
      });
  }
}

async function configs(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'configs', 1, { 'retention.ms': '60000' });
  const resource = { resourceType: TOPIC, resourceName: topic.name };
  for (const version of versions(1, 4)) {
    const resources = [{ ...resource, configurationKeys: CONFIG_NAMES }];
    await broker.ask('describe', 'DescribeConfigs', version, { resources, includeSynonyms: true });
  }
  for (const version of versions(0, 1)) {
    const changes = [
      { name: 'cleanup.policy', configOperation: APPEND, value: 'compact' },
      { name: 'retention.ms', configOperation: DELETE, value: null },
      { name: 'segment.ms', configOperation: SET, value: `${100_000 + version}` },
    ];
    await broker.ask('alter some', 'IncrementalAlterConfigs', version, {
      resources: [{ ...resource, configs: changes }],
    });
  }
  const some = [{ ...resource, configurationKeys: ['cleanup.policy', 'retention.ms', 'segment.ms'] }];
  await untilSegmentMs(broker, some, '100001');
  await broker.ask('after some', 'DescribeConfigs', 4, { resources: some, includeSynonyms: true });
  for (const version of versions(0, 2)) {
    const values = [{ name: 'retention.ms', value: `${70_000 + version}` }];
    await broker.ask('alter all', 'AlterConfigs', version, { resources: [{ ...resource, configs: values }] });
  }
  await untilSegmentMs(broker, some, '604800000');
  await broker.ask('after all', 'DescribeConfigs', 4, { resources: some, includeSynonyms: true });
}

/** Kafka tells its own broker of a change a moment after it has told the client. */
async function untilSegmentMs(broker: Conversation, resources: Json, value: string): Promise<void> {
  const entry = `"name":"segment.ms","value":"${value}"`;
  await broker.eventually('DescribeConfigs', 4, { resources }, (answer) => JSON.stringify(answer).includes(entry));
}

async function badConfigs(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'bad-configs');
  const alter = (title: string, name: string, value: string | null, more: JsonObject = {}) => {
    const resource = { resourceType: TOPIC, resourceName: topic.name, ...more };
    const configs = [{ name, configOperation: Number(more.configOperation ?? SET), value }];
    const { configOperation: _, ...kept } = resource as JsonObject;
    return broker.ask(title, 'IncrementalAlterConfigs', 1, { resources: [{ ...kept, configs }], validateOnly: true });
  };
  await alter('an unknown name', 'no.such.config', '1');
  await alter('a wrong type', 'retention.ms', 'soon');
  await alter('out of range', 'segment.bytes', '1');
  await alter('a wrong choice', 'cleanup.policy', 'burn');
  await alter('no value', 'retention.ms', null);
  await alter('appended to what is no list', 'retention.ms', '1', { configOperation: APPEND });
  await alter('an unknown topic', 'retention.ms', '1', { resourceName: UNKNOWN });
  await alter('an unknown broker', 'log.cleaner.threads', '2', { resourceType: BROKER, resourceName: '99' });
  await alter('no broker number', 'log.cleaner.threads', '2', { resourceType: BROKER, resourceName: 'abc' });
  await alter('an unknown resource type', 'x', '1', { resourceType: 99 });
  const describe = (title: string, resource: JsonObject) =>
    broker.ask(title, 'DescribeConfigs', 4, { resources: [{ configurationKeys: ['retention.ms'], ...resource }] });
  await describe('describe an unknown topic', { resourceType: TOPIC, resourceName: UNKNOWN });
  await describe('describe a bad name', { resourceType: TOPIC, resourceName: 'a b' });
  await describe('describe an unknown broker', { resourceType: BROKER, resourceName: '99' });
  await describe('describe an unknown name', {
    resourceType: TOPIC,
    resourceName: topic.name,
    configurationKeys: ['no.such.config'],
  });
}

async function rest(broker: Conversation): Promise<void> {
  const topic = await createTopic(broker, 'rest');
  for (const version of versions(0, 2)) await broker.ask('cluster', 'DescribeCluster', version, {});
  await broker.ask('reassignments', 'ListPartitionReassignments', 0, { topics: null, timeoutMs: 1_000 });
  const anyAcl = {
    resourceTypeFilter: 1,
    resourceNameFilter: null,
    patternTypeFilter: 1,
    operation: 1,
    permissionType: 1,
  };
  for (const version of versions(1, 3)) await broker.ask('acls', 'DescribeAcls', version, anyAcl);
  const partitions = [{ topic: topic.name, partitions: [0] }];
  for (const version of versions(1, 4)) {
    const described = await broker.quietly('DescribeLogDirs', version, { topics: partitions });
    const [directory] = described.results as readonly JsonObject[];
    broker.note(`log directories (DescribeLogDirs v${version})`, [
      directory?.errorCode ?? null,
      directory?.topics ?? null,
    ]);
  }
}
