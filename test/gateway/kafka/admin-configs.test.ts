import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apis } from '../../../src/gateway/kafka/protocol/apis.ts';
import { AdminWorld, type Answer, errorName } from './admin-world.ts';

const TOPIC = 2;
const BROKER = 4;
const BROKER_LOGGER = 8;
const CLIENT_METRICS = 16;
const GROUP = 32;
const SET = 0;

type Row = [resourceType: number, resourceName: string];

function describe(world: AdminWorld, rows: Row[], configurationKeys: string[] | null = null, options: object = {}) {
  const resources = rows.map(([resourceType, resourceName]) => ({ resourceType, resourceName, configurationKeys }));
  const switches = { includeSynonyms: false, includeDocumentation: false, ...options };
  return world.call(apis.describeConfigs, { resources, ...switches });
}

function resource([resourceType, resourceName]: Row, configs: object[] = []) {
  return { resourceType, resourceName, configs };
}

function alter(world: AdminWorld, resources: object[], validateOnly = false) {
  return world.call(apis.alterConfigs, { resources, validateOnly });
}

function incrementalAlter(world: AdminWorld, resources: object[], validateOnly = false) {
  return world.call(apis.incrementalAlterConfigs, { resources, validateOnly });
}

function set(name: string, value: string | null) {
  return { name, configOperation: SET, value };
}

function errors(answers: Answer[]): [number, string, string, string | null][] {
  return answers.map((each) => [each.resourceType, each.resourceName, errorName(each), each.errorMessage]);
}

test('DescribeConfigs tells value, source, type and synonyms of the configs that are asked for', async () => {
  const world = await AdminWorld.start();
  world.topic('a', 1, { 'retention.ms': '5' });
  const { results } = await describe(world, [[TOPIC, 'a']], ['retention.ms', 'no.such.config'], {
    includeSynonyms: true,
  });
  assert.deepEqual(results, [
    {
      errorCode: 0,
      errorMessage: '',
      resourceType: TOPIC,
      resourceName: 'a',
      configs: [
        {
          name: 'retention.ms',
          value: '5',
          readOnly: false,
          configSource: 1,
          isSensitive: false,
          synonyms: [{ name: 'retention.ms', value: '5', source: 1 }],
          configType: 5,
          documentation: null,
        },
      ],
    },
  ]);
});

test('DescribeConfigs takes no names, and the empty list of them, for all', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  for (const keys of [null, []]) {
    const { results } = await describe(world, [[TOPIC, 'a']], keys, { includeDocumentation: true });
    const [{ configs }] = results;
    assert.ok(configs.length > 20, `${configs.length} configs`);
    assert.ok(configs.every(({ documentation, synonyms }: Answer) => documentation !== '' && synonyms.length === 0));
  }
});

test('DescribeConfigs knows this broker and the cluster', async () => {
  const world = await AdminWorld.start();
  await incrementalAlter(world, [resource([BROKER, ''], [set('log.retention.ms', '7')])]);
  const rows: Row[] = [
    [BROKER, '1'],
    [BROKER, ''],
  ];
  const { results } = await describe(world, rows, ['log.retention.ms', 'node.id']);
  const seen = results.map(({ configs }: Answer) =>
    configs.map(({ name, value, configSource, readOnly }: Answer) => [name, value, configSource, readOnly]),
  );
  assert.deepEqual(seen, [
    [
      ['log.retention.ms', '7', 3, false],
      ['node.id', '1', 4, true],
    ],
    [['log.retention.ms', '7', 3, false]],
  ]);
});

test('DescribeConfigs refuses what does not exist, one by one', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const rows: Row[] = [
    [TOPIC, 'a'],
    [TOPIC, 'gone'],
    [TOPIC, 'a/b'],
    [BROKER, 'x'],
    [BROKER, '7'],
    [BROKER_LOGGER, ''],
    [BROKER_LOGGER, '7'],
    [CLIENT_METRICS, ''],
    [GROUP, ''],
  ];
  const { results } = await describe(world, rows, ['retention.ms']);
  assert.deepEqual(results.map(errorName), [
    'NONE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'INVALID_TOPIC_EXCEPTION',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
  ]);
  assert.deepEqual(
    results.slice(3).map(({ errorMessage }: Answer) => errorMessage),
    [
      'Broker id must be an integer, but it is: x',
      'Unexpected broker id, expected 1 or empty string, but received 7',
      'Broker id must not be empty',
      'Unexpected broker id, expected 1 but received 7',
      'Client metrics subscription name must not be empty',
      'Group name must not be empty',
    ],
  );
});

