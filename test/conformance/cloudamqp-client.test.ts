/** @cloudamqp/amqp-client, unmodified: channels, confirms, returns, and sessions that reconnect. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AMQPChannel, AMQPClient, type AMQPMessage, AMQPSession } from '@cloudamqp/amqp-client';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { uniqueName, until } from '../support/clients-wait.ts';
import { NO_ROOM } from '../support/no-room.ts';

const TIME_LIMIT_MS = 120_000;

test('@cloudamqp/amqp-client', { concurrency: 4, timeout: TIME_LIMIT_MS }, async (t) => {
  const { host, port } = await startAmqpBroker(t);
  const url = `amqp://guest:guest@${host}:${port}`;
  const channelOf = async (t: TestContext): Promise<AMQPChannel> => {
    const connection = await new AMQPClient(url).connect();
    connection.onerror = () => {};
    t.after(async () => {
      if (!connection.closed) await connection.close();
    });
    return await connection.channel();
  };

  await t.test('publishes with confirms are consumed, acknowledged and given back', async (t) => {
    const channel = await channelOf(t);
    await channel.confirmSelect();
    const { name } = await channel.queueDeclare(uniqueName('queue'), { durable: true, autoDelete: false });
    const tags = await Promise.all(
      ['1', '2', '3', '4'].map((body) => channel.basicPublish('', name, body, { deliveryMode: 2 })),
    );
    assert.deepEqual(tags, [1, 2, 3, 4]);
    await channel.prefetch(2);
    const seen: string[] = [];
    const consumer = await channel.basicConsume(name, { noAck: false }, async (message) => {
      seen.push(`${message.bodyString()}${message.redelivered ? '!' : ''}`);
      if (message.bodyString() === '2' && !message.redelivered) await message.nack(true);
      else await message.ack();
    });
    await until(
      'all',
      () => seen,
      ({ length }) => length === 5,
    );
    assert.deepEqual([...seen].sort(), ['1', '2', '2!', '3', '4']);
    await consumer.cancel();
    assert.deepEqual(await channel.queueDelete(name), { messageCount: 0 });
  });

  await t.test('exchanges are bound to exchanges and queues, and headers are matched', async (t) => {
    const channel = await channelOf(t);
    const [from, to] = [uniqueName('from'), uniqueName('to')];
    await channel.exchangeDeclare(from, 'topic', { durable: true, autoDelete: false });
    await channel.exchangeDeclare(to, 'headers', { durable: true, autoDelete: false });
    await channel.exchangeBind(to, from, 'log.#');
    const { name } = await channel.queueDeclare('', { exclusive: true });
    await channel.queueBind(name, to, '', { 'x-match': 'all', level: 3, kind: 'error' });
    await channel.confirmSelect();
    await channel.basicPublish(from, 'log.a', 'hit', {
      headers: { level: 3, kind: 'error', more: [1, { deep: true }] },
    });
    await channel.basicPublish(from, 'log.b', 'miss', { headers: { level: 4, kind: 'error' } });
    const hit = await channel.basicGet(name, { noAck: true });
    assert.deepEqual([hit?.bodyString(), hit?.routingKey, hit?.messageCount], ['hit', 'log.a', 0]);
    assert.deepEqual(hit?.properties.headers, { level: 3, kind: 'error', more: [1, { deep: true }] });
    assert.equal(await channel.basicGet(name), null);
    await channel.queueUnbind(name, to, '', { 'x-match': 'all', level: 3, kind: 'error' });
    await channel.exchangeUnbind(to, from, 'log.#');
    for (const exchange of [from, to]) await channel.exchangeDelete(exchange, { ifUnused: true });
  });

  await t.test('a mandatory message that nobody gets is returned, and then confirmed', async (t) => {
    const channel = await channelOf(t);
    const events: string[] = [];
    channel.onReturn = ({ replyCode, replyText }: AMQPMessage) => void events.push(`${replyCode} ${replyText}`);
    await channel.confirmSelect();
    await channel.basicPublish('amq.direct', uniqueName('nowhere'), 'lost', {}, true);
    events.push('confirmed');
    assert.deepEqual(events, ['312 NO_ROUTE', 'confirmed']);
  });

  await t.test('transactions, expiry and dead letters', async (t) => {
    const channel = await channelOf(t);
    const dead = (await channel.queueDeclare('', { exclusive: true })).name;
    const { name } = await channel.queueDeclare(
      '',
      { exclusive: true },
      { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead },
    );
    await channel.txSelect();
    await channel.basicPublish('', name, 'never');
    await channel.txRollback();
    await channel.basicPublish('', name, 'short', { expiration: '10' });
    await channel.txCommit();
    const died = await until(
      'the dead letter',
      () => channel.basicGet(dead, { noAck: true }),
      (message) => message !== null,
    );
    assert.equal(died?.bodyString(), 'short');
    const deaths = died?.properties.headers?.['x-death'] as unknown as Record<string, unknown>[] | undefined;
    const death = deaths?.[0];
    assert.deepEqual(
      [death?.reason, death?.queue, death?.count, death?.['original-expiration']],
      ['expired', name, 1, '10'],
    );
  });

  await t.test('a refusal closes the channel with its reason and leaves the connection', async (t) => {
    const channel = await channelOf(t);
    const { connection } = channel;
    await assert.rejects(
      channel.queueDeclare('amq.mine'),
      /channel 1 closed: ACCESS_REFUSED - queue name 'amq\.mine' contains reserved prefix 'amq\.\*'/,
    );
    const next = await connection.channel();
    await assert.rejects(next.queueBind('nowhere', 'amq.direct', 'x'), /no queue 'nowhere' in vhost '\/'/);
    assert.equal(connection.closed, false);
  });

  await t.test('RPC of a session', async () => {
    const session = await AMQPSession.connect(url);
    const queue = uniqueName('rpc');
    const server = await session.rpcServer(queue, (message) => `${message.bodyString()}!`);
    for (let i = 0; i < 10; i += 1) {
      const answer = await session.rpcCall(queue, `question ${i}`, { timeout: 20_000 });
      assert.equal(answer.bodyString(), `question ${i}!`);
    }
    await server.close();
    await session.stop();
  });
});

test('@cloudamqp/amqp-client, a broker that is killed', { timeout: TIME_LIMIT_MS }, async (t) => {
  const broker = await startAmqpBroker(t);
  if (!broker.isOwned) return t.skip('a broker found by address is not killed');
  let connects = 0;
  const session = await AMQPSession.connect(`amqp://guest:guest@${broker.host}:${broker.port}`, {
    reconnectInterval: 50,
    maxReconnectInterval: 200,
    logger: null,
    onconnect: () => {
      connects += 1;
    },
  });
  const queue = await session.queue(uniqueName('lasting'), { durable: true });
  const seen = new Set<string>();
  const subscription = await queue.subscribe(async (message) => {
    seen.add(message.bodyString() ?? '');
    await message.ack();
  });
  const sent: string[] = [];
  for (let life = 0; life < 3; life += 1) {
    for (let i = 0; i < 30; i += 1) {
      await queue.publish(`${life}/${i}`, { deliveryMode: 2, confirm: true });
      sent.push(`${life}/${i}`);
    }
    if (life === 2) break;
    const before = connects;
    await broker.crashAndRestart();
    await until(
      'a new connection',
      () => connects,
      (count) => count > before,
    );
  }
  await until(
    'everything',
    () => seen.size,
    (size) => size === sent.length,
  );
  await subscription.cancel();
  await session.stop();
});

test('@cloudamqp/amqp-client, a broker without room', { timeout: TIME_LIMIT_MS }, async (t) => {
  const { host, port, isOwned } = await startAmqpBroker(t, NO_ROOM);
  if (!isOwned) return t.skip('a broker found by address has room');
  const client = new AMQPClient(`amqp://guest:guest@${host}:${port}`);
  const blocked = new Promise<string>((resolve) => {
    client.onblocked = resolve;
  });
  const connection = await client.connect();
  connection.onerror = () => {};
  const channel = await connection.channel();
  const { name } = await channel.queueDeclare('', { exclusive: true });
  await channel.basicPublish('', name, 'x');
  assert.match(await blocked, /^low on /);
  // What is blocked is not read either: nobody answers a close.
  client.socket?.destroy();
});
