import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROKER_CONFIGS } from '../../src/catalog/broker-configs.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { ConfigResource } from '../../src/catalog/config-resources.ts';
import { TOPIC_CONFIGS } from '../../src/catalog/topic-configs.ts';
import { newTopic, refuses, testCatalog } from './support.ts';

const T = { type: 'topic', name: 't' } as const;
const NODE = { type: 'broker', name: '1' } as const;
const CLUSTER = { type: 'broker', name: '' } as const;

function withTopic(brokerConfigs: Record<string, string> = {}): Catalog {
  const { catalog } = testCatalog({ brokerConfigs });
  catalog.createTopic(newTopic('t'));
  return catalog;
}

function set(catalog: Catalog, resource: ConfigResource, name: string, value: string | null): void {
  const operation = value === null ? 'DELETE' : 'SET';
  catalog.incrementalAlterConfigs(resource, [{ operation, name, value }]);
}

/** `value source | synonym=value source | …` */
function origin(catalog: Catalog, resource: ConfigResource, name: string): string {
  const entry = catalog.describeConfigs(resource, [name], { includeSynonyms: true })[0];
  if (entry === undefined) return 'none';
  const synonyms = entry.synonyms.map((synonym) => `${synonym.name}=${synonym.value} ${synonym.source}`);
  return [`${entry.value} ${entry.source}`, ...synonyms].join(' | ');
}

describe('what a topic inherits', () => {
  it('comes from the topic, this node, the cluster, the settings, the default, in this order', () => {
    const catalog = withTopic({ 'message.max.bytes': '1500000' });
    const name = 'max.message.bytes';
    const bytes = () => catalog.topic('t')?.effective.maxMessageBytes;
    let all = 'message.max.bytes=1500000 STATIC_BROKER_CONFIG | message.max.bytes=1048588 DEFAULT_CONFIG';
    assert.equal(origin(catalog, T, name), `1500000 STATIC_BROKER_CONFIG | ${all}`);
    assert.equal(bytes(), 1_500_000);

    set(catalog, CLUSTER, 'message.max.bytes', '2000000');
    all = `message.max.bytes=2000000 DYNAMIC_DEFAULT_BROKER_CONFIG | ${all}`;
    assert.equal(origin(catalog, T, name), `2000000 DYNAMIC_DEFAULT_BROKER_CONFIG | ${all}`);
    assert.equal(bytes(), 2_000_000);

    set(catalog, NODE, 'message.max.bytes', '3000000');
    all = `message.max.bytes=3000000 DYNAMIC_BROKER_CONFIG | ${all}`;
    assert.equal(origin(catalog, T, name), `3000000 DYNAMIC_BROKER_CONFIG | ${all}`);
    assert.equal(origin(catalog, NODE, 'message.max.bytes'), `3000000 DYNAMIC_BROKER_CONFIG | ${all}`);
    assert.equal(bytes(), 3_000_000);

    set(catalog, T, name, '4000000');
    assert.equal(
      origin(catalog, T, name),
      `4000000 DYNAMIC_TOPIC_CONFIG | max.message.bytes=4000000 DYNAMIC_TOPIC_CONFIG | ${all}`,
    );
    assert.equal(bytes(), 4_000_000);

    set(catalog, T, name, null);
    set(catalog, NODE, 'message.max.bytes', null);
    set(catalog, CLUSTER, 'message.max.bytes', null);
    assert.equal(bytes(), 1_500_000);
  });

  it('may be said in coarser units, of which the finest counts', () => {
    const catalog = withTopic({ 'log.retention.hours': '100', 'log.roll.hours': '2' });
    assert.equal(catalog.topic('t')?.effective.retentionMs, 360_000_000);
    assert.equal(catalog.topic('t')?.effective.segmentMs, 7_200_000);
    const minutes = withTopic({ 'log.retention.hours': '100', 'log.retention.minutes': '3' });
    assert.equal(minutes.topic('t')?.effective.retentionMs, 180_000);
    set(minutes, NODE, 'log.retention.ms', '5');
    assert.equal(minutes.topic('t')?.effective.retentionMs, 5);
    const forever = withTopic({ 'log.retention.hours': '-1' });
    assert.equal(forever.topic('t')?.effective.retentionMs, Number.POSITIVE_INFINITY);
    assert.equal(forever.describeConfigs(T, ['retention.ms'])[0]?.value, '-1');
  });

  it('lists what coarser units say once the finest says anything, as Kafka does', () => {
    const catalog = withTopic({ 'log.retention.hours': '100' });
    const hours = 'log.retention.hours=100 STATIC_BROKER_CONFIG | log.retention.hours=168 DEFAULT_CONFIG';
    assert.equal(origin(catalog, T, 'retention.ms'), '360000000 DEFAULT_CONFIG');
    assert.equal(origin(catalog, NODE, 'log.retention.ms'), 'null DEFAULT_CONFIG');
    assert.equal(origin(catalog, NODE, 'log.retention.hours'), `100 STATIC_BROKER_CONFIG | ${hours}`);
    set(catalog, NODE, 'log.retention.ms', '7777');
    const finest = `log.retention.ms=7777 DYNAMIC_BROKER_CONFIG | ${hours}`;
    assert.equal(origin(catalog, T, 'retention.ms'), `7777 DYNAMIC_BROKER_CONFIG | ${finest}`);
    assert.equal(origin(catalog, NODE, 'log.retention.ms'), `7777 DYNAMIC_BROKER_CONFIG | ${finest}`);
    assert.equal(origin(catalog, NODE, 'log.retention.hours'), `100 STATIC_BROKER_CONFIG | ${hours}`);
    assert.equal(origin(catalog, NODE, 'log.retention.minutes'), 'null DEFAULT_CONFIG');
  });

  it('is told to listeners for the topics that it changes', () => {
    const catalog = withTopic();
    catalog.createTopic({ ...newTopic('own'), configs: [{ name: 'retention.ms', value: '1' }] });
    const heard: string[] = [];
    catalog.subscribe({ onConfigChanged: (topic) => heard.push(topic.name) });
    set(catalog, CLUSTER, 'log.retention.ms', '5');
    assert.deepEqual(heard, ['t']);
  });

  it('is appended to from what the settings say', () => {
    const catalog = withTopic();
    catalog.incrementalAlterConfigs(NODE, [{ operation: 'APPEND', name: 'log.cleanup.policy', value: 'compact' }]);
    assert.equal(catalog.topic('t')?.effective.cleanupCompact, true);
    assert.equal(catalog.topic('t')?.effective.cleanupDelete, true);
  });
});