test('DescribeConfigs finds no configs of loggers, client metrics and groups', async () => {
  const world = await AdminWorld.start();
  const rows: Row[] = [
    [BROKER_LOGGER, '1'],
    [CLIENT_METRICS, 'm'],
    [GROUP, 'g'],
  ];
  const { results } = await describe(world, rows);
  assert.ok(results.every((each: Answer) => errorName(each) === 'NONE' && each.configs.length === 0));
});

test('DescribeConfigs refuses the whole request for one unknown resource type', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const { results } = await describe(world, [
    [TOPIC, 'a'],
    [77, 'x'],
  ]);
  assert.deepEqual(results.map(errorName), ['INVALID_REQUEST', 'INVALID_REQUEST']);
  assert.deepEqual(results[0].configs, []);
});

test('AlterConfigs replaces all configs of a resource, and nothing when it only validates', async () => {
  const world = await AdminWorld.start();
  world.topic('a', 1, { 'retention.ms': '5' });
  const change = [resource([TOPIC, 'a'], [{ name: 'max.message.bytes', value: '1000' }])];
  await alter(world, change, true);
  assert.deepEqual(world.catalog.topic('a')?.configs, { 'retention.ms': '5' });
  const { responses } = await alter(world, change);
  assert.deepEqual(errors(responses), [[TOPIC, 'a', 'NONE', null]]);
  assert.deepEqual(world.catalog.topic('a')?.configs, { 'max.message.bytes': '1000' });
});

test('IncrementalAlterConfigs sets, deletes, appends and subtracts', async () => {
  const world = await AdminWorld.start();
  world.topic('a', 1, { 'retention.ms': '5', 'cleanup.policy': 'delete' });
  const operations = [
    { name: 'retention.ms', configOperation: 1, value: null },
    { name: 'cleanup.policy', configOperation: 2, value: 'compact' },
    { name: 'max.message.bytes', configOperation: SET, value: '1000' },
  ];
  await incrementalAlter(world, [resource([TOPIC, 'a'], operations)], true);
  assert.equal(world.catalog.topic('a')?.configs['retention.ms'], '5');
  await incrementalAlter(world, [resource([TOPIC, 'a'], operations)]);
  const now = { 'cleanup.policy': 'delete,compact', 'max.message.bytes': '1000' };
  assert.deepEqual(world.catalog.topic('a')?.configs, now);
  const subtract = { name: 'cleanup.policy', configOperation: 3, value: 'delete' };
  await incrementalAlter(world, [resource([TOPIC, 'a'], [subtract])]);
  assert.equal(world.catalog.topic('a')?.configs['cleanup.policy'], 'compact');
});

test('configs of a resource that is named twice are not altered', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  world.topic('b');
  const rows: Row[] = [
    [TOPIC, 'a'],
    [TOPIC, 'b'],
    [TOPIC, 'a'],
  ];
  const once = 'Each resource must appear at most once.';
  const expected = [
    [TOPIC, 'a', 'INVALID_REQUEST', once],
    [TOPIC, 'b', 'NONE', null],
    [TOPIC, 'a', 'INVALID_REQUEST', once],
  ];
  const whole = await alter(
    world,
    rows.map((row) => resource(row, [{ name: 'retention.ms', value: '1' }])),
  );
  assert.deepEqual(errors(whole.responses), expected);
  const single = await incrementalAlter(
    world,
    rows.map((row) => resource(row, [set('retention.ms', '2')])),
  );
  assert.deepEqual(errors(single.responses), expected);
  assert.deepEqual(
    [world.catalog.topic('a')?.configs, world.catalog.topic('b')?.configs],
    [{}, { 'retention.ms': '2' }],
  );
});

