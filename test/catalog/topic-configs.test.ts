import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { ConfigOperation } from '../../src/catalog/config-changes.ts';
import { TOPIC_CONFIGS } from '../../src/catalog/topic-configs.ts';
import { newTopic, refuses, testCatalog } from './support.ts';

const T = { type: 'topic', name: 't' } as const;

function withTopic(configs: Record<string, string> = {}): Catalog {
  const { catalog } = testCatalog();
  const settings = Object.entries(configs).map(([name, value]) => ({ name, value }));
  catalog.createTopic({ ...newTopic('t'), configs: settings });
  return catalog;
}

function shown(catalog: Catalog, name: string): string | null | undefined {
  return catalog.describeConfigs(T, [name])[0]?.value;
}

function op(operation: ConfigOperation['operation'], name: string, value: string | null = null): ConfigOperation {
  return { operation, name, value };
}

describe('the values of topic configs', () => {
  const refused = (name: string, value: string, message: string) =>
    refuses(() => withTopic({ [name]: value }), 'config_invalid', message);
  const broken = (name: string, value: string, complaint: string, part = value) =>
    refused(name, value, `Invalid value ${part} for configuration ${name}: ${complaint}`);

  it('are of their type', () => {
    broken('retention.ms', 'abc', 'Not a number of type LONG');
    broken('retention.ms', '', 'Not a number of type LONG');
    broken('retention.ms', '9223372036854775808', 'Not a number of type LONG');
    broken('max.message.bytes', '2147483648', 'Not a number of type INT');
    broken('preallocate', 'yes', 'Expected value to be either true or false');
    broken('min.cleanable.dirty.ratio', 'x', 'Not a number of type DOUBLE');
  });

  it('keep to their rule', () => {
    broken('retention.ms', '-2', 'Value must be at least -1');
    broken('min.cleanable.dirty.ratio', '1.5', 'Value must be no more than 1');
    broken('min.cleanable.dirty.ratio', '-1', 'Value must be at least 0', '-1.0');
    broken('segment.bytes', '1048575', 'Value must be at least 1048576');
    broken('compression.gzip.level', '0', 'Value must be between 1 and 9 or equal to -1');
    broken('compression.lz4.level', '99', 'Value must be no more than 17');
    broken('cleanup.policy', 'delete,foo', 'String must be one of: compact, delete', 'foo');
    broken('message.timestamp.type', 'foo', 'String must be one of: CreateTime, LogAppendTime');
    broken('compression.type', 'foo', 'String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer');
    const throttled = 'leader.replication.throttled.replicas';
    const format = '[partitionId]:[brokerId],[partitionId]:[brokerId],...';
    const complaint = `${throttled} must be the literal '*' or a list of replicas in the following format: ${format}`;
    broken(throttled, '0:1,*', complaint, '[0:1, *]');
    refused('cleanup.policy', 'delete,,compact', "Configuration 'cleanup.policy' values must not be empty.");
    refused('foo', '1', 'Unknown topic config name: foo');
  });

  it('keep to the rules between them', () => {
    const catalog = withTopic({ 'max.compaction.lag.ms': '10' });
    refuses(
      () => catalog.incrementalAlterConfigs(T, [op('SET', 'min.compaction.lag.ms', '100')]),
      'config_invalid',
      'conflict topic config setting min.compaction.lag.ms (100) > max.compaction.lag.ms (10)',
    );
    // A conflict that the broker's configs brought must not get in the way of other changes.
    const broker = { type: 'broker', name: '' } as const;
    catalog.incrementalAlterConfigs(broker, [op('SET', 'log.cleaner.min.compaction.lag.ms', '100')]);
    catalog.incrementalAlterConfigs(T, [op('SET', 'retention.ms', '1')]);
    refused(
      'remote.storage.enable',
      'true',
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    );
  });

  it('are bounded in length', () => {
    const text = 'The value for configuration leader.replication.throttled.replicas is longer than 32768 characters.';
    refused('leader.replication.throttled.replicas', '0:1,'.repeat(10_000), text);
  });

  it('are shown as Kafka shows them', () => {
    const texts: [string, string, string][] = [
      ['retention.ms', ' +5 ', '5'],
      ['retention.bytes', '-5', '-5'],
      ['preallocate', ' TRUE ', 'true'],
      ['cleanup.policy', ' delete , compact,delete ', 'delete,compact'],
      ['cleanup.policy', '', ''],
      ['min.cleanable.dirty.ratio', '1e-4', '1.0E-4'],
      ['min.cleanable.dirty.ratio', '1', '1.0'],
      ['min.cleanable.dirty.ratio', '.25', '0.25'],
      ['flush.ms', '9223372036854775807', '9223372036854775807'],
      ['leader.replication.throttled.replicas', '*', '*'],
    ];
    for (const [name, given, expected] of texts) assert.equal(shown(withTopic({ [name]: given }), name), expected);
  });

  it('are given once and not as null when a topic is created', () => {
    const { catalog } = testCatalog();
    const create =
      (...configs: { name: string; value: string | null }[]) =>
      () =>
        catalog.createTopic({ ...newTopic('t'), configs });
    const retention = { name: 'retention.ms', value: '1' };
    refuses(create(retention, retention), 'invalid_request', 'Error due to duplicate config keys');
    refuses(
      create({ name: 'retention.ms', value: null }),
      'config_invalid',
      'Null value not supported for topic configs: retention.ms',
    );
  });
});

