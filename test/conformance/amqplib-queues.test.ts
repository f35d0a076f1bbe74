/** amqplib, unmodified: acknowledgements, confirms, dead letters, limits, priorities, consumers. Also true of RabbitMQ. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumeMessage, GetMessage } from 'amqplib';
import { until } from '../support/clients-wait.ts';
import { AmqplibClient, bodyText, count, drain, newExchange, newQueue } from './node/amqplib-client.ts';

test('amqplib: queues and consumers', { concurrency: 4, timeout: 120_000 }, async (t) => {
  const client = await AmqplibClient.start(t);

  await t.test('prefetch holds back what is not acknowledged', async (t) => {
    const channel = await client.confirming(t);
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
      seen.map(bodyText),
      Array.from({ length: 9 }, (_, i) => String(i)),
    );
  });

  await t.test('what is nacked comes back to its place, or goes', async (t) => {
    const channel = await client.confirming(t);
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
      again.map((each) => typeof each === 'object' && [bodyText(each), each.fields.redelivered]),
      [
        ['a', true],
        ['b', true],
        ['d', true],
        ['e', false],
      ],
    );
  });

  await t.test('what a channel had in hand goes to the next consumer', async (t) => {
    const channel = await client.confirming(t);
    const queue = await newQueue(channel);
    for (const body of 'ab') channel.sendToQueue(queue, Buffer.from(body));
    await channel.waitForConfirms();
    const first = await client.channel(t);
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
      again.map((each) => [bodyText(each), each.fields.redelivered]),
      [
        ['a', true],
        ['b', true],
      ],
    );
  });

  await t.test('recover gives everything again', async (t) => {
    const channel = await client.confirming(t);
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
    const channel = await client.confirming(t);
    const queue = await newQueue(channel);
    const seen: number[] = [];
    await channel.consume(queue, (message) => {
      if (message === null) return;
      seen.push(Number(bodyText(message)));
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
    const channel = await client.confirming(t);
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
    const channel = await client.confirming(t);
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
    const channel = await client.confirming(t);
    const queue = await newQueue(channel, { maxLength: 2 });
    for (const body of 'abcd') channel.sendToQueue(queue, Buffer.from(body));
    await channel.waitForConfirms();
    assert.deepEqual(await drain(channel, queue), ['c', 'd']);
  });

  await t.test('rejected, expired and pushed out messages are dead-lettered', async (t) => {
    const channel = await client.confirming(t);
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
      found.set(String(bodyText(message)), [
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
    const channel = await client.confirming(t);
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
    const channel = await client.confirming(t);
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

  await t.test('a consumer is told that its queue was deleted', async (t) => {
    const channel = await client.channel(t);
    const queue = await newQueue(channel);
    const cancelled = new Promise<boolean>((resolve) => {
      void channel.consume(queue, (message) => resolve(message === null));
    });
    await channel.checkQueue(queue);
    await (await client.channel(t)).deleteQueue(queue);
    assert.equal(await cancelled, true);
  });

  await t.test('a single active consumer has successors', async (t) => {
    const channel = await client.confirming(t);
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
});
