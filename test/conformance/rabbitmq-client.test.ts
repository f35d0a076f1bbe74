/** rabbitmq-client, unmodified: consumers, publishers and RPC that look after themselves, also when the broker is killed. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AsyncMessage, Connection, ConsumerStatus } from 'rabbitmq-client';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { uniqueName, until } from '../support/clients-wait.ts';
import { NO_ROOM } from '../support/no-room.ts';

const TIME_LIMIT_MS = 120_000;
const COUNT = 200;

test('rabbitmq-client', { concurrency: 4, timeout: TIME_LIMIT_MS }, async (t) => {
  const { host, port } = await startAmqpBroker(t);
  const url = `amqp://guest:guest@${host}:${port}`;
  const connect = (t: TestContext): Connection => connection(t, url);

  await t.test('a publisher and a consumer declare what they need, and everything arrives in order', async (t) => {
    const rabbit = connect(t);
    const [exchange, queue] = [uniqueName('events'), uniqueName('users')];
    const seen: unknown[] = [];
    const consumer = rabbit.createConsumer(
      {
        queue,
        queueOptions: { durable: true },
        qos: { prefetchCount: 10 },
        exchanges: [{ exchange, type: 'topic', durable: true }],
        queueBindings: [{ exchange, routingKey: 'users.*' }],
      },
      async ({ body }) => {
        seen.push(body);
      },
    );
    await new Promise<void>((resolve) => consumer.once('ready', resolve));
    const publisher = rabbit.createPublisher({
      confirm: true,
      exchanges: [{ exchange, type: 'topic', durable: true }],
    });
    for (let i = 0; i < COUNT; i += 1) {
      await publisher.send({ exchange, routingKey: i % 2 === 0 ? 'users.even' : 'other.odd', durable: true }, { i });
    }
    await until(
      'messages',
      () => seen.length,
      (length) => length === COUNT / 2,
    );
    assert.deepEqual(
      seen,
      Array.from({ length: COUNT / 2 }, (_, i) => ({ i: 2 * i })),
    );
    await consumer.close();
    await publisher.close();
    await rabbit.queueDelete(queue);
    await rabbit.exchangeDelete({ exchange });
  });

  await t.test('the handler decides: acknowledged, given back, dead-lettered', async (t) => {
    const rabbit = connect(t);
    const dead = (await rabbit.queueDeclare({ queue: uniqueName('dead'), durable: true })).queue;
    const queue = uniqueName('work');
    const seen: string[] = [];
    const consumer = rabbit.createConsumer(
      {
        queue,
        queueOptions: { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead } },
        concurrency: 1,
      },
      async ({ body, redelivered }) => {
        seen.push(`${body}${redelivered ? '!' : ''}`);
        if (body === 'again' && !redelivered) return ConsumerStatus.REQUEUE;
        return body === 'bad' ? ConsumerStatus.DROP : ConsumerStatus.ACK;
      },
    );
    await new Promise<void>((resolve) => consumer.once('ready', resolve));
    const publisher = rabbit.createPublisher({ confirm: true });
    for (const body of ['good', 'again', 'bad']) await publisher.send(queue, body);
    const died = await until(
      'a dead letter',
      () => rabbit.basicGet({ queue: dead, noAck: true }),
      (message) => message !== undefined,
    );
    assert.equal(died?.body, 'bad');
    assert.deepEqual(died?.headers?.['x-death'][0]['routing-keys'], [queue]);
    assert.equal(died?.headers?.['x-first-death-reason'], 'rejected');
    await until(
      'all',
      () => [...seen].sort(),
      (all) => all.length === 4,
    );
    assert.deepEqual([...seen].sort(), ['again', 'again!', 'bad', 'good']);
    await consumer.close();
    await publisher.close();
    for (const each of [queue, dead]) await rabbit.queueDelete(each);
  });

  await t.test('what cannot be routed is returned, and a missing exchange is an error', async (t) => {
    const rabbit = connect(t);
    const returned: unknown[] = [];
    const publisher = rabbit.createPublisher({ confirm: true });
    publisher.on('basic.return', ({ replyCode, replyText, body }) => returned.push([replyCode, replyText, body]));
    await publisher.send({ routingKey: uniqueName('nowhere'), mandatory: true }, 'lost');
    // The client tells of a return in a later turn than it was read in.
    await until(
      'the return',
      () => returned.length,
      (length) => length === 1,
    );
    assert.deepEqual(returned, [[312, 'NO_ROUTE', 'lost']]);
    const exchange = uniqueName('missing');
    await assert.rejects(publisher.send({ exchange, routingKey: '' }, 'x'), /NOT_FOUND|no exchange/);
    await publisher.send({ routingKey: uniqueName('nowhere') }, 'the next one is sent on a new channel');
    await publisher.close();
  });

  await t.test('RPC by direct reply-to', async (t) => {
    const rabbit = connect(t);
    const queue = uniqueName('rpc');
    const server = rabbit.createConsumer({ queue }, async ({ body }, reply) => {
      await reply(`${body}!`);
    });
    await new Promise<void>((resolve) => server.once('ready', resolve));
    const client = rabbit.createRPCClient({ confirm: true });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => client.send(queue, `question ${i}`)));
    assert.deepEqual(
      answers.map(({ body }) => body),
      Array.from({ length: 50 }, (_, i) => `question ${i}!`),
    );
    await client.close();
    await server.close();
    await rabbit.queueDelete(queue);
  });

  await t.test('a consumer whose queue was deleted is told, and declares it again', async (t) => {
    const rabbit = connect(t);
    const queue = uniqueName('fleeting');
    const seen: unknown[] = [];
    const consumer = rabbit.createConsumer({ queue, queueOptions: { durable: true } }, async ({ body }) => {
      seen.push(body);
    });
    await new Promise<void>((resolve) => consumer.once('ready', resolve));
    const cancelled = new Promise<{ code: string }>((resolve) => consumer.once('error', resolve));
    const ready = new Promise<void>((resolve) => consumer.once('ready', resolve));
    await rabbit.queueDelete(queue);
    assert.equal((await cancelled).code, 'CANCEL_FORCED');
    await ready;
    const publisher = rabbit.createPublisher({ confirm: true });
    await publisher.send(queue, 'after');
    await until(
      'the message',
      () => seen,
      ([body]) => body === 'after',
    );
    await consumer.close();
    await publisher.close();
    await rabbit.queueDelete(queue);
  });

  await t.test('channels: get, transactions, prefetch of the channel, recover, exclusive queues', async (t) => {
    const rabbit = connect(t);
    const channel = await rabbit.acquire();
    const { queue } = await channel.queueDeclare({ queue: uniqueName('own'), exclusive: true });
    await channel.txSelect();
    await channel.basicPublish({ routingKey: queue }, 'rolled back');
    await channel.txRollback();
    for (const body of ['1', '2', '3']) await channel.basicPublish({ routingKey: queue }, body);
    await channel.txCommit();
    const other = await rabbit.acquire();
    await other.basicQos({ prefetchCount: 2, global: true });
    const seen: AsyncMessage[] = [];
    await other.basicConsume({ queue }, (message) => void seen.push(message));
    await until(
      'two',
      () => seen.length,
      (length) => length === 2,
    );
    await other.basicRecover({ requeue: true });
    await until(
      'two again',
      () => seen.length,
      (length) => length === 4,
    );
    assert.deepEqual(
      seen.map(({ body, redelivered }) => [body, redelivered]),
      [
        ['1', false],
        ['2', false],
        ['1', true],
        ['2', true],
      ],
    );
    const rest = await channel.basicGet({ queue, noAck: true });
    assert.deepEqual([rest?.body, rest?.messageCount], ['3', 0]);
    assert.equal(await channel.basicGet({ queue, noAck: true }), undefined);
    const stranger = connect(t);
    await assert.rejects(stranger.queueDeclare({ queue, exclusive: true }), { code: 'RESOURCE_LOCKED' });
    for (const each of [channel, other]) await each.close();
  });
});

test('rabbitmq-client, a broker that is killed', { timeout: TIME_LIMIT_MS }, async (t) => {
  const broker = await startAmqpBroker(t);
  if (!broker.isOwned) return t.skip('a broker found by address is not killed');
  const rabbit = connection(t, `amqp://guest:guest@${broker.host}:${broker.port}`);
  const queue = uniqueName('lasting');
  const seen = new Set<unknown>();
  const consumer = rabbit.createConsumer(
    { queue, queueOptions: { durable: true }, qos: { prefetchCount: 20 } },
    async ({ body }) => {
      seen.add(body);
    },
  );
  consumer.on('error', () => {});
  await new Promise<void>((resolve) => consumer.once('ready', resolve));
  const publisher = rabbit.createPublisher({ confirm: true, maxAttempts: 50 });
  let sent = 0;
  const publishing = async (until: () => boolean) => {
    for (; !until(); sent += 1) await publisher.send({ routingKey: queue, durable: true }, sent);
  };
  for (let kill = 0; kill < 2; kill += 1) {
    const before = sent;
    let isBack = false;
    const published = publishing(() => isBack && sent > before + 30);
    await until(
      'some',
      () => sent,
      (count) => count > before + 10,
    );
    await broker.crashAndRestart();
    isBack = true;
    await published;
  }
  await until(
    'everything',
    () => seen.size,
    (size) => size === sent,
  );
  await consumer.close();
  await publisher.close();
});

test('rabbitmq-client, a broker without room', { timeout: TIME_LIMIT_MS }, async (t) => {
  const { host, port, isOwned } = await startAmqpBroker(t, NO_ROOM);
  if (!isOwned) return t.skip('a broker found by address has room');
  const rabbit = new Connection(`amqp://guest:guest@${host}:${port}`);
  rabbit.on('error', () => {});
  const blocked = new Promise<string>((resolve) => rabbit.once('connection.blocked', resolve));
  const channel = await rabbit.acquire();
  const { queue } = await channel.queueDeclare({ exclusive: true });
  await channel.basicPublish(queue, 'x');
  assert.match(await blocked, /^low on /);
  // What is blocked is not read either: nobody answers a close.
  rabbit.unsafeDestroy();
});

function connection(t: TestContext, url: string): Connection {
  const rabbit = new Connection({ url, retryLow: 20, retryHigh: 100 });
  rabbit.on('error', () => {});
  t.after(() => rabbit.unsafeDestroy());
  return rabbit;
}