describe('incremental changes', () => {
  it('set and delete one config and leave the others', () => {
    const catalog = withTopic({ 'segment.ms': '77' });
    catalog.incrementalAlterConfigs(T, [op('SET', 'retention.ms', '1000')]);
    assert.deepEqual(catalog.topic('t')?.configs, { 'segment.ms': '77', 'retention.ms': '1000' });
    catalog.incrementalAlterConfigs(T, [op('DELETE', 'retention.ms'), op('DELETE', 'no.such.config')]);
    assert.deepEqual(catalog.topic('t')?.configs, { 'segment.ms': '77' });
  });

  it('append to a list and subtract from it, starting from what holds', () => {
    const catalog = withTopic();
    const steps: [ConfigOperation, string][] = [
      [op('APPEND', 'cleanup.policy', 'compact'), 'delete,compact'],
      [op('APPEND', 'cleanup.policy', 'compact,delete,'), 'delete,compact'],
      [op('SUBTRACT', 'cleanup.policy', 'compact'), 'delete'],
      [op('SUBTRACT', 'cleanup.policy', 'foo'), 'delete'],
      [op('SUBTRACT', 'cleanup.policy', 'delete'), ''],
      [op('APPEND', 'cleanup.policy', 'compact'), 'compact'],
    ];
    for (const [operation, expected] of steps) {
      catalog.incrementalAlterConfigs(T, [operation]);
      assert.equal(shown(catalog, 'cleanup.policy'), expected);
    }
  });

  it('are refused whole, with Kafka’s reasons', () => {
    const catalog = withTopic();
    const change =
      (...operations: ConfigOperation[]) =>
      () =>
        catalog.incrementalAlterConfigs(T, operations);
    const good = op('SET', 'segment.ms', '5');
    const cases: [() => void, 'config_invalid' | 'invalid_request', string][] = [
      [change(good, op('SET', 'foo', '1')), 'config_invalid', 'Unknown topic config name: foo'],
      [
        change(good, op('APPEND', 'retention.ms', '1')),
        'config_invalid',
        "Can't APPEND to key retention.ms because its type is not LIST.",
      ],
      [
        change(good, op('SUBTRACT', 'foo', '1')),
        'config_invalid',
        "Can't SUBTRACT to key foo because its type is not LIST.",
      ],
      [
        change(good, op('APPEND', 'cleanup.policy', '')),
        'config_invalid',
        "Configuration 'cleanup.policy' values must not be empty.",
      ],
      [change(good, op('SET', 'retention.ms')), 'invalid_request', 'Null value not supported for : retention.ms'],
      [change(good, op('DELETE', 'segment.ms')), 'invalid_request', 'Error due to duplicate config keys'],
    ];
    for (const [body, kind, message] of cases) refuses(body, kind, message);
    assert.deepEqual(catalog.topic('t')?.configs, {});
  });

  it('are only checked when asked to validate', () => {
    const { catalog, records } = testCatalog();
    catalog.createTopic(newTopic('t'));
    catalog.incrementalAlterConfigs(T, [op('SET', 'retention.ms', '5')], { validateOnly: true });
    catalog.alterConfigs(T, [{ name: 'retention.ms', value: '5' }], { validateOnly: true });
    assert.equal(records.length, 1);
    assert.throws(() => catalog.incrementalAlterConfigs(T, [op('SET', 'retention.ms', 'x')], { validateOnly: true }));
  });

  it('that change nothing are not written down', () => {
    const { catalog, records } = testCatalog();
    catalog.createTopic(newTopic('t'));
    catalog.incrementalAlterConfigs(T, [op('SET', 'retention.ms', '5')]);
    catalog.incrementalAlterConfigs(T, [op('SET', 'retention.ms', ' 5')]);
    assert.equal(records.length, 2);
  });
});

describe('replacing all configs', () => {
  it('puts what is not named back to its default', () => {
    const catalog = withTopic({ 'retention.ms': '5' });
    catalog.alterConfigs(T, [{ name: 'segment.ms', value: '77' }]);
    assert.deepEqual(catalog.topic('t')?.configs, { 'segment.ms': '77' });
    const twice = [
      { name: 'segment.ms', value: '1' },
      { name: 'segment.ms', value: '2' },
    ];
    refuses(() => catalog.alterConfigs(T, twice), 'invalid_request', 'Error due to duplicate config keys');
    catalog.alterConfigs(T, []);
    assert.deepEqual(catalog.topic('t')?.configs, {});
  });
});