test('configs of what does not exist cannot be altered', async () => {
  const world = await AdminWorld.start();
  const rows: Row[] = [
    [TOPIC, 'gone'],
    [TOPIC, ''],
    [BROKER, '9'],
    [BROKER, 'x'],
    [CLIENT_METRICS, ''],
    [GROUP, ''],
    [77, 'zz'],
  ];
  const expected = [
    [TOPIC, 'gone', 'UNKNOWN_TOPIC_OR_PARTITION', "The topic 'gone' does not exist."],
    [TOPIC, '', 'INVALID_REQUEST', 'Default topic resources are not allowed.'],
    [BROKER, '9', 'INVALID_REQUEST', 'Unexpected broker id, expected 1, but received 9'],
    [BROKER, 'x', 'INVALID_REQUEST', 'Node id must be an integer, but it is: x'],
    [CLIENT_METRICS, '', 'INVALID_REQUEST', "Subscription name can't be empty"],
    [GROUP, '', 'INVALID_REQUEST', 'Default group resources are not allowed.'],
    [77, 'zz', 'INVALID_REQUEST', 'Unknown resource type 77'],
  ];
  const resources = rows.map((row) => resource(row));
  assert.deepEqual(errors((await alter(world, resources)).responses), expected);
  assert.deepEqual(errors((await incrementalAlter(world, resources)).responses), expected);
});

test('groups, client metrics and loggers have nothing to set', async () => {
  const world = await AdminWorld.start();
  const rows: Row[] = [
    [GROUP, 'g'],
    [CLIENT_METRICS, 'm'],
    [BROKER_LOGGER, '1'],
  ];
  const nothing = await incrementalAlter(
    world,
    rows.map((row) => resource(row)),
  );
  assert.deepEqual(nothing.responses.map(errorName), ['NONE', 'NONE', 'NONE']);
  const something = await incrementalAlter(
    world,
    rows.map((row) => resource(row, [set('x', '1')])),
  );
  assert.deepEqual(errors(something.responses), [
    [GROUP, 'g', 'INVALID_CONFIG', 'Unknown group config name: x'],
    [CLIENT_METRICS, 'm', 'INVALID_REQUEST', 'Unknown client metrics configuration: x'],
    [BROKER_LOGGER, '1', 'INVALID_CONFIG', 'Logger x does not exist!'],
  ]);
  const elsewhere = await incrementalAlter(world, [resource([BROKER_LOGGER, '9']), resource([BROKER_LOGGER, ''])]);
  assert.deepEqual(errors(elsewhere.responses), [
    [BROKER_LOGGER, '9', 'INVALID_REQUEST', 'Unexpected node id. Expected 1, but received 9'],
    [BROKER_LOGGER, '', 'INVALID_REQUEST', 'Node id must be an integer, but it is: '],
  ]);
  const { responses } = await alter(world, [resource([BROKER_LOGGER, '1'])]);
  assert.deepEqual(errors(responses), [[BROKER_LOGGER, '1', 'INVALID_REQUEST', 'Unknown resource type 8']]);
});

test('an unknown operation and a bad value fail their resource only', async () => {
  const world = await AdminWorld.start();
  for (const name of ['a', 'b', 'c']) world.topic(name);
  const { responses } = await incrementalAlter(world, [
    resource([TOPIC, 'a'], [{ name: 'retention.ms', configOperation: 9, value: '1' }]),
    resource([TOPIC, 'b'], [set('retention.ms', 'soon')]),
    resource([TOPIC, 'c'], [set('retention.ms', '1')]),
  ]);
  assert.deepEqual(responses.map(errorName), ['INVALID_REQUEST', 'INVALID_CONFIG', 'NONE']);
});

test('ListConfigResources lists topics and this broker, and only the types that are asked for', async () => {
  const world = await AdminWorld.start();
  world.topic('a');
  const list = async (...resourceTypes: number[]) => {
    const { errorCode, configResources } = await world.call(apis.listConfigResources, { resourceTypes });
    assert.equal(errorCode, 0);
    return configResources.map((each: Answer) => [each.resourceType, each.resourceName]);
  };
  const broker = [BROKER, '1'];
  const topic = [TOPIC, 'a'];
  assert.deepEqual(await list(), [broker, topic]);
  assert.deepEqual(await list(TOPIC), [topic]);
  assert.deepEqual(await list(BROKER, GROUP), [broker]);
  assert.deepEqual(await list(GROUP, CLIENT_METRICS, BROKER_LOGGER), []);
  const unknown = await world.call(apis.listConfigResources, { resourceTypes: [TOPIC, 99] });
  assert.deepEqual([errorName(unknown), unknown.configResources], ['UNSUPPORTED_VERSION', []]);
  const oldest = await world.call(apis.listConfigResources, {}, 0);
  assert.deepEqual(oldest.configResources, []);
});
