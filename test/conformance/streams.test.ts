/** amqplib and kafkajs, unmodified, on the two sides of one stream, with the broker killed in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import amqplib, { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { uniqueName, until } from '../support/clients-wait.ts';

const { CompressionTypes, Kafka, logLevel } = kafkajs;
const STREAM = { durable: true, arguments: { 'x-queue-type': 'stream' } };

async function connect(broker: TrilogProcess): Promise<ChannelModel> {
  return await amqplib.connect(`amqp://guest:guest@127.0.0.1:${broker.amqpPort}`);
}

function kafkaOf(broker: TrilogProcess) {
  return new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });
}

/** What comes from `offset` on, until there are `count`; each is acknowledged. */
async function consume(connection: ChannelModel, queue: string, offset: unknown, count: number, prefetch = 10) {
  const channel = await connection.createChannel();
  await channel.prefetch(prefetch);
  const seen: ConsumeMessage[] = [];
  const take = (message: ConsumeMessage | null) => {
    if (message === null) return;
    seen.push(message);
    channel.ack(message);
  };
  await channel.consume(queue, take, { arguments: { 'x-stream-offset': offset } });
  await until(
    `${count} messages of ${queue} from ${offset}`,
    () => seen.map(bodyText),
    (bodies) => bodies.length >= count,
  );
  await channel.close();
  return seen;
}

const bodyText = ({ content }: { readonly content: Buffer }): string => content.toString();

async function readKafka(broker: TrilogProcess, topic: string, count: number): Promise<KafkaMessage[]> {
  const consumer = kafkaOf(broker).consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const seen: KafkaMessage[] = [];
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(message) });
  await until(
    `${count} records of ${topic}`,
    () => seen.map(({ value }) => String(value)),
    (values) => values.length >= count,
  );
  await consumer.disconnect();
  return seen;
}

async function produce(
  broker: TrilogProcess,
  topic: string,
  values: readonly string[],
  compression = CompressionTypes.None,
) {
  const producer = kafkaOf(broker).producer();
  await producer.connect();
  await producer.send({
    topic,
    compression,
    messages: values.map((value) => ({ key: `key of ${value}`, value, headers: { from: 'kafka' } })),
  });
  await producer.disconnect();
}

async function publish(
  channel: Channel & { waitForConfirms(): Promise<void> },
  queue: string,
  bodies: readonly string[],
) {
  for (const body of bodies) {
    channel.sendToQueue(queue, Buffer.from(body), {
      contentType: 'text/plain',
      persistent: true,
      messageId: `id of ${body}`,
      timestamp: 1_700_000_000,
      headers: {
        text: 'words',
        number: 42,
        flag: true,
        big: { '!': 'int64', value: 2 ** 40 },
        nested: { list: [1, 'two'] },
      },
    });
  }
  await channel.waitForConfirms();
}

