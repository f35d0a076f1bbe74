/** The AWS SDK for JavaScript, unmodified, which sends each request to the address of its queue and checks every digest itself. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { uniqueName } from '../support/clients-wait.ts';
import { type SqsBroker, startSqsBroker } from '../support/sqs-broker.ts';

const TIME_LIMIT_MS = 120_000;
const KEYS = ['--sqs-access-keys', 'AKIATEST:sec/ret+key=,AKIAOTHER:x'];

function clientOf(t: TestContext, { url }: SqsBroker, more: SQSClientConfig = {}): SQSClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQSClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1, ...more });
  t.after(() => client.destroy());
  return client;
}

async function newQueue(client: SQSClient, attributes: Record<string, string> = {}): Promise<string> {
  const QueueName = uniqueName('sdk') + (attributes.FifoQueue === 'true' ? '.fifo' : '');
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
  return QueueUrl;
}

test('AWS SDK for JavaScript', { timeout: TIME_LIMIT_MS }, async (t) => {
  const broker = await startSqsBroker(t);
  const client = clientOf(t, broker);

  await t.test('a message is sent, received, its visibility changed, and deleted', async () => {
    const QueueUrl = await newQueue(client);
    const MessageBody = 'text with "quotes", <tags> & \r\n é 漢 😀';
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'é' },
      number: { DataType: 'Number', StringValue: '1.5' },
      bytes: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255, 128]) },
    };
    const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }),
    );
    const [message] = Messages;
    assert.deepEqual([Messages.length, message?.MessageId, message?.Body], [1, MessageId, MessageBody]);
    assert.deepEqual(message?.MessageAttributes, MessageAttributes);
    assert.equal(message?.Attributes?.ApproximateReceiveCount, '1');
    const { ReceiptHandle } = message ?? {};
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 60 }));
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    assert.equal(Attributes?.ApproximateNumberOfMessagesNotVisible, '0');
    await client.send(new DeleteQueueCommand({ QueueUrl }));
  });

  await t.test('batches report each entry', async () => {
    const QueueUrl = await newQueue(client);
    const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `e${i}`, MessageBody: `m${i}` }));
    const { Successful = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    assert.deepEqual(
      Successful.map(({ Id }) => Id),
      Entries.map(({ Id }) => Id),
    );
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    assert.equal(Messages.length, 10);
    const handles = Messages.map(({ ReceiptHandle }, i) => ({ Id: `d${i}`, ReceiptHandle }));
    const deleted = await client.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [...handles.slice(1), { Id: 'bad', ReceiptHandle: 'x' }] }),
    );
    assert.equal(deleted.Successful?.length, 9);
    assert.deepEqual([deleted.Failed?.[0]?.Id, deleted.Failed?.[0]?.SenderFault], ['bad', true]);
  });

  await t.test('errors are of the classes of the SDK', async () => {
    await assert.rejects(client.send(new GetQueueUrlCommand({ QueueName: uniqueName('none') })), (error) => {
      assert.ok(error instanceof QueueDoesNotExist);
      assert.equal(error.$metadata.httpStatusCode, 400);
      assert.ok(error.$metadata.requestId);
      return true;
    });
    const QueueUrl = await newQueue(client);
    await assert.rejects(client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] })), {
      name: 'EmptyBatchRequest',
    });
    await assert.rejects(client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '-1' } })), {
      name: 'InvalidAttributeValue',
    });
  });

  await t.test(
    'a receive that waits is answered by the next message, and given up by one that is aborted',
    async () => {
      const QueueUrl = await newQueue(client);
      const abort = new AbortController();
      const given = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
        abortSignal: abort.signal,
      });
      await client.send(new ListQueuesCommand({}));
      abort.abort();
      await assert.rejects(given, { name: 'AbortError' });
      await client.send(new ListQueuesCommand({}));
      const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'awaited' }));
      assert.equal((await waiting).Messages?.[0]?.Body, 'awaited');
    },
  );

  await t.test('a FIFO queue keeps order and refuses duplicates', async () => {
    const QueueUrl = await newQueue(client, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    for (const MessageBody of ['1', '2', '2', '3']) {
      const { SequenceNumber } = await client.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g' }),
      );
      assert.ok(SequenceNumber);
    }
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      ['1', '2', '3'],
    );
  });

  await t.test('a hundred requests at once', async () => {
    const QueueUrl = await newQueue(client);
    const bodies = Array.from({ length: 100 }, (_, i) => String(i));
    await Promise.all(bodies.map((MessageBody) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }))));
    const seen: string[] = [];
    while (seen.length < bodies.length) {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
      const { Messages } = await client.send(receive);
      assert.ok(Messages, `${seen.length} seen`);
      seen.push(...Messages.map(({ Body = '' }) => Body));
    }
    assert.deepEqual(seen.sort(), bodies.sort());
  });
});

test('AWS SDK for JavaScript, a broker with access keys', { timeout: TIME_LIMIT_MS }, async (t) => {
  const broker = await startSqsBroker(t, KEYS);
  if (!broker.isOwned) return t.skip('a broker found by address has keys of its own');
  const ask = (accessKeyId: string, secretAccessKey: string, region = 'us-east-1') =>
    clientOf(t, broker, { credentials: { accessKeyId, secretAccessKey }, region }).send(new ListQueuesCommand({}));

  await t.test('lets in who signs with one of them, for whatever region', async () => {
    await ask('AKIATEST', 'sec/ret+key=');
    await ask('AKIAOTHER', 'x', 'ap-southeast-2');
  });

  await t.test('refuses others', async () => {
    await assert.rejects(ask('AKIATEST', 'wrong'), (error: Error) =>
      /InvalidSignature|SignatureDoesNotMatch/.test(error.name),
    );
    await assert.rejects(ask('AKIANOBODY', 'x'), (error: Error) =>
      /UnrecognizedClient|InvalidClientTokenId/.test(error.name),
    );
    assert.equal((await fetch(`${broker.url}/?Action=ListQueues`)).status, 403);
  });
});