describe('changing broker configs', () => {
  const change =
    (resource: ConfigResource, name: string, value: string | null, catalog = withTopic()) =>
    () =>
      set(catalog, resource, name, value);

  it('is refused for what is fixed while the node runs', () => {
    const text = 'Cannot update these configs dynamically: Set(num.partitions)';
    refuses(change(NODE, 'num.partitions', '3'), 'invalid_request', text);
    refuses(change(CLUSTER, 'num.partitions', '3'), 'invalid_request', text);
    change(CLUSTER, 'num.partitions', null)();
    const two = [
      { name: 'log.retention.hours', value: '3' },
      { name: 'listeners', value: 'x' },
    ];
    refuses(
      () => withTopic().alterConfigs(NODE, two),
      'invalid_request',
      'Cannot update these configs dynamically: Set(log.retention.hours, listeners)',
    );
  });

  it('is refused for values that break their rule, and unknown names', () => {
    refuses(
      change(NODE, 'message.max.bytes', 'x'),
      'invalid_request',
      'Invalid value x for configuration message.max.bytes: Not a number of type INT',
    );
    refuses(
      change(CLUSTER, 'log.segment.bytes', '14'),
      'invalid_request',
      'Invalid value 14 for configuration log.segment.bytes: Value must be at least 1048576',
    );
    refuses(change(NODE, 'foo', '1'), 'config_invalid', 'Unknown broker config name: foo');
    refuses(
      () => withTopic().incrementalAlterConfigs(NODE, [{ operation: 'APPEND', name: 'message.max.bytes', value: '1' }]),
      'config_invalid',
      'Config value append is not allowed for config key: message.max.bytes',
    );
  });

  it('is for this node and the cluster only', () => {
    const other = { type: 'broker', name: '2' } as const;
    const word = { type: 'broker', name: 'x' } as const;
    const bytes = 'message.max.bytes';
    refuses(change(other, bytes, '1'), 'invalid_request', 'Unexpected broker id, expected 1, but received 2');
    refuses(change(word, bytes, '1'), 'invalid_request', 'Node id must be an integer, but it is: x');
    refuses(
      () => withTopic().describeConfigs(other),
      'invalid_request',
      'Unexpected broker id, expected 1 or empty string, but received 2',
    );
    refuses(() => withTopic().describeConfigs(word), 'invalid_request', 'Broker id must be an integer, but it is: x');
  });

  it('replaces one layer when all configs are replaced', () => {
    const catalog = withTopic();
    set(catalog, CLUSTER, 'log.roll.ms', '8888');
    set(catalog, NODE, 'log.roll.ms', '9999');
    catalog.alterConfigs(NODE, [{ name: 'compression.type', value: 'gzip' }]);
    assert.equal(catalog.topic('t')?.effective.segmentMs, 8888);
    assert.equal(catalog.topic('t')?.effective.compressionType, 'gzip');
  });

  it('takes the throttles that reassignment tools set', () => {
    const catalog = withTopic();
    set(catalog, NODE, 'leader.replication.throttled.rate', '1000');
    assert.equal(catalog.describeConfigs(NODE, ['leader.replication.throttled.rate'])[0]?.value, '1000');
  });
});

