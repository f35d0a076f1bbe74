/** Every error that an action can end with, as clients of JSON and of Query see it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ERRORS, type ErrorKind } from '../../../src/gateway/sqs/protocol/errors.ts';
import { arnOf, SqsWorld, urlOf } from './world.ts';

interface Case {
  readonly what: string;
  readonly action: string;
  /** In the world that the test prepares. */
  readonly input: object | ((world: SqsWorld) => Promise<object>);
  readonly kind: ErrorKind;
  readonly text?: RegExp;
  /** Where it differs. */
  readonly queryText?: RegExp;
  readonly prepare?: (world: SqsWorld) => Promise<unknown>;
}

const QUEUE = urlOf('q');
const FIFO = urlOf('f.fifo');
const ABSENT = urlOf('absent');
const GARBAGE = 'garbage';

async function handle(world: SqsWorld, url = QUEUE): Promise<string> {
  const group = url === FIFO ? { MessageGroupId: 'g', MessageDeduplicationId: 'd' } : {};
  await world.ok('SendMessage', { QueueUrl: url, MessageBody: 'm', ...group });
  const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: url });
  return Messages[0].ReceiptHandle;
}

function entries(count: number, entry: object = {}): object[] {
  return Array.from({ length: count }, (_, i) => ({ Id: `id${i}`, MessageBody: 'm', ...entry }));
}

const BATCHES: readonly Case[] = [
  {
    what: 'a batch of nothing',
    action: 'DeleteMessageBatch',
    input: { QueueUrl: QUEUE, Entries: [] },
    // A form cannot say that a list is there and empty.
    kind: 'EmptyBatchRequest',
  },
  {
    what: 'eleven entries',
    action: 'SendMessageBatch',
    input: { QueueUrl: QUEUE, Entries: entries(11) },
    kind: 'TooManyEntriesInBatchRequest',
  },
  {
    what: 'an id twice',
    action: 'SendMessageBatch',
    input: { QueueUrl: QUEUE, Entries: entries(2, { Id: 'same' }) },
    kind: 'BatchEntryIdsNotDistinct',
    text: /^Id same repeated\.$/,
  },
  {
    what: 'an id with a dot',
    action: 'SendMessageBatch',
    input: { QueueUrl: QUEUE, Entries: entries(1, { Id: 'a.b' }) },
    kind: 'InvalidBatchEntryId',
  },
  {
    what: 'more than 1 MiB together',
    action: 'SendMessageBatch',
    input: { QueueUrl: QUEUE, Entries: entries(2, { MessageBody: 'x'.repeat(600_000) }) },
    kind: 'BatchRequestTooLong',
    text: /You have sent 1200000 bytes/,
  },
  {
    what: 'an entry of a FIFO queue without a group',
    action: 'SendMessageBatch',
    input: { QueueUrl: FIFO, Entries: entries(1, { MessageDeduplicationId: 'd' }) },
    kind: 'InvalidParameterValueException',
    text: /MessageGroupId/,
  },
];

const MESSAGES: readonly Case[] = [
  { what: 'no body', action: 'SendMessage', input: { QueueUrl: QUEUE }, kind: 'MissingRequiredParameterException' },
  {
    what: 'a body with an illegal character',
    action: 'SendMessage',
    input: { QueueUrl: QUEUE, MessageBody: 'a\u0001' },
    kind: 'InvalidMessageContents',
  },
  {
    what: 'no group for a FIFO queue',
    action: 'SendMessage',
    input: { QueueUrl: FIFO, MessageBody: 'm', MessageDeduplicationId: 'd' },
    kind: 'MissingRequiredParameterException',
    text: /MessageGroupId/,
  },
  {
    what: 'nothing to deduplicate by',
    action: 'SendMessage',
    input: { QueueUrl: FIFO, MessageBody: 'm', MessageGroupId: 'g' },
    kind: 'InvalidParameterValueException',
    text: /ContentBasedDeduplication/,
  },
  {
    what: 'a delay of a message of a FIFO queue',
    action: 'SendMessage',
    input: { QueueUrl: FIFO, MessageBody: 'm', MessageGroupId: 'g', MessageDeduplicationId: 'd', DelaySeconds: 3 },
    kind: 'InvalidParameterValueException',
    text: /^Value 3 for parameter DelaySeconds is invalid\./,
  },
  {
    what: 'a disk that is full',
    action: 'SendMessage',
    input: { QueueUrl: QUEUE, MessageBody: 'm' },
    kind: 'ServiceUnavailableException',
    prepare: async (world) => {
      world.pressure.hasSpace = false;
    },
  },
  {
    what: 'eleven messages at once',
    action: 'ReceiveMessage',
    input: { QueueUrl: QUEUE, MaxNumberOfMessages: 11 },
    kind: 'InvalidParameterValueException',
    text: /^Value 11 for parameter MaxNumberOfMessages is invalid\. Reason: Must be between 1 and 10, if provided\.$/,
  },
  {
    what: 'waiting for 21 s',
    action: 'ReceiveMessage',
    input: { QueueUrl: QUEUE, WaitTimeSeconds: 21 },
    kind: 'InvalidParameterValueException',
    text: /WaitTimeSeconds/,
  },
  {
    what: 'an attempt id for a queue that is not FIFO',
    action: 'ReceiveMessage',
    input: { QueueUrl: QUEUE, ReceiveRequestAttemptId: 'a' },
    kind: 'InvalidParameterValueException',
    text: /ReceiveRequestAttemptId/,
  },
  {
    what: 'too many messages in flight',
    action: 'ReceiveMessage',
    input: { QueueUrl: QUEUE },
    kind: 'OverLimit',
    prepare: async (world) => {
      world.queues.isFull = true;
    },
  },
];

