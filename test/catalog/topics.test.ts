import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Topic } from '../../src/catalog/topic.ts';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { newTopic, refuses, testCatalog } from './support.ts';

const NOT_HERE = 'This server does not host this topic-partition.';

describe('creating a topic', () => {
  it('gives it an id, partitions with log ids of their own, and one replica', () => {
    const { catalog } = testCatalog();
    const created = catalog.createTopic({ name: 'orders', numPartitions: 3, replicationFactor: 3 });
    assert.equal(created.numPartitions, 3);
    assert.equal(created.replicationFactor, 1);
    assert.match(created.topicId, /^[\w-]{22}$/);
    const topic = catalog.topic('orders');
    assert.equal(topic, catalog.topicById(created.topicId));
    assert.deepEqual(topic?.partitions, [
      { index: 0, logId: 1024 },
      { index: 1, logId: 1025 },
      { index: 2, logId: 1026 },
    ]);
    assert.equal(topic?.createdMs, 1_700_000_000_000);
    assert.equal(created.configs.find((config) => config.name === 'retention.ms')?.value, '604800000');
  });

  it('takes -1 for the default number of partitions and replicas', () => {
    const { catalog } = testCatalog({ defaultPartitions: 4 });
    const created = catalog.createTopic({ name: 't', numPartitions: -1, replicationFactor: -1 });
    assert.deepEqual([created.numPartitions, created.replicationFactor], [4, 1]);
  });

  it('only checks when asked to validate', () => {
    const { catalog, records } = testCatalog();
    const checked = catalog.createTopic(newTopic('t', 2), { validateOnly: true });
    assert.deepEqual([checked.topicId, checked.numPartitions], [UUID_ZERO, 2]);
    assert.equal(catalog.topic('t'), undefined);
    assert.deepEqual(records, []);
    catalog.createTopic(newTopic('t'));
    refuses(
      () => catalog.createTopic(newTopic('t'), { validateOnly: true }),
      'topic_exists',
      "Topic 't' already exists.",
    );
  });

  it('refuses numbers that make no topic, in the order Kafka does', () => {
    const { catalog } = testCatalog();
    const create =
      (numPartitions: number, replicationFactor: number, config = 'retention.ms') =>
      () =>
        catalog.createTopic({ name: 't', numPartitions, replicationFactor, configs: [{ name: config, value: '1' }] });
    const count = 'Number of partitions was set to an invalid non-positive value.';
    const factor = 'Replication factor must be larger than 0, or -1 to use the default value.';
    refuses(create(0, 1), 'partition_count_invalid', count);
    refuses(create(-2, 1), 'partition_count_invalid', count);
    refuses(create(0, 0), 'replication_factor_invalid', factor);
    refuses(create(1, -2), 'replication_factor_invalid', factor);
    refuses(create(0, 0, 'foo'), 'config_invalid', 'Unknown topic config name: foo');
    refuses(create(10_001, 1), 'policy_violation', 'Excessively large number of partitions per request.');
  });

  it('accepts up to three replicas when lenient and one when strict', () => {
    const create = (mode: 'lenient' | 'strict', replicationFactor: number) => () =>
      testCatalog({ replicationFactorMode: mode }).catalog.createTopic({
        name: 't',
        numPartitions: 1,
        replicationFactor,
      });
    const text = (n: number) =>
      `Unable to replicate the partition ${n} time(s): The target replication factor of ${n} cannot be reached because only 1 broker(s) are registered.`;
    create('lenient', 3)();
    create('strict', 1)();
    refuses(create('lenient', 4), 'replication_factor_invalid', text(4));
    refuses(create('strict', 2), 'replication_factor_invalid', text(2));
  });

  it('takes a manual assignment that names this node only', () => {
    const { catalog } = testCatalog({ nodeId: 7 });
    const assigned = (...lists: number[][]) => ({
      name: 't',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: lists.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    });
    const kind = 'replica_assignment_invalid';
    const manual = 'The manual partition assignment includes';
    refuses(() => catalog.createTopic(assigned([2])), kind, `${manual} broker 2, but no such broker is registered.`);
    refuses(
      () => catalog.createTopic(assigned([7], [-1])),
      kind,
      `${manual} broker -1, but no such broker is registered.`,
    );
    refuses(() => catalog.createTopic(assigned([7, 7])), kind, `${manual} the broker 7 more than once.`);
    refuses(() => catalog.createTopic(assigned([])), kind, `${manual} an empty replica list.`);
    const gap = [
      { partitionIndex: 0, brokerIds: [7] },
      { partitionIndex: 2, brokerIds: [7] },
    ];
    const twice = [
      { partitionIndex: 0, brokerIds: [7] },
      { partitionIndex: 0, brokerIds: [7] },
    ];
    refuses(
      () => catalog.createTopic({ ...assigned(), assignments: gap }),
      kind,
      'partitions should be a consecutive 0-based integer sequence',
    );
    refuses(
      () => catalog.createTopic({ ...assigned(), assignments: twice }),
      kind,
      'Found multiple manual partition assignments for partition 0',
    );
    refuses(
      () => catalog.createTopic({ ...assigned([7]), replicationFactor: 1 }),
      'invalid_request',
      'A manual partition assignment was specified, but replication factor was not set to -1.',
    );
    refuses(
      () => catalog.createTopic({ ...assigned([7]), numPartitions: 1 }),
      'invalid_request',
      'A manual partition assignment was specified, but numPartitions was not set to -1.',
    );
    assert.equal(catalog.createTopic(assigned([7], [7])).numPartitions, 2);
  });

  it('stops at the limits of the node, which a deletion frees', () => {
    const { catalog } = testCatalog({ topicsMax: 2, partitionsMax: 5 });
    catalog.createTopic(newTopic('a', 3));
    refuses(
      () => catalog.createTopic(newTopic('b', 3)),
      'policy_violation',
      "3 partition(s) for topic 'b' would exceed this node's limit of 5 partitions.",
    );
    refuses(
      () => catalog.addPartitions('a', 6),
      'policy_violation',
      "3 partition(s) for topic 'a' would exceed this node's limit of 5 partitions.",
    );
    catalog.createTopic(newTopic('b', 2));
    refuses(
      () => catalog.createTopic(newTopic('c', 1)),
      'policy_violation',
      "Topic 'c' would be one more than this node's limit of 2 topics.",
    );
    catalog.deleteTopic({ name: 'a' });
    catalog.createTopic(newTopic('c', 3));
    assert.deepEqual([catalog.topicCount, catalog.partitionCount], [2, 5]);
  });
});

