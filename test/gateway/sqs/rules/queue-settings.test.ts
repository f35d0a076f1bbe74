import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { ErrorKind } from '../../../../src/gateway/sqs/protocol/errors.ts';
import { QUEUE_ATTRIBUTES, type QueueAttributes, ruleOf } from '../../../../src/gateway/sqs/rules/queue-attributes.ts';
import {
  attributesToCreate,
  attributesToSet,
  checkSameAttributes,
  queueSettings,
  shownAttributes,
  withAttributes,
} from '../../../../src/gateway/sqs/rules/queue-settings.ts';
import { awsError } from '../protocol/helpers.ts';

const NONE: QueueAttributes = new Map();
const ARN = 'arn:aws:sqs:r:000000000000:dead';
const POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}';

const mapOf = (attributes: Record<string, string>) => new Map(Object.entries(attributes));
const create = (attributes: Record<string, string>) => withAttributes(NONE, attributesToCreate(mapOf(attributes)));
const set = (current: QueueAttributes, changes: Record<string, string>) =>
  withAttributes(current, attributesToSet(mapOf(changes), current));

const LIVE = {
  ApproximateNumberOfMessages: 1,
  ApproximateNumberOfMessagesNotVisible: 2,
  ApproximateNumberOfMessagesDelayed: 3,
  CreatedTimestamp: 1_700_000_000,
  LastModifiedTimestamp: 1_700_000_001,
  QueueArn: 'arn:aws:sqs:r:000000000000:q',
};
const shown = (attributes: QueueAttributes, ...names: string[]) =>
  Object.fromEntries(shownAttributes(attributes, LIVE, names));

test('a queue of which nothing is said has the defaults', () => {
  assert.deepEqual(attributesToCreate(undefined), NONE);
  assert.deepEqual(queueSettings(NONE), {
    fifo: false,
    visibilityTimeoutSeconds: 30,
    maximumMessageBytes: 1_048_576,
    messageRetentionSeconds: 345_600,
    delaySeconds: 0,
    receiveWaitTimeSeconds: 0,
    redrivePolicy: undefined,
    redriveAllowPolicy: undefined,
    policy: undefined,
    contentBasedDeduplication: false,
    deduplicationScope: 'queue',
    fifoThroughputLimit: 'perQueue',
  });
});

test('settings are what the attributes say', () => {
  const attributes = create({
    FifoQueue: 'true',
    ContentBasedDeduplication: 'True',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
    VisibilityTimeout: '043',
    RedrivePolicy: `{"maxReceiveCount":"5","deadLetterTargetArn":"${ARN}"}`,
    RedriveAllowPolicy: '{"redrivePermission":"denyAll"}',
    Policy: POLICY,
  });
  const { redrivePolicy, redriveAllowPolicy, policy, ...rest } = queueSettings(attributes);
  assert.deepEqual(rest, {
    fifo: true,
    visibilityTimeoutSeconds: 43,
    maximumMessageBytes: 1_048_576,
    messageRetentionSeconds: 345_600,
    delaySeconds: 0,
    receiveWaitTimeSeconds: 0,
    contentBasedDeduplication: true,
    deduplicationScope: 'messageGroup',
    fifoThroughputLimit: 'perMessageGroupId',
  });
  assert.deepEqual(redrivePolicy, { deadLetterTargetArn: ARN, maxReceiveCount: 5 });
  assert.deepEqual(redriveAllowPolicy, { redrivePermission: 'denyAll', sourceQueueArns: [] });
  assert.equal(policy, POLICY);
});

describe('the value of', () => {
  const ranges: [name: string, min: number, max: number][] = [
    ['VisibilityTimeout', 0, 43_200],
    ['MaximumMessageSize', 1024, 1_048_576],
    ['MessageRetentionPeriod', 60, 1_209_600],
    ['DelaySeconds', 0, 900],
    ['ReceiveMessageWaitTimeSeconds', 0, 20],
    ['KmsDataKeyReusePeriodSeconds', 60, 86_400],
  ];
  for (const [name, min, max] of ranges) {
    it(`${name} is ${min} to ${max}`, () => {
      for (const value of [min, max])
        assert.equal(create({ [name]: String(value) }).get(name as 'DelaySeconds'), String(value));
      for (const value of [min - 1, max + 1, '', ' 100', '100.5', 'true', '1e3', '-0', '0x64', '9'.repeat(400)]) {
        assert.throws(
          () => create({ [name]: String(value) }),
          awsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`),
        );
      }
    });
  }

  const choices: [name: string, good: string[], bad: string[]][] = [
    ['SqsManagedSseEnabled', ['true', 'false', 'True'], ['', 'yes', '1']],
    ['ContentBasedDeduplication', ['true', 'FALSE'], ['', '0']],
    ['DeduplicationScope', ['queue', 'messageGroup'], ['Queue', '']],
    ['FifoThroughputLimit', ['perQueue'], ['perqueue', '']],
  ];
  for (const [name, good, bad] of choices) {
    it(`${name} is one of ${good}`, () => {
      for (const value of good) create({ FifoQueue: 'true', [name]: value });
      for (const value of bad) {
        assert.throws(
          () => create({ FifoQueue: 'true', [name]: value }),
          awsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`),
        );
      }
    });
  }
});