const HANDLES: readonly Case[] = [
  {
    what: 'a handle that is none',
    action: 'DeleteMessage',
    input: { QueueUrl: QUEUE, ReceiptHandle: GARBAGE },
    kind: 'ReceiptHandleIsInvalid',
    text: /^The input receipt handle "garbage" is not a valid receipt handle\.$/,
  },
  {
    what: 'a handle of another queue',
    action: 'DeleteMessage',
    input: async (world) => ({ QueueUrl: QUEUE, ReceiptHandle: await handle(world, FIFO) }),
    kind: 'ReceiptHandleIsInvalid',
    text: /is not valid for this queue\.$/,
  },
  {
    what: 'an expired handle of a FIFO queue',
    action: 'DeleteMessage',
    input: async (world) => {
      world.queues.isStrict = true;
      const ReceiptHandle = await handle(world, FIFO);
      await world.clock.elapse(31_000);
      return { QueueUrl: FIFO, ReceiptHandle };
    },
    kind: 'InvalidParameterValueException',
    text: /^Value \S+ for parameter ReceiptHandle is invalid\. Reason: The receipt handle has expired\.$/,
  },
  {
    what: 'a longer visibility than there is',
    action: 'ChangeMessageVisibility',
    input: async (world) => ({ QueueUrl: QUEUE, ReceiptHandle: await handle(world), VisibilityTimeout: 43_201 }),
    kind: 'InvalidParameterValueException',
    text: /VisibilityTimeout/,
  },
  {
    what: 'the visibility of a deleted message',
    action: 'ChangeMessageVisibility',
    input: async (world) => {
      const ReceiptHandle = await handle(world);
      await world.ok('DeleteMessage', { QueueUrl: QUEUE, ReceiptHandle });
      return { QueueUrl: QUEUE, ReceiptHandle, VisibilityTimeout: 5 };
    },
    kind: 'InvalidParameterValueException',
    text: /Reason: Message does not exist or is not available for visibility timeout change\.$/,
  },
];

const LIFE: readonly Case[] = [
  {
    what: 'a queue that is not there',
    action: 'SendMessage',
    input: { QueueUrl: ABSENT, MessageBody: 'm' },
    kind: 'QueueDoesNotExist',
    text: /^The specified queue does not exist\.$/,
    queryText: /^The specified queue does not exist for this wsdl version\.$/,
  },
  {
    what: 'an address that is none',
    action: 'GetQueueAttributes',
    input: { QueueUrl: 'http://localhost:9324' },
    kind: 'InvalidAddress',
  },
  { what: 'no address', action: 'PurgeQueue', input: {}, kind: 'MissingRequiredParameterException' },
  {
    what: 'a name with a dot',
    action: 'CreateQueue',
    input: { QueueName: 'a.b' },
    kind: 'InvalidParameterValueException',
    text: /^Can only include alphanumeric/,
  },
  {
    what: 'a FIFO queue whose name does not say so',
    action: 'CreateQueue',
    input: { QueueName: 'g', Attributes: { FifoQueue: 'true' } },
    kind: 'InvalidParameterValueException',
    text: /\.fifo/,
  },
  {
    what: 'FifoQueue that is false',
    action: 'CreateQueue',
    input: { QueueName: 'g', Attributes: { FifoQueue: 'false' } },
    kind: 'InvalidAttributeName',
    text: /^Unknown Attribute FifoQueue\.$/,
  },
  {
    what: 'a queue that is there with another attribute',
    action: 'CreateQueue',
    input: { QueueName: 'q', Attributes: { VisibilityTimeout: '31' } },
    kind: 'QueueNameExists',
    text: /VisibilityTimeout$/,
  },
  {
    what: 'a name that was deleted just now',
    action: 'CreateQueue',
    input: { QueueName: 'q' },
    kind: 'QueueDeletedRecently',
    prepare: (world) => world.ok('DeleteQueue', { QueueUrl: QUEUE }),
  },
  {
    what: 'the name of a topic',
    action: 'CreateQueue',
    input: { QueueName: 'clicks' },
    kind: 'InvalidParameterValueException',
    text: /^Value clicks for parameter QueueName is invalid\. Reason: .*Kafka topic/,
  },
  {
    what: 'a purge soon after another',
    action: 'PurgeQueue',
    input: { QueueUrl: QUEUE },
    kind: 'PurgeQueueInProgress',
    prepare: (world) => world.ok('PurgeQueue', { QueueUrl: QUEUE }),
  },
  {
    what: 'no attribute that anybody knows',
    action: 'GetQueueAttributes',
    input: { QueueUrl: QUEUE, AttributeNames: ['Nonsense'] },
    kind: 'InvalidAttributeName',
    text: /Nonsense/,
  },
  {
    what: 'a value out of range',
    action: 'SetQueueAttributes',
    input: { QueueUrl: QUEUE, Attributes: { DelaySeconds: '901' } },
    kind: 'InvalidAttributeValue',
    text: /^Invalid value for the parameter DelaySeconds\.$/,
  },
  {
    what: 'a dead-letter queue that is not there',
    action: 'SetQueueAttributes',
    input: {
      QueueUrl: QUEUE,
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('absent'), maxReceiveCount: 3 }) },
    },
    kind: 'InvalidParameterValueException',
    text: /Dead letter target does not exist/,
  },
  {
    what: 'seven permissions and one more',
    action: 'AddPermission',
    input: {
      QueueUrl: QUEUE,
      Label: 'l',
      AWSAccountIds: ['111111111111'],
      Actions: Array.from({ length: 8 }, () => 'SendMessage'),
    },
    kind: 'OverLimit',
  },
  {
    what: 'a label that nobody has given',
    action: 'RemovePermission',
    input: { QueueUrl: QUEUE, Label: 'l' },
    kind: 'InvalidParameterValueException',
    text: /can't find label/,
  },
  {
    what: 'more results than a page has',
    action: 'ListQueues',
    input: { MaxResults: 1001 },
    kind: 'InvalidParameterValueException',
    text: /MaxResults/,
  },
  {
    what: 'a token that is none',
    action: 'ListQueues',
    input: { NextToken: 'nonsense' },
    kind: 'InvalidParameterValueException',
    text: /next token/,
  },
  {
    what: 'a key of a tag that is empty',
    action: 'TagQueue',
    input: { QueueUrl: QUEUE, Tags: { '': 'v' } },
    kind: 'InvalidParameterValueException',
  },
  {
    what: 'an action that nobody knows',
    action: 'Dance',
    input: {},
    kind: 'UnknownOperationException',
    queryText: /^The action Dance is not valid for this endpoint\.$/,
  },
];