test('streams: amqplib and kafkajs', { timeout: 120_000 }, async (t) => {
  let broker = await startTrilog();
  t.after(() => broker.stop());
  let connection = await connect(broker);
  t.after(() => connection.close().catch(() => {}));
  const queue = uniqueName('clicks');
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, STREAM);

  await t.test('kafkajs reads what amqplib published', async () => {
    await publish(channel, queue, ['a', 'b']);
    const [first] = await readKafka(broker, queue, 2);
    assert.deepEqual([String(first?.key), String(first?.value)], [queue, 'a']);
    const headers = Object.entries(first?.headers ?? {}).map(([key, value]) => [key, String(value)]);
    assert.deepEqual(Object.fromEntries(headers), {
      'amqp.exchange': '',
      'amqp.content-type': 'text/plain',
      'amqp.delivery-mode': '2',
      'amqp.message-id': 'id of a',
      'amqp.timestamp': '1700000000',
      text: 'words',
      number: '42',
      flag: 'true',
      big: '1099511627776',
      nested: '[["list","array",[["int8",1],["longstr","two"]]]]',
      'amqp.header-types': '{"number":"int8","flag":"bool","big":"int64","nested":"table"}',
    });
  });

  await t.test('amqplib reads what kafkajs produced, compressed too', async () => {
    await produce(broker, queue, ['c']);
    await produce(broker, queue, ['d', 'e'], CompressionTypes.GZIP);
    const seen = await consume(connection, queue, 'first', 5);
    assert.deepEqual(seen.map(bodyText), ['a', 'b', 'c', 'd', 'e']);
    const [own, , foreign] = seen;
    assert.deepEqual(own?.properties.headers, {
      'x-stream-offset': 0,
      text: 'words',
      number: 42,
      flag: true,
      big: 2 ** 40,
      nested: { list: [1, 'two'] },
    });
    assert.deepEqual([own?.properties.contentType, own?.properties.messageId], ['text/plain', 'id of a']);
    assert.deepEqual([own?.properties.timestamp, own?.fields.routingKey], [1_700_000_000, queue]);
    assert.equal(foreign?.fields.routingKey, 'key of c');
    assert.equal(foreign?.properties.headers?.from, 'kafka');
    assert.equal(foreign?.properties.headers?.['x-stream-offset'], 2);
  });

  await t.test('three consumers read at their own places and paces', async () => {
    const bodies = (seen: readonly ConsumeMessage[]) => seen.map(bodyText).join('');
    const all = await Promise.all([
      consume(connection, queue, 'first', 5, 1),
      consume(connection, queue, 3, 2, 100),
      consume(connection, queue, 'last', 2),
      consume(connection, queue, '1h', 5),
      consume(connection, queue, { '!': 'timestamp', value: 0 }, 5, 2),
    ]);
    assert.deepEqual(all.map(bodies), ['abcde', 'de', 'de', 'abcde', 'abcde']);
    const next = consume(connection, queue, undefined, 1);
    const after = await connection.createChannel();
    await until(
      'a consumer at the end',
      async () => (await after.checkQueue(queue)).consumerCount,
      (consumers) => consumers === 1,
    );
    await publish(channel, queue, ['f']);
    assert.deepEqual((await next).map(bodyText), ['f']);
    await after.close();
  });

  await t.test('all of it is there after the broker was killed, and goes on', async () => {
    const { port, amqpPort, dataDir } = broker;
    connection.on('error', () => {});
    await broker.kill9();
    broker = await startTrilog({ port, amqpPort, dataDir });
    connection = await connect(broker);
    const again = await connection.createConfirmChannel();
    await publish(again, queue, ['g']);
    await produce(broker, queue, ['h']);
    const seen = await consume(connection, queue, 'first', 8);
    assert.deepEqual(seen.map(bodyText), [...'abcdefgh']);
    assert.deepEqual(
      seen.map(({ properties }) => properties.headers?.['x-stream-offset']),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    assert.equal((await readKafka(broker, queue, 8)).length, 8);
  });

  await t.test('an aborted transaction is not shown', async () => {
    const producer = kafkaOf(broker).producer({
      transactionalId: uniqueName('tx'),
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    const aborted = await producer.transaction();
    await aborted.send({ topic: queue, messages: [{ value: 'never' }] });
    await aborted.abort();
    const committed = await producer.transaction();
    await committed.send({ topic: queue, messages: [{ value: 'committed' }] });
    await committed.commit();
    await producer.disconnect();
    assert.deepEqual((await consume(connection, queue, 7, 2)).map(bodyText), ['h', 'committed']);
  });

  await t.test('deleting the topic ends the queue', async () => {
    const watching = await connection.createChannel();
    await watching.prefetch(1);
    const cancelled = new Promise((resolve) => {
      watching.consume(queue, (message) => message === null && resolve('cancelled'), {
        arguments: { 'x-stream-offset': 'next' },
      });
    });
    await until(
      'a consumer',
      async () => (await watching.checkQueue(queue)).consumerCount,
      (consumers) => consumers === 1,
    );
    const admin = kafkaOf(broker).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [queue] });
    await admin.disconnect();
    assert.equal(await cancelled, 'cancelled');
    watching.on('error', () => {});
    await assert.rejects(watching.checkQueue(queue), /NOT_FOUND - no queue/);
  });
});