describe('the topic whose configs are asked for', () => {
  it('exists, and the configs are judged first', () => {
    const catalog = withTopic();
    const change = (name: string, value: string) => () =>
      catalog.incrementalAlterConfigs({ type: 'topic', name }, [op('SET', 'retention.ms', value)]);
    refuses(change('nope', '1'), 'topic_not_found', "The topic 'nope' does not exist.");
    refuses(
      change('nope', 'x'),
      'config_invalid',
      'Invalid value x for configuration retention.ms: Not a number of type LONG',
    );
    refuses(change('', '1'), 'invalid_request', 'Default topic resources are not allowed.');
    const invalid =
      "Topic name is invalid: 'no pe' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
    refuses(change('no pe', '1'), 'topic_name_invalid', invalid);
    const describeTopic = (name: string) => () => catalog.describeConfigs({ type: 'topic', name });
    refuses(describeTopic('nope'), 'topic_not_found', "The topic 'nope' does not exist.");
    refuses(describeTopic('no pe'), 'topic_name_invalid', invalid);
  });
});

describe('describing a topic', () => {
  it('shows every config of Kafka 4.2 with type and default', () => {
    const entries = withTopic().describeConfigs(T);
    assert.deepEqual(
      entries.map((entry) => `${entry.name} ${entry.type} ${entry.value}`),
      KAFKA_TOPIC_CONFIGS,
    );
    for (const entry of entries) {
      assert.deepEqual(
        [entry.source, entry.readOnly, entry.isSensitive, entry.synonyms, entry.documentation],
        ['DEFAULT_CONFIG', false, false, [], null],
      );
    }
  });

  it('shows documentation on request, which tells what Trilog does not act on', () => {
    const entries = withTopic().describeConfigs(T, null, { includeDocumentation: true });
    for (const { name, documentation } of entries) {
      const accepted = TOPIC_CONFIGS.get(name)?.effect === 'accepted';
      assert.equal(documentation?.includes('Trilog does not act on it'), accepted, name);
    }
  });

  it('shows only the configs asked for, each once, and passes over unknown ones', () => {
    const entries = withTopic().describeConfigs(T, ['retention.ms', 'foo', 'retention.ms']);
    assert.deepEqual(
      entries.map((entry) => entry.name),
      ['retention.ms'],
    );
    assert.deepEqual(withTopic().describeConfigs(T, []), []);
  });
});

describe('the effective configs of a topic', () => {
  it('have no limit where Kafka says -1 or the largest long', () => {
    const catalog = withTopic({ 'retention.ms': '-1', 'cleanup.policy': 'compact' });
    const effective = catalog.topic('t')?.effective;
    assert.deepEqual(effective, {
      maxMessageBytes: 1048588,
      cleanupDelete: false,
      cleanupCompact: true,
      retentionMs: Number.POSITIVE_INFINITY,
      retentionBytes: Number.POSITIVE_INFINITY,
      segmentBytes: 1073741824,
      segmentMs: 604800000,
      timestampType: 'CreateTime',
      timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
      timestampAfterMaxMs: 3600000,
      compressionType: 'producer',
      deleteRetentionMs: 86400000,
      minCompactionLagMs: 0,
      maxCompactionLagMs: Number.POSITIVE_INFINITY,
      minCleanableDirtyRatio: 0.5,
    });
    catalog.incrementalAlterConfigs(T, [op('SET', 'min.cleanable.dirty.ratio', '1.0E-4')]);
    assert.equal(catalog.topic('t')?.effective.minCleanableDirtyRatio, 0.0001);
  });
});

/** What kafka-configs --describe --all shows for a new topic on Kafka 4.2. */
const KAFKA_TOPIC_CONFIGS = [
  'cleanup.policy LIST delete',
  'compression.gzip.level INT -1',
  'compression.lz4.level INT 9',
  'compression.type STRING producer',
  'compression.zstd.level INT 3',
  'delete.retention.ms LONG 86400000',
  'file.delete.delay.ms LONG 60000',
  'flush.messages LONG 9223372036854775807',
  'flush.ms LONG 9223372036854775807',
  'follower.replication.throttled.replicas LIST ',
  'index.interval.bytes INT 4096',
  'leader.replication.throttled.replicas LIST ',
  'local.retention.bytes LONG -2',
  'local.retention.ms LONG -2',
  'max.compaction.lag.ms LONG 9223372036854775807',
  'max.message.bytes INT 1048588',
  'message.timestamp.after.max.ms LONG 3600000',
  'message.timestamp.before.max.ms LONG 9223372036854775807',
  'message.timestamp.type STRING CreateTime',
  'min.cleanable.dirty.ratio DOUBLE 0.5',
  'min.compaction.lag.ms LONG 0',
  'min.insync.replicas INT 1',
  'preallocate BOOLEAN false',
  'remote.log.copy.disable BOOLEAN false',
  'remote.log.delete.on.disable BOOLEAN false',
  'remote.storage.enable BOOLEAN false',
  'retention.bytes LONG -1',
  'retention.ms LONG 604800000',
  'segment.bytes INT 1073741824',
  'segment.index.bytes INT 10485760',
  'segment.jitter.ms LONG 0',
  'segment.ms LONG 604800000',
  'unclean.leader.election.enable BOOLEAN false',
];