describe('attributes are refused', () => {
  const UNKNOWN: ErrorKind = 'InvalidAttributeName';
  const cases: [what: string, change: () => unknown, kind: ErrorKind, message: string | RegExp][] = [
    ['that do not exist', () => create({ Nothing: '1' }), UNKNOWN, 'Unknown Attribute Nothing.'],
    [
      'with names that objects have by nature',
      () => create({ constructor: '1' }),
      UNKNOWN,
      'Unknown Attribute constructor.',
    ],
    ['that can only be read', () => create({ QueueArn: 'x' }), UNKNOWN, 'Unknown Attribute QueueArn.'],
    ['that can only be read, when set', () => set(NONE, { CreatedTimestamp: '1' }), UNKNOWN, /CreatedTimestamp/],
    ['by the name of all', () => create({ All: '1' }), UNKNOWN, 'Unknown Attribute All.'],
    ['that say a queue is not FIFO', () => create({ FifoQueue: 'false' }), UNKNOWN, 'Unknown Attribute FifoQueue.'],
    [
      'of FIFO on a standard queue',
      () => create({ ContentBasedDeduplication: 'true' }),
      UNKNOWN,
      'Unknown Attribute ContentBasedDeduplication.',
    ],
    [
      'of FIFO scope on a standard queue',
      () => create({ DeduplicationScope: 'queue' }),
      UNKNOWN,
      'You can specify the DeduplicationScope only when FifoQueue is set to true.',
    ],
    [
      'of FIFO throughput on a standard queue',
      () => set(NONE, { FifoThroughputLimit: 'perQueue' }),
      UNKNOWN,
      /You can specify the FifoThroughputLimit/,
    ],
    ['that would make a queue FIFO', () => set(NONE, { FifoQueue: 'true' }), UNKNOWN, 'Unknown Attribute FifoQueue.'],
    [
      'that would make a queue standard',
      () => set(create({ FifoQueue: 'true' }), { FifoQueue: 'false' }),
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    ],
    [
      'with throughput per group and deduplication per queue',
      () => create({ FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' }),
      'InvalidAttributeValue',
      /DeduplicationScope is messageGroup/,
    ],
    [
      'with two kinds of encryption',
      () => create({ SqsManagedSseEnabled: 'true', KmsMasterKeyId: 'k' }),
      UNKNOWN,
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    ],
    [
      'with a key that is too long',
      () => create({ KmsMasterKeyId: 'k'.repeat(2049) }),
      'InvalidAttributeValue',
      /KmsMasterKeyId/,
    ],
    [
      'with a policy that is none',
      () => create({ Policy: '{"Version":"2012-10-17","Statement":[]}' }),
      'InvalidAttributeValue',
      'Invalid value for the parameter Policy.',
    ],
    [
      'with a policy of too many statements',
      () => create({ Policy: `{"Statement":[${new Array(22).fill('{}')}]}` }),
      'OverLimit',
      '22 statements were found in the submitted policy, max allowed is 20',
    ],
  ];
  for (const [what, change, kind, message] of cases) it(what, () => assert.throws(change, awsError(kind, message)));
});

describe('changing attributes', () => {
  it('keeps the others', () => {
    const before = create({ DelaySeconds: '5', VisibilityTimeout: '6' });
    assert.deepEqual(set(before, { DelaySeconds: '7' }), mapOf({ DelaySeconds: '7', VisibilityTimeout: '6' }));
    assert.deepEqual(before, mapOf({ DelaySeconds: '5', VisibilityTimeout: '6' }));
  });

  it('removes documents and keys with the empty text', () => {
    const before = create({
      Policy: POLICY,
      RedrivePolicy: `{"maxReceiveCount":5,"deadLetterTargetArn":"${ARN}"}`,
      KmsMasterKeyId: 'k',
    });
    const after = set(before, { Policy: '', RedrivePolicy: '', RedriveAllowPolicy: '', KmsMasterKeyId: '' });
    assert.deepEqual(after, mapOf({ SqsManagedSseEnabled: 'false' }));
  });

  it('of one kind of encryption ends the other', () => {
    const keyed = set(NONE, { KmsMasterKeyId: 'k' });
    assert.deepEqual(shown(keyed, 'KmsMasterKeyId', 'SqsManagedSseEnabled', 'KmsDataKeyReusePeriodSeconds'), {
      KmsMasterKeyId: 'k',
      SqsManagedSseEnabled: 'false',
      KmsDataKeyReusePeriodSeconds: '300',
    });
    assert.deepEqual(shown(set(keyed, { SqsManagedSseEnabled: 'true' }), 'KmsMasterKeyId', 'SqsManagedSseEnabled'), {
      SqsManagedSseEnabled: 'true',
    });
  });

  it('of a FIFO queue may say again that it is one', () => {
    const fifo = create({ FifoQueue: 'true' });
    assert.deepEqual(
      set(fifo, { FifoQueue: 'True', DelaySeconds: '1' }),
      mapOf({ FifoQueue: 'true', DelaySeconds: '1' }),
    );
  });
});

describe('attributes are shown', () => {
  const ALWAYS = {
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '2',
    ApproximateNumberOfMessagesDelayed: '3',
    CreatedTimestamp: '1700000000',
    LastModifiedTimestamp: '1700000001',
    QueueArn: 'arn:aws:sqs:r:000000000000:q',
    VisibilityTimeout: '30',
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    DelaySeconds: '0',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'false',
  };

  it('all of them, for All', () => {
    assert.deepEqual(shown(NONE, 'All'), ALWAYS);
    assert.deepEqual(shown(create({ FifoQueue: 'true', DelaySeconds: '9' }), 'QueueArn', 'All'), {
      ...ALWAYS,
      DelaySeconds: '9',
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  it('as they were asked for, where there are any', () => {
    assert.deepEqual(shown(NONE, 'DelaySeconds', 'RedrivePolicy', 'FifoQueue'), { DelaySeconds: '0' });
    assert.deepEqual(shownAttributes(NONE, LIVE, undefined), new Map());
    assert.throws(
      () => shown(NONE, 'DelaySeconds', 'Nothing'),
      awsError('InvalidAttributeName', 'Unknown Attribute Nothing.'),
    );
  });
});

describe('a queue that exists is the wanted one', () => {
  const same = (requested: Record<string, string>, current: QueueAttributes) =>
    checkSameAttributes(attributesToCreate(mapOf(requested)), current);

  it('if it has what is asked for, whatever else it has', () => {
    const redrive = `{"maxReceiveCount":5,"deadLetterTargetArn":"${ARN}"}`;
    const current = create({ DelaySeconds: '5', RedrivePolicy: redrive, Policy: POLICY });
    same({}, current);
    same({ DelaySeconds: '05', VisibilityTimeout: '30', SqsManagedSseEnabled: 'false' }, current);
    same({ RedrivePolicy: `{ "deadLetterTargetArn": "${ARN}", "maxReceiveCount": "5" }` }, current);
    same({ Policy: JSON.stringify({ Statement: JSON.parse(POLICY).Statement, Version: '2012-10-17' }) }, current);
    same({ Policy: '' }, NONE);
  });

  it('and not if any of it differs', () => {
    const differs = (requested: Record<string, string>, current: QueueAttributes, name: string) =>
      assert.throws(
        () => same(requested, current),
        awsError(
          'QueueNameExists',
          `A queue already exists with the same name and a different value for attribute ${name}`,
        ),
      );
    differs({ DelaySeconds: '1' }, NONE, 'DelaySeconds');
    differs({ VisibilityTimeout: '30', DelaySeconds: '1' }, create({ DelaySeconds: '2' }), 'DelaySeconds');
    differs({ Policy: POLICY }, NONE, 'Policy');
    differs({ Policy: POLICY.replace('Allow', 'Deny') }, create({ Policy: POLICY }), 'Policy');
    differs({ FifoQueue: 'true' }, NONE, 'FifoQueue');
    differs(
      { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
      create({ FifoQueue: 'true' }),
      'ContentBasedDeduplication',
    );
  });
});

test('every default is a value that can be set', () => {
  for (const name of Object.keys(QUEUE_ATTRIBUTES) as (keyof typeof QUEUE_ATTRIBUTES)[]) {
    const rule = ruleOf(name);
    if ('default' in rule) create({ FifoQueue: 'true', [name]: rule.default });
  }
});