const MOVES: readonly Case[] = [
  {
    what: 'a source that is no ARN',
    action: 'StartMessageMoveTask',
    input: { SourceArn: 'q' },
    kind: 'InvalidParameterValueException',
    text: /SourceArn/,
  },
  {
    what: 'a source that is not there',
    action: 'StartMessageMoveTask',
    input: { SourceArn: arnOf('absent') },
    kind: 'ResourceNotFoundException',
    text: /^The resource that you specified for the SourceArn parameter doesn't exist\.$/,
  },
  {
    what: "a source that is nobody's dead-letter queue",
    action: 'StartMessageMoveTask',
    input: { SourceArn: arnOf('q') },
    kind: 'InvalidParameterValueException',
    text: /^Source queue must be configured as a Dead Letter Queue\.$/,
  },
  {
    what: 'a handle of a task that is none',
    action: 'CancelMessageMoveTask',
    input: { TaskHandle: 'nonsense' },
    kind: 'InvalidParameterValueException',
    text: /^Value for parameter TaskHandle is invalid\.$/,
  },
  {
    what: 'a task that nobody has started',
    action: 'CancelMessageMoveTask',
    input: {
      TaskHandle: Buffer.from(JSON.stringify({ taskId: 'none', sourceArn: arnOf('q') })).toString('base64'),
    },
    kind: 'ResourceNotFoundException',
    text: /^Task does not exist\.$/,
  },
];

function unescaped(xml: string): string {
  return xml.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&gt;', '>').replaceAll('&lt;', '<');
}

async function prepared({ prepare }: Case): Promise<SqsWorld> {
  const world = new SqsWorld({ topics: ['clicks'] });
  await world.create('q');
  await world.create('f.fifo');
  await prepare?.(world);
  return world;
}

describe('an action is refused for', () => {
  for (const one of [...BATCHES, ...MESSAGES, ...HANDLES, ...LIFE, ...MOVES]) {
    it(`${one.what} (${one.action})`, async () => {
      const world = await prepared(one);
      const input = typeof one.input === 'function' ? await one.input(world) : one.input;
      const { json, query } = await world.refusedInBoth(one.action, input);
      const { namespace, queryCode, status, fault } = ERRORS[one.kind];
      const { __type: type, message } = JSON.parse(json.body);
      assert.equal(type, `${namespace}#${one.kind}`, message);
      assert.equal(json.headers['x-amzn-query-error'], `${queryCode};${fault}`);
      assert.equal(json.status, status);
      if (one.text !== undefined) assert.match(message, one.text);
      if (one.what === 'a batch of nothing') return;
      assert.equal(query.status, status);
      assert.ok(query.body.includes(`<Code>${queryCode}</Code>`), query.body);
      const told = /<Message>(.*)<\/Message>/s.exec(query.body)?.[1] ?? '';
      if (one.queryText !== undefined) assert.match(told, one.queryText);
      else assert.equal(unescaped(told), message);
    });
  }
});
