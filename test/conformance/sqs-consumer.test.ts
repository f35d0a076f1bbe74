/** sqs-consumer and sqs-producer, unmodified: what many services in Node use instead of the SDK itself. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Consumer, type ConsumerOptions } from 'sqs-consumer';
import { Producer } from 'sqs-producer';
import { uniqueName, until } from '../support/clients-wait.ts';
import { startSqsBroker } from '../support/sqs-broker.ts';

const TIME_LIMIT_MS = 120_000;

test('sqs-consumer and sqs-producer', { timeout: TIME_LIMIT_MS }, async (t) => {
  const { url } = await startSqsBroker(t);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint: url, region: 'us-east-1', credentials });
  t.after(() => sqs.destroy());
  const errors: Error[] = [];

  const newQueue = async (attributes: Record<string, string> = {}): Promise<string> => {
    const QueueName = uniqueName('consumer') + (attributes.FifoQueue === undefined ? '' : '.fifo');
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
    return QueueUrl;
  };
  const left = async (QueueUrl: string): Promise<number> => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  };
  const consume = (t: TestContext, options: ConsumerOptions): Consumer => {
    const consumer = Consumer.create({ sqs, waitTimeSeconds: 2, ...options } as ConsumerOptions);
    consumer.on('error', (error) => {
      if (!/aborted/.test(error.message)) errors.push(error);
    });
    t.after(() => consumer.stop({ abort: true }));
    consumer.start();
    return consumer;
  };

  await t.test('every message is handled once and deleted', async (t) => {
    const queueUrl = await newQueue();
    const seen: string[] = [];
    consume(t, {
      queueUrl,
      batchSize: 10,
      handleMessage: async (message) => {
        seen.push(message.Body ?? '');
        return message;
      },
    });
    const bodies = Array.from({ length: 35 }, (_, i) => `m${i}`);
    const results = await Producer.create({ queueUrl, sqs }).send(bodies);
    assert.equal(results.length, bodies.length);
    await until(
      'messages',
      () => seen.length,
      (length) => length >= bodies.length,
    );
    assert.deepEqual([...seen].sort(), [...bodies].sort());
    await until(
      'deletions',
      () => left(queueUrl),
      (count) => count === 0,
    );
  });

  await t.test('a message whose handler fails comes again', async (t) => {
    const queueUrl = await newQueue();
    let attempts = 0;
    const consumer = consume(t, {
      queueUrl,
      terminateVisibilityTimeout: true,
      handleMessage: async (message) => {
        attempts += 1;
        if (attempts === 1) throw new Error('not yet');
        return message;
      },
    });
    consumer.on('processing_error', () => {});
    await Producer.create({ queueUrl, sqs }).send({ id: '1', body: 'again' });
    await once(consumer, 'message_processed');
    assert.equal(attempts, 2);
  });

  await t.test('a heartbeat keeps a message that takes long', async (t) => {
    const queueUrl = await newQueue({ VisibilityTimeout: '2' });
    let begun = 0;
    const consumer = consume(t, {
      queueUrl,
      visibilityTimeout: 2,
      heartbeatInterval: 1,
      handleMessage: async (message) => {
        begun += 1;
        await new Promise((resolve) => setTimeout(resolve, 3500));
        return message;
      },
    });
    await Producer.create({ queueUrl, sqs }).send('slow');
    await once(consumer, 'message_processed');
    await until(
      'the deletion',
      () => left(queueUrl),
      (count) => count === 0,
    );
    assert.equal(begun, 1);
  });

  await t.test('batches of a FIFO queue come in order', async (t) => {
    const queueUrl = await newQueue({ FifoQueue: 'true' });
    const seen: string[] = [];
    consume(t, {
      queueUrl,
      batchSize: 5,
      suppressFifoWarning: true,
      handleMessageBatch: async (messages) => {
        seen.push(...messages.map(({ Body = '' }) => Body));
        return messages;
      },
    });
    const messages = Array.from({ length: 20 }, (_, i) => ({
      id: `${i}`,
      body: `${i}`,
      groupId: 'g',
      deduplicationId: `${i}`,
    }));
    await Producer.create({ queueUrl, sqs }).send(messages);
    await until(
      'messages',
      () => seen.length,
      (length) => length >= messages.length,
    );
    assert.deepEqual(
      seen,
      messages.map(({ body }) => body),
    );
  });

  assert.deepEqual(errors, []);
});
