/** Messages: sent, received, deleted, in batches, and as other protocols sent them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeProperties } from '../../../src/message/amqp-properties-codec.ts';
import type { Message } from '../../../src/message/message.ts';
import { F, fifo, Q, receive, standard } from './two-queues.ts';
import { arnOf, SqsWorld, urlOf } from './world.ts';

describe('a message', () => {
  it('is received as it was sent, with digests and the attributes that were asked for', async () => {
    const world = await standard();
    const MessageAttributes = {
      color: { DataType: 'String', StringValue: 'red' },
      count: { DataType: 'Number.int', StringValue: '3' },
      bytes: { DataType: 'Binary', BinaryValue: '//4=' },
    };
    const sent = await world.ok('SendMessage', {
      QueueUrl: Q,
      MessageBody: 'a\r\nb "é"',
      MessageAttributes,
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
      MessageGroupId: 'fair',
    });
    assert.match(sent.MessageId, /^[0-9a-f-]{36}$/);
    assert.match(sent.MD5OfMessageSystemAttributes, /^[0-9a-f]{32}$/);
    assert.equal(sent.SequenceNumber, undefined);
    await world.clock.elapse(1500);
    const { Messages } = await world.ok('ReceiveMessage', {
      QueueUrl: Q,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    const [{ ReceiptHandle, ...message }] = Messages;
    assert.match(ReceiptHandle, /^[\w-]{32}$/);
    assert.deepEqual(message, {
      MessageId: sent.MessageId,
      MD5OfBody: sent.MD5OfMessageBody,
      Body: 'a\r\nb "é"',
      Attributes: {
        SenderId: '000000000000',
        SentTimestamp: '1700000000000',
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: '1700000001500',
        MessageGroupId: 'fair',
        AWSTraceHeader: 'Root=1',
      },
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes,
    });
  });

  it('has no attributes if none were asked for, or none of those that were', async () => {
    const world = await standard();
    const MessageAttributes = { color: { DataType: 'String', StringValue: 'red' } };
    for (const more of [{}, { MessageAttributeNames: ['size.*'] }]) {
      await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm', MessageAttributes });
      const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q, ...more });
      assert.deepEqual(Object.keys(Messages[0]), ['MessageId', 'ReceiptHandle', 'MD5OfBody', 'Body']);
    }
  });

  it('can be asked for system attributes by either parameter', async () => {
    const world = await standard();
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    const { Messages } = await world.ok('ReceiveMessage', {
      QueueUrl: Q,
      AttributeNames: ['SentTimestamp'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    assert.deepEqual(Object.keys(Messages[0].Attributes), ['SentTimestamp', 'ApproximateReceiveCount']);
  });

  it('tells who sent it if the sender signed', async () => {
    const world = await standard();
    const principal = { accountId: '000000000000', arn: 'arn:aws:iam::000000000000:user/u', senderId: 'AIDA1' };
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' }, { principal });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q, AttributeNames: ['SenderId'] });
    assert.deepEqual(Messages[0].Attributes, { SenderId: 'AIDA1' });
  });

  it('comes after its own delay, or else that of the queue', async () => {
    const world = new SqsWorld();
    await world.create('q', { DelaySeconds: '10' });
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'late' });
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'now', DelaySeconds: 0 });
    assert.deepEqual(await world.bodies(Q), ['now']);
    assert.equal(await world.attribute(Q, 'ApproximateNumberOfMessagesDelayed'), '1');
    await world.clock.elapse(10_000);
    assert.deepEqual(await world.bodies(Q), ['late']);
  });

  it('is invisible for as long as the receiver says, or else the queue', async () => {
    const world = new SqsWorld();
    await world.create('q', { VisibilityTimeout: '100' });
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    await world.ok('ReceiveMessage', { QueueUrl: Q, VisibilityTimeout: 0 });
    assert.deepEqual(await world.bodies(Q), ['m']);
    await world.clock.elapse(99_999);
    assert.deepEqual(await world.bodies(Q), []);
    await world.clock.elapse(1);
    assert.deepEqual(await world.bodies(Q), ['m']);
  });
});

describe('a receiver who waits', () => {
  it('is answered by the first message, as the queue says if he does not', async () => {
    const world = new SqsWorld();
    await world.create('q', { ReceiveMessageWaitTimeSeconds: '20' });
    const answer = world.begin(receive());
    await world.clock.elapse(19_000);
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    await world.clock.elapse(0);
    assert.equal(JSON.parse((await answer).body).Messages[0].Body, 'm');
    assert.equal(world.gone.size, 0);
  });

  it('gets an answer without messages when his time is up', async () => {
    const world = await standard();
    const answer = world.begin(receive({ WaitTimeSeconds: 3 }));
    await world.clock.elapse(3000);
    assert.equal((await answer).body, '{}');
    assert.equal(world.gone.size, 0);
  });

  it('takes nothing with him when he hangs up', async () => {
    const world = await standard();
    const answer = world.begin(receive({ WaitTimeSeconds: 20 }));
    await world.clock.settle();
    assert.equal(world.queues.waiting(world.queue('q').id), 1);
    for (const listener of world.gone) listener();
    assert.equal((await answer).body, '{}');
    assert.equal(world.queues.waiting(world.queue('q').id), 0);
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    assert.deepEqual(await world.bodies(Q), ['m']);
  });

  it('is told when the queue goes, and sent home when the node stops', async () => {
    const world = await standard();
    await world.create('other');
    const gone = world.begin(receive({ WaitTimeSeconds: 20 }));
    const home = world.begin(receive({ QueueUrl: urlOf('other'), WaitTimeSeconds: 20 }));
    await world.clock.settle();
    await world.ok('DeleteQueue', { QueueUrl: Q });
    assert.match((await gone).body, /QueueDoesNotExist/);
    world.service.freeze();
    assert.equal((await home).body, '{}');
    assert.equal((await world.refused('ListQueues', {})).kind, 'ServiceUnavailableException');
  });
});

describe('a receipt handle', () => {
  it('deletes, again too, even if it is old', async () => {
    const world = await standard();
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q, VisibilityTimeout: 1 });
    const [{ ReceiptHandle }] = Messages;
    await world.clock.elapse(1000);
    for (let i = 0; i < 2; i += 1) await world.ok('DeleteMessage', { QueueUrl: Q, ReceiptHandle });
    assert.deepEqual(await world.bodies(Q), []);
  });

  it('is still good after a restart of the node', async () => {
    const world = await standard();
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    await world.restarted().ok('DeleteMessage', { QueueUrl: Q, ReceiptHandle: Messages[0].ReceiptHandle });
    const stranger = new SqsWorld({ settings: { accountId: '000000000001' } });
    await stranger.create('other');
    await stranger.create('q');
    const refused = await stranger.refused('DeleteMessage', { QueueUrl: Q, ReceiptHandle: Messages[0].ReceiptHandle });
    assert.equal(refused.kind, 'ReceiptHandleIsInvalid');
  });

  it('changes how long the message is invisible, and nothing once it is old', async () => {
    const world = await standard();
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    const [{ ReceiptHandle }] = Messages;
    await world.ok('ChangeMessageVisibility', { QueueUrl: Q, ReceiptHandle, VisibilityTimeout: 0 });
    assert.deepEqual(await world.bodies(Q), ['m']);
    await world.ok('ChangeMessageVisibility', { QueueUrl: Q, ReceiptHandle, VisibilityTimeout: 0 });
    assert.deepEqual(await world.bodies(Q), []);
  });
});

describe('the visibility of a message', () => {
  const beyond = (seconds: number) =>
    `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].`;

  it('can not be longer than twelve hours from the receipt, in either protocol', async () => {
    const world = await standard();
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    const input = { QueueUrl: Q, ReceiptHandle: Messages[0].ReceiptHandle, VisibilityTimeout: 43_200 };
    await world.clock.elapse(1);
    const { json, query } = await world.refusedInBoth('ChangeMessageVisibility', input);
    assert.equal(json.status, 400);
    assert.equal(JSON.parse(json.body).message, beyond(43_200));
    assert.equal(json.headers['x-amzn-query-error'], 'InvalidParameterValue;Sender');
    assert.equal(query.status, 400);
    assert.ok(query.body.includes('<Code>InvalidParameterValue</Code>') && query.body.includes(beyond(43_200)));
    await world.ok('ChangeMessageVisibility', { ...input, VisibilityTimeout: 43_199 });
  });

  it('fails alone where it would be too long in a batch', async () => {
    const world = await standard();
    for (const MessageBody of ['a', 'b']) await world.ok('SendMessage', { QueueUrl: Q, MessageBody });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q, MaxNumberOfMessages: 10 });
    await world.clock.elapse(1000);
    const [a, b] = Messages.map(({ ReceiptHandle }: { ReceiptHandle: string }) => ReceiptHandle);
    const { Successful, Failed } = await world.ok('ChangeMessageVisibilityBatch', {
      QueueUrl: Q,
      Entries: [
        { Id: 'a', ReceiptHandle: a, VisibilityTimeout: 43_200 },
        { Id: 'b', ReceiptHandle: b, VisibilityTimeout: 43_199 },
      ],
    });
    assert.deepEqual(Successful, [{ Id: 'b' }]);
    assert.deepEqual(Failed, [{ Id: 'a', SenderFault: true, Code: 'InvalidParameterValue', Message: beyond(43_200) }]);
  });
});

describe('a batch', () => {
  // SDKs ask whether there is such a list to find out whether something failed.
  it('has no list of what failed, or was done, if there is nothing in it', async () => {
    const world = await standard();
    const send = { QueueUrl: Q, Entries: [{ Id: 'a', MessageBody: 'm' }] };
    assert.deepEqual(Object.keys(await world.ok('SendMessageBatch', send)), ['Successful']);
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    const entries = (handle: string) => ({
      QueueUrl: Q,
      Entries: [{ Id: 'a', ReceiptHandle: handle, VisibilityTimeout: 5 }],
    });
    for (const action of ['ChangeMessageVisibilityBatch', 'DeleteMessageBatch'] as const) {
      assert.deepEqual(Object.keys(await world.ok(action, entries(Messages[0].ReceiptHandle))), ['Successful']);
      assert.deepEqual(Object.keys(await world.ok(action, entries('garbage'))), ['Failed']);
    }
  });

  it('of messages takes what it can, in order', async () => {
    const world = new SqsWorld();
    await world.create('q', { MaximumMessageSize: '1024' });
    const { Successful, Failed } = await world.ok('SendMessageBatch', {
      QueueUrl: Q,
      Entries: [
        { Id: 'a', MessageBody: '1' },
        { Id: 'b', MessageBody: 'x'.repeat(1025) },
        { Id: 'c', MessageBody: '' },
        { Id: 'd', MessageBody: '2' },
      ],
    });
    assert.deepEqual(
      Successful.map(({ Id }: { Id: string }) => Id),
      ['a', 'd'],
    );
    assert.deepEqual(
      Failed.map(({ Id, Code, SenderFault }: Record<string, unknown>) => [Id, Code, SenderFault]),
      [
        ['b', 'InvalidParameterValue', true],
        ['c', 'MissingParameter', true],
      ],
    );
    assert.deepEqual(await world.bodies(Q), ['1', '2']);
  });

  it('of messages fails for those that a full queue refuses', async () => {
    const world = await standard();
    world.queues.room = 1;
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
    const { Successful, Failed } = await world.ok('SendMessageBatch', { QueueUrl: Q, Entries });
    assert.deepEqual([Successful[0].Id, Failed[0].Id, Failed[0].Code], ['a', 'b', 'OverLimit']);
    assert.deepEqual(await world.bodies(Q), ['a']);
  });

  it('of handles fails entry by entry, whether the queue answers at once or later', async () => {
    for (const isSlow of [false, true]) {
      const world = await standard();
      world.queues.isSlow = isSlow;
      await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
      const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
      const [{ ReceiptHandle }] = Messages;
      const Entries = [{ Id: 'a', ReceiptHandle }, { Id: 'b', ReceiptHandle: 'garbage' }, { Id: 'c' }];
      const { Successful, Failed } = await world.ok('DeleteMessageBatch', { QueueUrl: Q, Entries });
      assert.deepEqual(Successful, [{ Id: 'a' }]);
      assert.deepEqual(
        Failed.map(({ Id, Code }: Record<string, unknown>) => [Id, Code]),
        [
          ['b', 'ReceiptHandleIsInvalid'],
          ['c', 'MissingParameter'],
        ],
      );
      assert.equal(await world.attribute(Q, 'ApproximateNumberOfMessagesNotVisible'), '0');
    }
  });

  it('of visibilities wants one of each entry', async () => {
    const world = await standard();
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    const [{ ReceiptHandle }] = Messages;
    const { Successful, Failed } = await world.ok('ChangeMessageVisibilityBatch', {
      QueueUrl: Q,
      Entries: [
        { Id: 'a', ReceiptHandle },
        { Id: 'b', ReceiptHandle, VisibilityTimeout: 0 },
      ],
    });
    assert.deepEqual(Successful, [{ Id: 'b' }]);
    assert.equal(Failed[0].Code, 'MissingParameter');
    assert.deepEqual(await world.bodies(Q), ['m']);
  });
});

describe('a FIFO queue', () => {
  it('gives numbers of 20 digits that rise, to sender and receiver alike', async () => {
    const world = await fifo();
    const { Successful } = await world.ok('SendMessageBatch', {
      QueueUrl: F,
      Entries: ['a', 'b'].map((Id) => ({
        Id,
        MessageBody: Id,
        MessageGroupId: 'g',
        MessageDeduplicationId: `d${Id}`,
      })),
    });
    const numbers = Successful.map(({ SequenceNumber }: { SequenceNumber: string }) => SequenceNumber);
    assert.ok(numbers.every((number: string) => /^\d{20}$/.test(number)) && numbers[0] < numbers[1], `${numbers}`);
    const { Messages } = await world.ok('ReceiveMessage', {
      QueueUrl: F,
      MaxNumberOfMessages: 10,
      AttributeNames: ['SequenceNumber', 'MessageDeduplicationId', 'MessageGroupId'],
    });
    assert.deepEqual(
      Messages.map(({ Attributes }: { Attributes: object }) => Attributes),
      [
        { SequenceNumber: numbers[0], MessageDeduplicationId: 'da', MessageGroupId: 'g' },
        { SequenceNumber: numbers[1], MessageDeduplicationId: 'db', MessageGroupId: 'g' },
      ],
    );
  });

  it('answers a duplicate as it answered the first one', async () => {
    const world = await fifo({ ContentBasedDeduplication: 'true' });
    const input = { QueueUrl: F, MessageBody: 'm', MessageGroupId: 'g' };
    const first = await world.ok('SendMessage', input);
    assert.deepEqual(await world.ok('SendMessage', { ...input, MessageGroupId: 'other' }), first);
    const { sent } = world.queues;
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.options.deduplicationKey, '62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a');
  });

  it('deduplicates within the group where the scope is that', async () => {
    const world = await fifo({ DeduplicationScope: 'messageGroup' });
    for (const MessageGroupId of ['g', 'h', 'g']) {
      await world.ok('SendMessage', { QueueUrl: F, MessageBody: 'm', MessageGroupId, MessageDeduplicationId: 'd' });
    }
    assert.deepEqual(
      world.queues.sent.map(({ options }) => options.deduplicationKey),
      ['g d', 'h d'],
    );
  });

  it('is told the id of an attempt to receive', async () => {
    const world = await fifo();
    await world.ok('ReceiveMessage', { QueueUrl: F, ReceiveRequestAttemptId: 'try' });
    assert.deepEqual(world.queues.asked, [{ max: 1, visibilityMs: 30_000, waitMs: 0, attemptId: 'try' }]);
  });
});

describe('a message that came through AMQP', () => {
  function amqpMessage(body: Buffer): Message {
    const headers = new Map([['color', { type: 'longstr', value: 'red' } as const]]);
    const properties = encodeProperties({ headers, deliveryMode: 2 });
    const rest = { persistent: true, priority: 0, ttlMs: undefined };
    return { origin: 'amqp', exchange: '', routingKey: 'q', properties, body, ...rest };
  }

  it('has the same id whenever it is received, and its headers as attributes', async () => {
    const world = await standard();
    world.queues.put(world.queue('q').id, amqpMessage(Buffer.from('text')));
    const ids: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      const { Messages } = await world.ok('ReceiveMessage', {
        QueueUrl: Q,
        VisibilityTimeout: 0,
        MessageAttributeNames: ['All'],
      });
      assert.equal(Messages[0].Body, 'text');
      assert.deepEqual(Messages[0].MessageAttributes.color, { DataType: 'String', StringValue: 'red' });
      ids.push(Messages[0].MessageId);
    }
    assert.match(ids[0] ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(ids[0], ids[1]);
  });

  it('is in base64 if its body is no text', async () => {
    const world = await standard();
    world.queues.put(world.queue('q').id, amqpMessage(Buffer.from([0, 0xff])));
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    assert.equal(Messages[0].Body, 'AP8=');
  });

  it('has the ARN of the queue that it was first moved from', async () => {
    const world = await standard();
    const headers = new Map([['aws.dead-letter-source', { type: 'longstr', value: 'orders' } as const]]);
    const message = amqpMessage(Buffer.from('m'));
    world.queues.put(world.queue('q').id, { ...message, properties: encodeProperties({ headers }) });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q, AttributeNames: ['All'] });
    assert.equal(Messages[0].Attributes.DeadLetterQueueSourceArn, arnOf('orders'));
  });
});