describe('a topic that creates itself', () => {
  it('has the defaults, and is created once', () => {
    const { catalog, records } = testCatalog({ defaultPartitions: 2 });
    const topic = catalog.autoCreate('t');
    assert.equal(topic.partitions.length, 2);
    assert.equal(catalog.autoCreate('t'), topic);
    assert.equal(records.length, 1);
  });

  it('is refused when that is switched off, but for one that exists', () => {
    const { catalog } = testCatalog({ autoCreateTopics: false });
    refuses(() => catalog.autoCreate('t'), 'topic_not_found', NOT_HERE);
    catalog.createTopic(newTopic('t'));
    assert.equal(catalog.autoCreate('t').name, 't');
  });

  it('is never one of Kafka’s own', () => {
    refuses(() => testCatalog().catalog.autoCreate('__consumer_offsets'), 'topic_not_found', NOT_HERE);
  });
});

describe('topic names', () => {
  const create = (name: string) => () => testCatalog().catalog.createTopic(newTopic(name));
  const invalid = (name: string, complaint: string) =>
    refuses(create(name), 'topic_name_invalid', `Topic name is invalid: ${complaint}`);

  it('have up to 249 letters, digits, dots, underscores and dashes', () => {
    create('x'.repeat(249))();
    create('A-Z.a_z-09')();
    invalid('', 'the empty string is not allowed');
    invalid('.', "'.' is not allowed");
    invalid('..', "'..' is not allowed");
    const long = 'x'.repeat(250);
    invalid(long, `the length of '${long}' is longer than the max allowed length 249`);
    for (const name of ['a b', 'ü', 'a/b', 'a\n']) {
      invalid(name, `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`);
    }
  });

  it('do not collide in dots and underscores', () => {
    const { catalog } = testCatalog();
    catalog.createTopic(newTopic('a.b_c'));
    const text = "Topic 'a_b.c' collides with existing topic: a.b_c";
    refuses(() => catalog.createTopic(newTopic('a_b.c')), 'topic_name_invalid', text);
    catalog.deleteTopic({ name: 'a.b_c' });
    catalog.createTopic(newTopic('a_b.c'));
  });

  it('that Kafka keeps for itself are not for clients', () => {
    for (const name of ['__consumer_offsets', '__transaction_state', '__share_group_state', '__cluster_metadata']) {
      refuses(create(name), 'invalid_request', `Creation of internal topic ${name} is prohibited.`);
    }
    create('__mine')();
  });
});

