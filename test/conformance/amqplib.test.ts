/** amqplib, unmodified: exchanges of every type, properties and bodies, exclusive and passing things, errors. Also true of RabbitMQ. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import amqplib, { type Channel, type ConsumeMessage } from 'amqplib';
import { uniqueName } from '../support/clients-wait.ts';
import { AmqplibClient, bodyText, drain, newExchange, newQueue, publishAll } from './node/amqplib-client.ts';

test('amqplib: exchanges, messages, errors', { concurrency: 4, timeout: 120_000 }, async (t) => {
  const client = await AmqplibClient.start(t);

  await t.test('a direct exchange routes by the exact key', async (t) => {
    const channel = await client.confirming(t);
    const exchange = await newExchange(channel, 'direct');
    const [a, b] = [await newQueue(channel), await newQueue(channel)];
    await channel.bindQueue(a, exchange, 'a');
    await channel.bindQueue(a, exchange, 'both');
    await channel.bindQueue(b, exchange, 'both');
    await publishAll(channel, exchange, ['a', 'both', 'neither']);
    assert.deepEqual([await drain(channel, a), await drain(channel, b)], [['a', 'both'], ['both']]);
    await channel.unbindQueue(a, exchange, 'both');
    await publishAll(channel, exchange, ['both']);
    assert.deepEqual([await drain(channel, a), await drain(channel, b)], [[], ['both']]);
  });

  await t.test('a fanout exchange routes to everybody', async (t) => {
    const channel = await client.confirming(t);
    const exchange = await newExchange(channel, 'fanout');
    const queues = [await newQueue(channel), await newQueue(channel), await newQueue(channel)];
    for (const queue of queues) await channel.bindQueue(queue, exchange, '');
    await publishAll(channel, exchange, ['x']);
    for (const queue of queues) assert.deepEqual(await drain(channel, queue), ['x']);
  });

  await t.test('a topic exchange routes by patterns', async (t) => {
    const channel = await client.confirming(t);
    const exchange = await newExchange(channel, 'topic');
    const keys = ['a', 'a.b', 'a.b.c', 'b', '', 'a..c', 'stock.usd.nyse'];
    const expected: Record<string, string[]> = {
      '#': keys,
      'a.#': ['a', 'a.b', 'a.b.c', 'a..c'],
      '*': ['a', 'b'],
      'a.*': ['a.b'],
      'a.*.c': ['a.b.c', 'a..c'],
      '*.*.nyse': ['stock.usd.nyse'],
      '#.c': ['a.b.c', 'a..c'],
    };
    for (const [pattern, matched] of Object.entries(expected)) {
      const queue = await newQueue(channel);
      await channel.bindQueue(queue, exchange, pattern);
      await publishAll(channel, exchange, keys);
      assert.deepEqual(await drain(channel, queue), matched, pattern);
      await channel.deleteQueue(queue);
    }
  });

  await t.test('a headers exchange routes by headers', async (t) => {
    const channel = await client.confirming(t);
    const exchange = await newExchange(channel, 'headers');
    const [all, any] = [await newQueue(channel), await newQueue(channel)];
    await channel.bindQueue(all, exchange, '', { 'x-match': 'all', format: 'pdf', pages: 5 });
    await channel.bindQueue(any, exchange, '', { 'x-match': 'any', format: 'pdf', pages: 5 });
    const send = (name: string, headers: object) => channel.publish(exchange, '', Buffer.from(name), { headers });
    send('both', { format: 'pdf', pages: 5, more: true });
    send('one', { format: 'pdf', pages: 6 });
    send('none', { format: 'zip' });
    await channel.waitForConfirms();
    assert.deepEqual([await drain(channel, all), await drain(channel, any)], [['both'], ['both', 'one']]);
  });

  await t.test('the default exchange routes to the queue of that name', async (t) => {
    const channel = await client.confirming(t);
    const queue = await newQueue(channel);
    await publishAll(channel, '', [queue]);
    assert.deepEqual(await drain(channel, queue), [queue]);
  });

  await t.test('exchanges can be bound to exchanges', async (t) => {
    const channel = await client.confirming(t);
    const [source, between] = [
      await newExchange(channel, 'topic'),
      await newExchange(channel, 'direct', { internal: true }),
    ];
    const queue = await newQueue(channel);
    await channel.bindExchange(between, source, 'a.*');
    await channel.bindQueue(queue, between, 'a.b');
    await publishAll(channel, source, ['a.b', 'a.c', 'b.b']);
    assert.deepEqual(await drain(channel, queue), ['a.b']);
    await channel.unbindExchange(between, source, 'a.*');
    await publishAll(channel, source, ['a.b']);
    assert.deepEqual(await drain(channel, queue), []);
  });

  await t.test('an alternate exchange gets what no binding matches', async (t) => {
    const channel = await client.confirming(t);
    const other = await newExchange(channel, 'fanout');
    const exchange = await newExchange(channel, 'direct', { alternateExchange: other });
    const [matched, rest] = [await newQueue(channel), await newQueue(channel)];
    await channel.bindQueue(matched, exchange, 'k');
    await channel.bindQueue(rest, other, '');
    await publishAll(channel, exchange, ['k', 'l']);
    assert.deepEqual([await drain(channel, matched), await drain(channel, rest)], [['k'], ['l']]);
  });

  await t.test('messages keep their properties', async (t) => {
    const channel = await client.confirming(t);
    const queue = await newQueue(channel);
    const properties = {
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: {
        text: 'x',
        number: 42,
        big: 2 ** 40,
        real: 1.5,
        yes: true,
        nothing: null,
        list: [1, 'a'],
        deep: { a: { b: 1 } },
      },
      deliveryMode: 2,
      priority: 7,
      correlationId: 'c',
      replyTo: 'r',
      expiration: '60000',
      messageId: 'm',
      timestamp: 1_700_000_000,
      type: 't',
      appId: 'app',
    };
    channel.sendToQueue(queue, Buffer.from('{}'), properties);
    await channel.waitForConfirms();
    const got = await channel.get(queue, { noAck: true });
    assert.ok(got);
    const { userId: _, clusterId: __, ...kept } = got.properties;
    assert.deepEqual(kept, properties);
  });

  await t.test('bodies of any size arrive as they were', async (t) => {
    const channel = await client.confirming(t);
    const queue = await newQueue(channel);
    const sizes = [0, 1, 4096, 131_064, 131_065, 1_000_000, 4_000_000];
    const body = (size: number) => Buffer.from(Array.from({ length: Math.min(size, 999) }, (_, i) => i & 0xff));
    const bodies = sizes.map((size) => Buffer.alloc(size, size === 0 ? undefined : body(size)));
    for (const each of bodies) channel.sendToQueue(queue, each);
    await channel.waitForConfirms();
    for (const each of bodies) {
      const got = await channel.get(queue, { noAck: true });
      assert.ok(got !== false && got.content.equals(each), `${each.length} bytes`);
    }
  });

  await t.test("an exclusive queue is its connection's alone, and goes with it", async (t) => {
    const connection = await client.connect(t);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    assert.match(queue, /^amq\.gen-/);
    const other = await client.channel(t);
    other.checkQueue(queue).catch(() => {});
    assert.equal((await other.failure).code, 405);
    await connection.close();
    const third = await client.channel(t);
    third.checkQueue(queue).catch(() => {});
    assert.equal((await third.failure).code, 404);
  });

  await t.test('an auto-delete queue goes with its last consumer', async (t) => {
    const channel = await client.channel(t);
    const queue = await newQueue(channel, { autoDelete: true });
    const { consumerTag } = await channel.consume(queue, () => {});
    await channel.cancel(consumerTag);
    channel.checkQueue(queue).catch(() => {});
    assert.equal((await channel.failure).code, 404);
  });

  await t.test('an auto-delete exchange goes with its last binding', async (t) => {
    const channel = await client.channel(t);
    const exchange = await newExchange(channel, 'direct', { autoDelete: true });
    const queue = await newQueue(channel);
    await channel.bindQueue(queue, exchange, 'k');
    await channel.unbindQueue(queue, exchange, 'k');
    channel.checkExchange(exchange).catch(() => {});
    assert.equal((await channel.failure).code, 404);
  });

  await t.test('a queue that nobody uses expires', async (t) => {
    const channel = await client.channel(t);
    const queue = await newQueue(channel, { expires: 50 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    channel.checkQueue(queue).catch(() => {});
    assert.equal((await channel.failure).code, 404);
  });

  await t.test('purge and delete tell how many messages went', async (t) => {
    const channel = await client.confirming(t);
    const queue = await newQueue(channel);
    for (let i = 0; i < 5; i += 1) channel.sendToQueue(queue, Buffer.from('x'));
    await channel.waitForConfirms();
    assert.deepEqual(await channel.purgeQueue(queue), { messageCount: 5 });
    channel.sendToQueue(queue, Buffer.from('x'));
    await channel.waitForConfirms();
    assert.deepEqual(await channel.deleteQueue(queue), { messageCount: 1 });
    assert.deepEqual(await channel.deleteQueue(queue), { messageCount: 0 });
    await channel.deleteExchange(uniqueName('never-there'));
  });

  await t.test('direct replies come back without a queue', async (t) => {
    const server = await client.channel(t);
    const requests = await newQueue(server);
    await server.consume(
      requests,
      (message) => {
        if (message === null) return;
        const { replyTo, correlationId } = message.properties;
        server.sendToQueue(replyTo, Buffer.from(`${message.content}!`), { correlationId });
      },
      { noAck: true },
    );
    const asker = await client.channel(t);
    const answer = new Promise<ConsumeMessage | null>((resolve) => {
      void asker.consume('amq.rabbitmq.reply-to', resolve, { noAck: true });
    });
    asker.sendToQueue(requests, Buffer.from('ping'), { replyTo: 'amq.rabbitmq.reply-to', correlationId: '1' });
    const message = await answer;
    assert.deepEqual([bodyText(message), message?.properties.correlationId], ['ping!', '1']);
  });

  const refusals: [name: string, code: number, act: (channel: Channel) => unknown][] = [
    ['a queue that is not there', 404, (channel) => channel.checkQueue(uniqueName('nope'))],
    ['an exchange that is not there', 404, (channel) => channel.publish(uniqueName('nope'), '', Buffer.from('x'))],
    ['another type of the same exchange', 406, (channel) => channel.assertExchange('amq.direct', 'fanout')],
    ['a name that is reserved', 403, (channel) => channel.assertQueue('amq.mine')],
    ['an unknown delivery tag', 406, (channel) => channel.ack({ fields: { deliveryTag: 9 } } as never)],
    [
      'an argument of the wrong type',
      406,
      (channel) => channel.assertQueue(uniqueName('q'), { arguments: { 'x-message-ttl': 'soon' } }),
    ],
  ];
  for (const [name, code, act] of refusals) {
    await t.test(`${name} closes the channel with ${code}`, async (t) => {
      const channel = await client.channel(t);
      Promise.resolve(act(channel)).catch(() => {});
      assert.equal((await channel.failure).code, code);
    });
  }

  await t.test('a wrong password is refused', async () => {
    await assert.rejects(
      amqplib.connect(`amqp://guest:wrong@${client.broker.host}:${client.broker.port}/`),
      /403|ACCESS.REFUSED/,
    );
  });

  await t.test('heartbeats keep an idle connection', async (t) => {
    const connection = await amqplib.connect(`${client.url}?heartbeat=1`);
    t.after(() => connection.close());
    let failure: unknown;
    connection.on('error', (error) => {
      failure = error;
    });
    await new Promise((resolve) => setTimeout(resolve, 3500));
    assert.equal(failure, undefined);
    await (await connection.createChannel()).close();
  });
});