describe('describing brokers', () => {
  it('shows the settings, and what can change while the node runs', () => {
    const { catalog } = testCatalog({ nodeId: 3, defaultPartitions: 6, brokerConfigs: { 'log.dirs': '/data' } });
    const node = { type: 'broker', name: '3' } as const;
    assert.equal(origin(catalog, node, 'node.id'), '3 STATIC_BROKER_CONFIG | node.id=3 STATIC_BROKER_CONFIG');
    assert.equal(
      origin(catalog, node, 'broker.id'),
      '3 STATIC_BROKER_CONFIG | broker.id=3 STATIC_BROKER_CONFIG | broker.id=-1 DEFAULT_CONFIG',
    );
    assert.equal(
      origin(catalog, node, 'num.partitions'),
      '6 STATIC_BROKER_CONFIG | num.partitions=6 STATIC_BROKER_CONFIG | num.partitions=1 DEFAULT_CONFIG',
    );
    assert.equal(
      origin(catalog, node, 'auto.create.topics.enable'),
      'true DEFAULT_CONFIG | auto.create.topics.enable=true DEFAULT_CONFIG',
    );
    assert.equal(origin(catalog, node, 'log.dirs'), '/data STATIC_BROKER_CONFIG | log.dirs=/data STATIC_BROKER_CONFIG');
    const readOnly = (name: string) => catalog.describeConfigs(node, [name])[0]?.readOnly;
    assert.deepEqual([readOnly('num.partitions'), readOnly('message.max.bytes')], [true, false]);
    assert.equal(catalog.describeConfigs(node).length, BROKER_CONFIGS.size);
  });

  it('shows for the whole cluster only what was changed there', () => {
    const catalog = withTopic({ 'message.max.bytes': '1500000' });
    assert.deepEqual(catalog.describeConfigs(CLUSTER), []);
    set(catalog, CLUSTER, 'message.max.bytes', '2000000');
    assert.equal(
      origin(catalog, CLUSTER, 'message.max.bytes'),
      '2000000 DYNAMIC_DEFAULT_BROKER_CONFIG | message.max.bytes=2000000 DYNAMIC_DEFAULT_BROKER_CONFIG',
    );
    assert.equal(catalog.describeConfigs(CLUSTER).length, 1);
  });

  it('knows every config that topics inherit from', () => {
    for (const topic of TOPIC_CONFIGS.values()) {
      for (const synonym of topic.brokerSynonyms) assert.ok(BROKER_CONFIGS.has(synonym.name), synonym.name);
    }
  });

  it('lets every default pass its own rule', () => {
    const defaults = [...BROKER_CONFIGS.values()].flatMap(({ name, defaultText }) =>
      defaultText === null ? [] : [[name, defaultText] as const],
    );
    const { catalog } = testCatalog({ brokerConfigs: Object.fromEntries(defaults) });
    const changed = catalog.describeConfigs(NODE).filter((entry) => entry.source !== 'DEFAULT_CONFIG');
    assert.deepEqual(
      changed.map((entry) => entry.name),
      ['broker.id', 'node.id'],
    );
  });

  it('is not given settings that it does not know', () => {
    assert.throws(() => testCatalog({ brokerConfigs: { foo: '1' } }), /broker config foo is not in the table/);
  });
});