describe('deleting a topic', () => {
  it('goes by name or by id', () => {
    const { catalog } = testCatalog();
    catalog.createTopic(newTopic('a'));
    const { topicId } = catalog.createTopic(newTopic('b'));
    assert.equal(catalog.deleteTopic({ name: 'a' }).name, 'a');
    assert.equal(catalog.deleteTopic({ id: topicId }).name, 'b');
    assert.deepEqual([...catalog.topics()], []);
    assert.equal(catalog.topicById(topicId), undefined);
  });

  it('refuses what is not there', () => {
    const { catalog } = testCatalog();
    refuses(() => catalog.deleteTopic({ name: 'a' }), 'topic_not_found', NOT_HERE);
    refuses(
      () => catalog.deleteTopic({ id: UUID_ZERO }),
      'topic_id_unknown',
      'This server does not host this topic ID.',
    );
  });

  it('frees the name but neither topic id nor log ids', () => {
    const { catalog } = testCatalog();
    const first = catalog.createTopic(newTopic('t', 2));
    catalog.deleteTopic({ name: 't' });
    const second = catalog.createTopic(newTopic('t', 2));
    assert.notEqual(first.topicId, second.topicId);
    assert.deepEqual(
      catalog.topic('t')?.partitions.map((partition) => partition.logId),
      [1026, 1027],
    );
  });
});

describe('adding partitions', () => {
  it('must increase their number', () => {
    const { catalog } = testCatalog();
    catalog.createTopic(newTopic('t', 3));
    const kind = 'partition_count_invalid';
    refuses(() => catalog.addPartitions('t', 3), kind, 'Topic already has 3 partition(s).');
    for (const total of [2, 0, -1]) {
      const text = `The topic t currently has 3 partition(s); ${total} would not be an increase.`;
      refuses(() => catalog.addPartitions('t', total), kind, text);
    }
    refuses(() => catalog.addPartitions('nope', 5), 'topic_not_found', NOT_HERE);
    catalog.addPartitions('t', 5, null, { validateOnly: true });
    assert.equal(catalog.topic('t')?.partitions.length, 3);
    catalog.addPartitions('t', 5);
    assert.deepEqual(
      catalog
        .topic('t')
        ?.partitions.map((each) => [each.index, each.logId])
        .at(-1),
      [4, 1028],
    );
  });

  it('takes one assignment for each new partition, to this node only', () => {
    const { catalog } = testCatalog();
    catalog.createTopic(newTopic('t', 3));
    const kind = 'replica_assignment_invalid';
    const count = (added: number, given: number) =>
      `Attempted to add ${added} additional partition(s), but only ${given} assignment(s) were specified.`;
    refuses(() => catalog.addPartitions('t', 5, [[1]]), kind, count(2, 1));
    refuses(() => catalog.addPartitions('t', 4, [[1], [1]]), kind, count(1, 2));
    refuses(() => catalog.addPartitions('t', 4, []), kind, count(1, 0));
    const stranger = 'The manual partition assignment includes broker 2, but no such broker is registered.';
    refuses(() => catalog.addPartitions('t', 4, [[1, 2]]), kind, stranger);
    catalog.addPartitions('t', 5, [[1], [1]]);
    assert.equal(catalog.partitionCount, 5);
  });
});

describe('a listener', () => {
  it('hears of every change once it has been applied', () => {
    const { catalog } = testCatalog();
    const heard: string[] = [];
    const end = catalog.subscribe({
      onTopicCreated: (topic: Topic) => heard.push(`created ${topic.name} ${topic.partitions.length}`),
      onPartitionsAdded: (topic, from) => heard.push(`added ${topic.name} ${from} ${topic.partitions.length}`),
      onConfigChanged: (topic) => heard.push(`config ${topic.name} ${topic.effective.retentionMs}`),
      onTopicDeleted: (topic) => heard.push(`deleted ${topic.name} ${catalog.topic(topic.name)}`),
    });
    catalog.createTopic(newTopic('t', 2));
    catalog.addPartitions('t', 3);
    const resource = { type: 'topic', name: 't' } as const;
    catalog.alterConfigs(resource, [{ name: 'retention.ms', value: '5' }]);
    catalog.deleteTopic({ name: 't' });
    end();
    catalog.createTopic(newTopic('u'));
    assert.deepEqual(heard, ['created t 2', 'added t 2 3', 'config t 5', 'deleted t undefined']);
  });
});

describe('the cluster', () => {
  it('gets its id once', () => {
    const { catalog, records } = testCatalog();
    assert.equal(catalog.clusterId, undefined);
    const id = catalog.createCluster();
    assert.match(id, /^\w[\w-]{21}$/);
    assert.equal(catalog.createCluster(), id);
    assert.equal(catalog.clusterId, id);
    assert.equal(records.length, 1);
  });
});
