/** kafkajs, amqplib and the AWS SDK, unmodified, on one broker: what one of them sends the others receive. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import amqplib, { type GetMessage } from 'amqplib';
import kafkajs from 'kafkajs';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { uniqueName, until } from '../support/clients-wait.ts';

const TIME_LIMIT_MS = 60_000;

async function clients(t: TestContext) {
  const broker: TrilogProcess = await startTrilog();
  const kafka = new kafkajs.Kafka({ brokers: [broker.bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const amqp = await amqplib.connect(`amqp://guest:guest@127.0.0.1:${broker.amqpPort}`);
  const sqs = new SQSClient({
    endpoint: `http://127.0.0.1:${broker.sqsPort}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  t.after(async () => {
    sqs.destroy();
    await Promise.all([amqp.close(), producer.disconnect()]);
    await broker.stop();
  });
  return { producer, channel: await amqp.createConfirmChannel(), sqs, admin: kafka.admin() };
}

test('a message crosses three protocols', { timeout: TIME_LIMIT_MS }, async (t) => {
  const { producer, channel, sqs, admin } = await clients(t);
  const topic = uniqueName('orders-topic');
  const exchange = uniqueName('orders');
  const QueueName = uniqueName('orders-queue');
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const receive = async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: 10,
        MessageAttributeNames: ['All'],
        VisibilityTimeout: 60,
      }),
    );
    return Messages[0];
  };

  await t.test('from Kafka, by the rules of an exchange, into a queue of SQS', async () => {
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await admin.disconnect();
    await channel.assertExchange(exchange, 'topic', {
      arguments: { 'x-source-topic': topic, 'x-source-offset': 'first' },
    });
    await channel.bindQueue(QueueName, exchange, 'order.created.*');
    const messages = [
      { key: 'order.deleted.1', value: 'nobody wants it' },
      { key: 'order.created.1', value: '{"id":1}', headers: { source: 'shop' } },
    ];
    await producer.send({ topic, messages });
    const message = await receive();
    assert.equal(message?.Body, '{"id":1}');
    assert.equal(message?.MessageAttributes?.source?.StringValue, 'shop');
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  });

  await t.test('from SQS to AMQP, which sees what a receiver has not in hand', async () => {
    const MessageAttributes = { EventType: { DataType: 'String', StringValue: 'user.created' } };
    for (const MessageBody of ['first', 'second']) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    }
    assert.equal((await receive())?.Body, 'first');
    const got = (await channel.get(QueueName)) as GetMessage;
    assert.equal(got.content.toString(), 'second');
    assert.equal(got.properties.headers?.EventType, 'user.created');
    assert.equal(await channel.get(QueueName), false, 'the first one is in flight');
    channel.ack(got);
  });

  await t.test('from AMQP to SQS, and a delivery of the one counts for the other', async () => {
    channel.sendToQueue(QueueName, Buffer.from('hello'), { persistent: true, headers: { retries: 3 } });
    await channel.waitForConfirms();
    const got = (await channel.get(QueueName)) as GetMessage;
    channel.nack(got, false, true);
    const { Messages = [] } = await until(
      'the message that was given back',
      () =>
        sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] }),
        ),
      ({ Messages = [] }) => Messages.length > 0,
    );
    assert.equal(Messages[0]?.Body, 'hello');
    assert.equal(Messages[0]?.Attributes?.ApproximateReceiveCount, '2');
    assert.equal(Messages[0]?.MessageAttributes?.retries?.StringValue, '3');
  });
});
