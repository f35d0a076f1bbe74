/** The life of queues, their attributes, tags and lists. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY_TABLE } from '../../../src/message/field-table.ts';
import { arnOf, SqsWorld, urlOf } from './world.ts';

const DEAD_LETTERS = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dlq'), maxReceiveCount: 3 }) };
const POLICY =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}';
const MINUTE = 60_000;

function amqpQueue(world: SqsWorld, name: string, more: { exclusive?: boolean; durable?: boolean } = {}): void {
  const shape = { vhost: '/', name, durable: true, exclusive: false, autoDelete: false, arguments: EMPTY_TABLE };
  world.catalog.declareQueue({ ...shape, ...more }, { connectionId: 'c' });
}

describe('creating a queue', () => {
  it('answers its address at the host that the client used, and again if it is there', async () => {
    const world = new SqsWorld();
    assert.deepEqual(await world.ok('CreateQueue', { QueueName: 'q' }), { QueueUrl: urlOf('q') });
    assert.deepEqual(await world.ok('CreateQueue', { QueueName: 'q' }), { QueueUrl: urlOf('q') });
    assert.deepEqual(await world.ok('GetQueueUrl', { QueueName: 'q', QueueOwnerAWSAccountId: '123456789012' }), {
      QueueUrl: urlOf('q'),
    });
  });

  it('is found under any host, account and region', async () => {
    const world = new SqsWorld();
    await world.create('q');
    for (const url of [
      'https://sqs.eu-west-1.amazonaws.com/123456789012/q',
      'http://localhost:4566/queue/eu-west-1/000000000000/q',
      '/111122223333/q',
      'q',
    ]) {
      await world.ok('PurgeQueue', { QueueUrl: url });
      await world.clock.elapse(MINUTE);
    }
  });

  it('takes the attributes that are asked for, and those of the queue are compared with these only', async () => {
    const world = new SqsWorld();
    const url = await world.create('q', { VisibilityTimeout: '5', DelaySeconds: '007' });
    assert.equal(await world.attribute(url, 'VisibilityTimeout'), '5');
    assert.equal(await world.attribute(url, 'DelaySeconds'), '7');
    await world.create('q', { VisibilityTimeout: '5' });
    await world.create('q', { MaximumMessageSize: '1048576' });
    await world.ok('SetQueueAttributes', { QueueUrl: url, Attributes: { VisibilityTimeout: '6' } });
    const { kind } = await world.refused('CreateQueue', { QueueName: 'q', Attributes: { VisibilityTimeout: '5' } });
    assert.equal(kind, 'QueueNameExists');
  });

  it('is refused beyond the number of queues that the node may have', async () => {
    const world = new SqsWorld({ queuesMax: 1 });
    await world.create('q');
    assert.equal((await world.refused('CreateQueue', { QueueName: 'r' })).kind, 'OverLimit');
  });

  it('rests for a minute after a deletion, and not longer', async () => {
    const world = new SqsWorld();
    await world.create('q');
    await world.ok('DeleteQueue', { QueueUrl: urlOf('q') });
    await world.create('other');
    await world.clock.elapse(MINUTE - 1);
    assert.equal((await world.refused('CreateQueue', { QueueName: 'q' })).kind, 'QueueDeletedRecently');
    await world.clock.elapse(1);
    await world.create('q');
  });

  it('need not rest where there is no delay, and forgets the oldest of too many deletions', async () => {
    const hasty = new SqsWorld({ settings: { recreateDelayMs: 0, purgeDelayMs: 0 } });
    await hasty.create('q');
    await hasty.ok('PurgeQueue', { QueueUrl: urlOf('q') });
    await hasty.ok('PurgeQueue', { QueueUrl: urlOf('q') });
    await hasty.ok('DeleteQueue', { QueueUrl: urlOf('q') });
    await hasty.create('q');

    const small = new SqsWorld({ settings: { coolDownsMax: 2 } });
    for (const name of ['a', 'b', 'c']) {
      await small.create(name);
      await small.ok('DeleteQueue', { QueueUrl: urlOf(name) });
    }
    await small.create('a');
    assert.equal((await small.refused('CreateQueue', { QueueName: 'b' })).kind, 'QueueDeletedRecently');
  });
});

describe('purging a queue', () => {
  it('drops all messages, once a minute', async () => {
    const world = new SqsWorld();
    const url = await world.create('q');
    const other = await world.create('other');
    await world.ok('SendMessage', { QueueUrl: url, MessageBody: 'a' });
    await world.ok('SendMessage', { QueueUrl: url, MessageBody: 'b', DelaySeconds: 100 });
    await world.ok('ReceiveMessage', { QueueUrl: url });
    await world.ok('PurgeQueue', { QueueUrl: url });
    for (const name of ['', 'NotVisible', 'Delayed']) {
      assert.equal(await world.attribute(url, `ApproximateNumberOfMessages${name}`), '0');
    }
    assert.equal((await world.refused('PurgeQueue', { QueueUrl: url })).kind, 'PurgeQueueInProgress');
    await world.ok('PurgeQueue', { QueueUrl: other });
    await world.clock.elapse(MINUTE);
    await world.ok('PurgeQueue', { QueueUrl: url });
  });
});

describe('attributes of a queue', () => {
  const ROUND_TRIPS: readonly (readonly [name: string, value: string, bad: string, queue?: string])[] = [
    ['VisibilityTimeout', '0', '-1'],
    ['VisibilityTimeout', '43200', '43201'],
    ['MaximumMessageSize', '1024', '1023'],
    ['MaximumMessageSize', '1048576', '1048577'],
    ['MessageRetentionPeriod', '60', '59'],
    ['MessageRetentionPeriod', '1209600', '1209601'],
    ['DelaySeconds', '900', '901'],
    ['ReceiveMessageWaitTimeSeconds', '20', '21'],
    ['KmsMasterKeyId', 'alias/aws/sqs', 'x'.repeat(2049)],
    ['SqsManagedSseEnabled', 'true', 'maybe'],
    ['RedriveAllowPolicy', '{"redrivePermission":"denyAll"}', '{"redrivePermission":"never"}'],
    ['Policy', POLICY, '{'],
    ['ContentBasedDeduplication', 'true', 'perhaps', 'f.fifo'],
    ['DeduplicationScope', 'messageGroup', 'galaxy', 'f.fifo'],
  ];
  for (const [name, value, bad, queue = 'q'] of ROUND_TRIPS) {
    it(`${name}: ${value} is kept, ${bad.slice(0, 40)} is refused and changes nothing`, async () => {
      const world = new SqsWorld();
      const url = await world.create(queue);
      await world.ok('SetQueueAttributes', { QueueUrl: url, Attributes: { [name]: value } });
      assert.equal(await world.attribute(url, name), value);
      const { kind } = await world.refused('SetQueueAttributes', { QueueUrl: url, Attributes: { [name]: bad } });
      assert.match(kind, /^Invalid(AttributeValue|ParameterValueException)$/);
      assert.equal(await world.attribute(url, name), value);
      const after = world.restarted();
      assert.equal(await after.attribute(url, name), value);
    });
  }

  it('are all there with All, and those of the queue itself among them', async () => {
    const world = new SqsWorld();
    const url = await world.create('q');
    await world.ok('SendMessage', { QueueUrl: url, MessageBody: 'a' });
    await world.clock.elapse(5000);
    await world.ok('SetQueueAttributes', { QueueUrl: url, Attributes: { DelaySeconds: '1' } });
    const { Attributes } = await world.ok('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
    assert.deepEqual(Attributes, {
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '1',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'false',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: '1700000000',
      LastModifiedTimestamp: '1700000005',
      QueueArn: arnOf('q'),
    });
    assert.deepEqual(await world.ok('GetQueueAttributes', { QueueUrl: url }), {});
  });

  it('that are set as they are do not change the queue', async () => {
    const world = new SqsWorld();
    const url = await world.create('q', { DelaySeconds: '1' });
    const before = world.records.length;
    await world.ok('SetQueueAttributes', { QueueUrl: url, Attributes: { DelaySeconds: '01' } });
    assert.equal(world.records.length, before);
  });

  it('become settings of the queue for everybody', async () => {
    const world = new SqsWorld();
    await world.create('dlq');
    const url = await world.create('q', {
      MessageRetentionPeriod: '60',
      SqsManagedSseEnabled: 'true',
      ...DEAD_LETTERS,
    });
    const { settings } = world.queue('q');
    assert.equal(settings.retentionMs, 60_000);
    assert.equal(settings.redriveQueue, 'dlq');
    assert.equal(settings.redriveReceives, 3);
    assert.equal(settings.encrypted, true);
    assert.equal(settings.fifo, undefined);
    await world.ok('SetQueueAttributes', {
      QueueUrl: url,
      Attributes: { RedrivePolicy: '', SqsManagedSseEnabled: 'false', MessageRetentionPeriod: '120' },
    });
    const changed = world.queue('q').settings;
    assert.equal(changed.redriveQueue, undefined);
    assert.equal(changed.encrypted, false);
    assert.equal(changed.retentionMs, 120_000);
  });

  it('leave the scope in which messages are deduplicated as it was when the queue was created', async () => {
    const world = new SqsWorld();
    const url = await world.create('f.fifo');
    assert.equal(world.queue('f.fifo').settings.fifo, 'queue');
    await world.ok('SetQueueAttributes', { QueueUrl: url, Attributes: { DeduplicationScope: 'messageGroup' } });
    assert.equal(world.queue('f.fifo').settings.fifo, 'queue');
    await world.create('g.fifo', { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
    assert.equal(world.queue('g.fifo').settings.fifo, 'messageGroup');
  });
});

describe('a redrive policy', () => {
  it('names a queue of the same kind by an ARN of any region and account', async () => {
    const world = new SqsWorld();
    await world.create('dlq');
    await world.create('dlq.fifo');
    const policy = (name: string) => ({
      RedrivePolicy: `{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:${name}","maxReceiveCount":"5"}`,
    });
    await world.create('q', policy('dlq'));
    const refused = await world.refused('CreateQueue', { QueueName: 'r', Attributes: policy('dlq.fifo') });
    assert.match(refused.message, /must be same type/);
    assert.equal(world.catalog.queue('/', 'r'), undefined);
  });

  it('is refused by a dead-letter queue that does not allow the source', async () => {
    const world = new SqsWorld();
    const byQueue = { redrivePermission: 'byQueue', sourceQueueArns: ['arn:aws:sqs:eu-west-1:1:friend'] };
    await world.create('dlq', { RedriveAllowPolicy: JSON.stringify(byQueue) });
    await world.create('friend', DEAD_LETTERS);
    const { kind, message } = await world.refused('CreateQueue', { QueueName: 'q', Attributes: DEAD_LETTERS });
    assert.equal(kind, 'InvalidParameterValueException');
    assert.match(message, /RedriveAllowPolicy/);
  });

  it('makes the queue one of the sources of its target, page by page', async () => {
    const world = new SqsWorld();
    const dlq = await world.create('dlq');
    for (const name of ['c', 'a', 'b']) await world.create(name, DEAD_LETTERS);
    await world.create('other');
    const first = await world.ok('ListDeadLetterSourceQueues', { QueueUrl: dlq, MaxResults: 2 });
    assert.deepEqual(first.queueUrls, [urlOf('a'), urlOf('b')]);
    const { NextToken } = first;
    assert.deepEqual(await world.ok('ListDeadLetterSourceQueues', { QueueUrl: dlq, MaxResults: 2, NextToken }), {
      queueUrls: [urlOf('c')],
    });
    assert.deepEqual(await world.ok('ListDeadLetterSourceQueues', { QueueUrl: urlOf('a') }), { queueUrls: [] });
  });
});

describe('the list of queues', () => {
  it('goes in the order of their names, page by page, whatever comes and goes meanwhile', async () => {
    const world = new SqsWorld();
    for (const name of ['b2', 'b10', 'a', 'b1', 'c']) await world.create(name);
    assert.deepEqual((await world.ok('ListQueues', {})).QueueUrls, ['a', 'b1', 'b10', 'b2', 'c'].map(urlOf));
    const first = await world.ok('ListQueues', { QueueNamePrefix: 'b', MaxResults: 2 });
    assert.deepEqual(first.QueueUrls, [urlOf('b1'), urlOf('b10')]);
    await world.ok('DeleteQueue', { QueueUrl: urlOf('b10') });
    await world.create('b11');
    const { NextToken } = first;
    const second = await world.ok('ListQueues', { QueueNamePrefix: 'b', MaxResults: 2, NextToken });
    assert.deepEqual(second, { QueueUrls: [urlOf('b11'), urlOf('b2')] });
    assert.deepEqual(await world.ok('ListQueues', { QueueNamePrefix: 'x' }), {});
  });
});

describe('tags of a queue', () => {
  it('are set, changed and taken away, and survive a restart', async () => {
    const world = new SqsWorld();
    const { QueueUrl } = await world.ok('CreateQueue', { QueueName: 'q', tags: { a: '1', __proto__x: '2' } });
    await world.ok('TagQueue', { QueueUrl, Tags: { a: '3', b: '' } });
    await world.ok('UntagQueue', { QueueUrl, TagKeys: ['__proto__x', 'absent'] });
    assert.deepEqual(await world.ok('ListQueueTags', { QueueUrl }), { Tags: { a: '3', b: '' } });
    assert.deepEqual(await world.restarted().ok('ListQueueTags', { QueueUrl }), { Tags: { a: '3', b: '' } });
    await world.ok('UntagQueue', { QueueUrl, TagKeys: ['a', 'b'] });
    assert.deepEqual(await world.ok('ListQueueTags', { QueueUrl }), {});
  });
});

describe('queues that AMQP declared', () => {
  it("are queues of SQS with default attributes if they last and are nobody's", async () => {
    const world = new SqsWorld();
    amqpQueue(world, 'theirs');
    amqpQueue(world, 'with.dots');
    amqpQueue(world, 'named.fifo');
    amqpQueue(world, 'private', { exclusive: true });
    amqpQueue(world, 'passing', { durable: false });
    assert.deepEqual(await world.ok('ListQueues', {}), { QueueUrls: [urlOf('theirs')] });
    await world.create('theirs');
    assert.equal(await world.attribute(urlOf('theirs'), 'VisibilityTimeout'), '30');
    assert.equal(await world.attribute(urlOf('theirs'), 'CreatedTimestamp'), '1700000000');
    for (const name of ['private', 'passing']) {
      assert.equal((await world.refused('CreateQueue', { QueueName: name })).kind, 'QueueNameExists');
      assert.equal((await world.refused('GetQueueUrl', { QueueName: name })).kind, 'QueueDoesNotExist');
    }
    const fifo = await world.refused('CreateQueue', { QueueName: 'named.fifo', Attributes: { FifoQueue: 'true' } });
    assert.equal(fifo.kind, 'QueueNameExists');
  });

  it('keep what SQS sets, and nothing that it does not say', async () => {
    const world = new SqsWorld();
    amqpQueue(world, 'theirs');
    const url = urlOf('theirs');
    assert.equal(await world.attribute(url, 'SqsManagedSseEnabled'), 'false');
    await world.ok('SetQueueAttributes', { QueueUrl: url, Attributes: { VisibilityTimeout: '7' } });
    await world.ok('TagQueue', { QueueUrl: url, Tags: { a: '1' } });
    const after = world.restarted();
    assert.equal(await after.attribute(url, 'VisibilityTimeout'), '7');
    assert.equal(after.queue('theirs').settings.retentionMs, undefined);
    assert.equal(after.queue('theirs').settings.encrypted, false);
    await after.ok('SetQueueAttributes', { QueueUrl: url, Attributes: { MessageRetentionPeriod: '60' } });
    assert.equal(after.queue('theirs').settings.retentionMs, 60_000);
  });

  it('are the same as those of SQS to an AMQP client that declares without arguments', async () => {
    const world = new SqsWorld();
    await world.create('ours');
    await world.create('f.fifo');
    amqpQueue(world, 'ours');
    amqpQueue(world, 'f.fifo');
    assert.throws(() => amqpQueue(world, 'ours', { durable: false }), /inequivalent arg 'durable'/);
  });

  it("are no queues of a topic's name", async () => {
    const world = new SqsWorld({ topics: ['clicks'] });
    const { message } = await world.refused('CreateQueue', { QueueName: 'clicks' });
    assert.match(message, /Kafka topic/);
  });
});

describe('a deleted queue', () => {
  it('is forgotten with its attributes and tags', async () => {
    const world = new SqsWorld({ settings: { recreateDelayMs: 0 } });
    const { QueueUrl } = await world.ok('CreateQueue', {
      QueueName: 'q',
      Attributes: { DelaySeconds: '9' },
      tags: { a: '1' },
    });
    await world.ok('DeleteQueue', { QueueUrl });
    assert.equal((await world.refused('DeleteQueue', { QueueUrl })).kind, 'QueueDoesNotExist');
    await world.create('q');
    assert.equal(await world.attribute(QueueUrl, 'DelaySeconds'), '0');
    assert.deepEqual(await world.ok('ListQueueTags', { QueueUrl }), {});
  });
});
