/** amqplib, unmodified: exchanges of every type, acknowledgements, confirms, dead letters, limits, errors. Also true of RabbitMQ. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import amqplib, {
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  type GetMessage,
  type Options,
} from 'amqplib';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { uniqueName, until } from '../support/clients-wait.ts';

type Opened<C> = C & { readonly failure: Promise<Error & { code?: number }> };

test('amqplib', { concurrency: 4, timeout: 120_000 }, async (t) => {
  const broker = await startAmqpBroker(t);
  const url = `amqp://guest:guest@${broker.host}:${broker.port}/`;

  const connect = async (t: TestContext): Promise<ChannelModel> => {
    const connection = await amqplib.connect(url);
    connection.on('error', () => {});
    t.after(() => connection.close().catch(() => {}));
    return connection;
  };
  const opened = <C extends Channel>(channel: C): Opened<C> => {
    const failure = new Promise<Error & { code?: number }>((resolve) => channel.on('error', resolve));
    return Object.assign(channel, { failure });
  };
  const channelOf = async (t: TestContext): Promise<Opened<Channel>> =>
    opened(await (await connect(t)).createChannel());
  const confirming = async (t: TestContext): Promise<Opened<ConfirmChannel>> =>
    opened(await (await connect(t)).createConfirmChannel());
  const newQueue = async (channel: Channel, options: Options.AssertQueue = {}): Promise<string> =>
    (await channel.assertQueue(uniqueName('q'), { durable: true, ...options })).queue;
  const newExchange = async (channel: Channel, type: string, options: Options.AssertExchange = {}): Promise<string> =>
    (await channel.assertExchange(uniqueName('x'), type, options)).exchange;
  const count = async (channel: Channel, queue: string) => (await channel.checkQueue(queue)).messageCount;
  const text = (message: { content: Buffer } | false | null | undefined) =>
    message ? message.content.toString() : undefined;
  /** Everything in the queue that is ready. */
  const drain = async (channel: Channel, queue: string): Promise<string[]> => {
    const found: string[] = [];
    for (let got = await channel.get(queue, { noAck: true }); got; got = await channel.get(queue, { noAck: true })) {
      found.push(got.content.toString());
    }
    return found;
  };
  const publishAll = async (channel: ConfirmChannel, exchange: string, keys: readonly string[]): Promise<void> => {
    for (const key of keys) channel.publish(exchange, key, Buffer.from(key));
    await channel.waitForConfirms();
  };

  await t.test('a direct exchange routes by the exact key', async (t) => {
    const channel = await confirming(t);
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
    const channel = await confirming(t);
    const exchange = await newExchange(channel, 'fanout');
    const queues = [await newQueue(channel), await newQueue(channel), await newQueue(channel)];
    for (const queue of queues) await channel.bindQueue(queue, exchange, '');
    await publishAll(channel, exchange, ['x']);
    for (const queue of queues) assert.deepEqual(await drain(channel, queue), ['x']);
  });

  await t.test('a topic exchange routes by patterns', async (t) => {
    const channel = await confirming(t);
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
    const channel = await confirming(t);
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
    const channel = await confirming(t);
    const queue = await newQueue(channel);
    await publishAll(channel, '', [queue]);
    assert.deepEqual(await drain(channel, queue), [queue]);
  });

  await t.test('exchanges can be bound to exchanges', async (t) => {
    const channel = await confirming(t);
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
    const channel = await confirming(t);
    const other = await newExchange(channel, 'fanout');
    const exchange = await newExchange(channel, 'direct', { alternateExchange: other });
    const [matched, rest] = [await newQueue(channel), await newQueue(channel)];
    await channel.bindQueue(matched, exchange, 'k');
    await channel.bindQueue(rest, other, '');
    await publishAll(channel, exchange, ['k', 'l']);
    assert.deepEqual([await drain(channel, matched), await drain(channel, rest)], [['k'], ['l']]);
  });

  await t.test('messages keep their properties', async (t) => {
    const channel = await confirming(t);
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
    const channel = await confirming(t);
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

  await t.test('prefetch holds back what is not acknowledged', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel);
    for (let i = 0; i < 10; i += 1) channel.sendToQueue(queue, Buffer.from(String(i)));
    await channel.waitForConfirms();
    await channel.prefetch(3);
    const seen: ConsumeMessage[] = [];
    await channel.consume(queue, (message) => message && seen.push(message));
    await until(
      '3 deliveries',
      () => seen.length,
      (length) => length === 3,
    );
    assert.equal(await count(channel, queue), 7);
    channel.ack(seen[2] as ConsumeMessage, true);
    await until(
      '3 more',
      () => seen.length,
      (length) => length === 6,
    );
    channel.ackAll();
    await until(
      'the rest',
      () => seen.length,
      (length) => length === 9,
    );
    assert.deepEqual(
      seen.map(text),
      Array.from({ length: 9 }, (_, i) => String(i)),
    );
  });

  await t.test('what is nacked comes back to its place, or goes', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel);
    for (const body of 'abcde') channel.sendToQueue(queue, Buffer.from(body));
    await channel.waitForConfirms();
    const got = [];
    for (let i = 0; i < 4; i += 1) got.push(await channel.get(queue));
    const [a, b, c, d] = got as GetMessage[];
    for (const each of [b, a, d]) channel.nack(each as GetMessage);
    channel.nack(c as GetMessage, false, false);
    const again = [];
    for (let i = 0; i < 4; i += 1) again.push(await channel.get(queue, { noAck: true }));
    assert.deepEqual(
      again.map((each) => typeof each === 'object' && [text(each), each.fields.redelivered]),
      [
        ['a', true],
        ['b', true],
        ['d', true],
        ['e', false],
      ],
    );
  });

  await t.test('what a channel had in hand goes to the next consumer', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel);
    for (const body of 'ab') channel.sendToQueue(queue, Buffer.from(body));
    await channel.waitForConfirms();
    const first = await channelOf(t);
    const seen: ConsumeMessage[] = [];
    await first.consume(queue, (message) => message && seen.push(message));
    await until(
      'both',
      () => seen.length,
      (length) => length === 2,
    );
    await first.close();
    const again: ConsumeMessage[] = [];
    await channel.consume(queue, (message) => message && again.push(message));
    await until(
      'both again',
      () => again.length,
      (length) => length === 2,
    );
    assert.deepEqual(
      again.map((each) => [text(each), each.fields.redelivered]),
      [
        ['a', true],
        ['b', true],
      ],
    );
  });

  await t.test('recover gives everything again', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel);
    channel.sendToQueue(queue, Buffer.from('x'));
    await channel.waitForConfirms();
    const seen: ConsumeMessage[] = [];
    await channel.consume(queue, (message) => message && seen.push(message));
    await until(
      'the message',
      () => seen.length,
      (length) => length === 1,
    );
    await channel.recover();
    await until(
      'the message again',
      () => seen.length,
      (length) => length === 2,
    );
    assert.deepEqual(
      seen.map(({ fields }) => fields.redelivered),
      [false, true],
    );
  });

  await t.test('10,000 confirmed messages arrive in order, once', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel);
    const seen: number[] = [];
    await channel.consume(queue, (message) => {
      if (message === null) return;
      seen.push(Number(text(message)));
      channel.ack(message);
    });
    for (let i = 0; i < 10_000; i += 1) channel.sendToQueue(queue, Buffer.from(String(i)), { persistent: true });
    await channel.waitForConfirms();
    await until(
      'all',
      () => seen.length,
      (length) => length >= 10_000,
    );
    assert.deepEqual(
      seen,
      Array.from({ length: 10_000 }, (_, i) => i),
    );
  });

  await t.test('a mandatory message that nobody gets is returned and confirmed', async (t) => {
    const channel = await confirming(t);
    const exchange = await newExchange(channel, 'direct');
    const events: string[] = [];
    channel.on('return', (message) =>
      events.push(`returned ${(message.fields as { replyCode?: number }).replyCode} ${message.content}`),
    );
    await new Promise<void>((resolve) =>
      channel.publish(exchange, 'k', Buffer.from('x'), { mandatory: true }, (error) => {
        events.push(error === null ? 'confirmed' : 'refused');
        resolve();
      }),
    );
    assert.deepEqual(events, ['returned 312 x', 'confirmed']);
  });

  await t.test('a full queue that rejects is told to the publisher', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel, { maxLength: 1, arguments: { 'x-overflow': 'reject-publish' } });
    const outcomes = await Promise.all(
      ['a', 'b'].map(
        (body) =>
          new Promise<boolean>((resolve) =>
            channel.sendToQueue(queue, Buffer.from(body), {}, (error) => resolve(error === null)),
          ),
      ),
    );
    assert.deepEqual(outcomes, [true, false]);
    assert.deepEqual(await drain(channel, queue), ['a']);
  });

  await t.test('a queue of limited length drops its oldest', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel, { maxLength: 2 });
    for (const body of 'abcd') channel.sendToQueue(queue, Buffer.from(body));
    await channel.waitForConfirms();
    assert.deepEqual(await drain(channel, queue), ['c', 'd']);
  });

  await t.test('rejected, expired and pushed out messages are dead-lettered', async (t) => {
    const channel = await confirming(t);
    const exchange = await newExchange(channel, 'fanout');
    const dead = await newQueue(channel);
    await channel.bindQueue(dead, exchange, '');
    const rejecting = await newQueue(channel, { deadLetterExchange: exchange });
    const expiring = await newQueue(channel, {
      deadLetterExchange: exchange,
      messageTtl: 20,
      deadLetterRoutingKey: 'late',
    });
    const short = await newQueue(channel, { deadLetterExchange: exchange, maxLength: 1 });
    for (const queue of [rejecting, expiring, short, short]) {
      channel.sendToQueue(queue, Buffer.from(queue), { expiration: '50000' });
    }
    await channel.waitForConfirms();
    const got = await channel.get(rejecting);
    assert.ok(got);
    channel.reject(got, false);
    await until(
      'three dead',
      () => count(channel, dead),
      (messages) => messages === 3,
    );
    const found = new Map<string, unknown[]>();
    for (let i = 0; i < 3; i += 1) {
      const message = await channel.get(dead, { noAck: true });
      assert.ok(message);
      const [death] = message.properties.headers?.['x-death'] ?? [];
      found.set(String(text(message)), [
        death?.reason,
        death?.count,
        death?.['original-expiration'],
        message.properties.expiration,
        message.fields.routingKey,
      ]);
    }
    assert.deepEqual(found.get(rejecting), ['rejected', 1, '50000', undefined, rejecting]);
    assert.deepEqual(found.get(expiring), ['expired', 1, '50000', undefined, 'late']);
    assert.deepEqual(found.get(short), ['maxlen', 1, '50000', undefined, short]);
  });

  await t.test('a message expires at its own time', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel);
    channel.sendToQueue(queue, Buffer.from('short'), { expiration: 1 });
    await channel.waitForConfirms();
    await until(
      'an empty queue',
      () => count(channel, queue),
      (messages) => messages === 0,
    );
    assert.equal(await channel.get(queue), false);
  });

  await t.test('priorities are served from the highest', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel, { maxPriority: 5 });
    for (const [body, priority] of [
      ['low', 1],
      ['none', undefined],
      ['high', 5],
      ['beyond', 9],
      ['middle', 3],
    ] as const) {
      channel.sendToQueue(queue, Buffer.from(body), priority === undefined ? {} : { priority });
    }
    await channel.waitForConfirms();
    assert.deepEqual(await drain(channel, queue), ['high', 'beyond', 'middle', 'low', 'none']);
  });

  await t.test("an exclusive queue is its connection's alone, and goes with it", async (t) => {
    const connection = await connect(t);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    assert.match(queue, /^amq\.gen-/);
    const other = await channelOf(t);
    other.checkQueue(queue).catch(() => {});
    assert.equal((await other.failure).code, 405);
    await connection.close();
    const third = await channelOf(t);
    third.checkQueue(queue).catch(() => {});
    assert.equal((await third.failure).code, 404);
  });

  await t.test('an auto-delete queue goes with its last consumer', async (t) => {
    const channel = await channelOf(t);
    const queue = await newQueue(channel, { autoDelete: true });
    const { consumerTag } = await channel.consume(queue, () => {});
    await channel.cancel(consumerTag);
    channel.checkQueue(queue).catch(() => {});
    assert.equal((await channel.failure).code, 404);
  });

  await t.test('an auto-delete exchange goes with its last binding', async (t) => {
    const channel = await channelOf(t);
    const exchange = await newExchange(channel, 'direct', { autoDelete: true });
    const queue = await newQueue(channel);
    await channel.bindQueue(queue, exchange, 'k');
    await channel.unbindQueue(queue, exchange, 'k');
    channel.checkExchange(exchange).catch(() => {});
    assert.equal((await channel.failure).code, 404);
  });

  await t.test('a queue that nobody uses expires', async (t) => {
    const channel = await channelOf(t);
    const queue = await newQueue(channel, { expires: 50 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    channel.checkQueue(queue).catch(() => {});
    assert.equal((await channel.failure).code, 404);
  });

  await t.test('a consumer is told that its queue was deleted', async (t) => {
    const channel = await channelOf(t);
    const queue = await newQueue(channel);
    const cancelled = new Promise<boolean>((resolve) => {
      void channel.consume(queue, (message) => resolve(message === null));
    });
    await channel.checkQueue(queue);
    await (await channelOf(t)).deleteQueue(queue);
    assert.equal(await cancelled, true);
  });

  await t.test('a single active consumer has successors', async (t) => {
    const channel = await confirming(t);
    const queue = await newQueue(channel, { arguments: { 'x-single-active-consumer': true } });
    const seen: string[] = [];
    const first = await channel.consume(queue, () => seen.push('first'), { noAck: true });
    await channel.consume(queue, () => seen.push('second'), { noAck: true });
    for (let i = 0; i < 3; i += 1) channel.sendToQueue(queue, Buffer.from('x'));
    await channel.waitForConfirms();
    await until(
      'three',
      () => seen.length,
      (length) => length === 3,
    );
    await channel.cancel(first.consumerTag);
    channel.sendToQueue(queue, Buffer.from('x'));
    await until(
      'one more',
      () => seen.length,
      (length) => length === 4,
    );
    assert.deepEqual(seen, ['first', 'first', 'first', 'second']);
  });

  await t.test('purge and delete tell how many messages went', async (t) => {
    const channel = await confirming(t);
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
    const server = await channelOf(t);
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
    const client = await channelOf(t);
    const answer = new Promise<ConsumeMessage | null>((resolve) => {
      void client.consume('amq.rabbitmq.reply-to', resolve, { noAck: true });
    });
    client.sendToQueue(requests, Buffer.from('ping'), { replyTo: 'amq.rabbitmq.reply-to', correlationId: '1' });
    const message = await answer;
    assert.deepEqual([text(message), message?.properties.correlationId], ['ping!', '1']);
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
      const channel = await channelOf(t);
      Promise.resolve(act(channel)).catch(() => {});
      assert.equal((await channel.failure).code, code);
    });
  }

  await t.test('a wrong password is refused', async () => {
    await assert.rejects(amqplib.connect(`amqp://guest:wrong@${broker.host}:${broker.port}/`), /403|ACCESS.REFUSED/);
  });

  await t.test('heartbeats keep an idle connection', async (t) => {
    const connection = await amqplib.connect(`${url}?heartbeat=1`);
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
