/** Consuming: prefetch of both kinds, settling, requeueing in place, tags, cancellation, and what ends with channel and connection. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpClient } from './amqp-client.ts';
import { AmqpWorld, bodies, declare, int, ready, table, text } from './world.ts';

async function filled(world: AmqpWorld, ...messages: string[]): Promise<AmqpClient> {
  const client = await world.client();
  await declare(client, 'q');
  for (const body of messages) client.publish(1, '', 'q', body);
  return client;
}

describe('a consumer', () => {
  it('gets nothing before it has been told that it consumes', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, 'a', 'b');
    client.send(1, 'basic.consume', { queue: 'q', consumerTag: 't' });
    assert.deepEqual(
      (await client.take()).map(({ method }) => method),
      ['basic.consume-ok', 'basic.deliver', 'basic.deliver'],
    );
  });

  it('is given a tag if it brings none, and with nowait gets messages only', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, 'a');
    const answer = await client.call(1, 'basic.consume', { queue: 'q' });
    assert.ok(answer.method === 'basic.consume-ok');
    assert.match(answer.consumerTag, /^amq\.ctag-[\w-]{22}$/);
    assert.deepEqual(bodies(await client.take()), ['1:a']);
    client.publish(1, '', 'q', 'b');
    const other = await world.client();
    await declare(other, 'r');
    other.publish(1, '', 'r', 'c');
    other.send(1, 'basic.consume', { queue: 'r', nowait: true });
    assert.deepEqual(bodies(await other.take()), ['1:c']);
  });

  it('has no more in hand than its prefetch, which is that of its channel when it came', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'abcdefgh');
    await client.call(1, 'basic.qos', { prefetchCount: 2 });
    await client.call(1, 'basic.consume', { queue: 'q', consumerTag: 'two' });
    await client.call(1, 'basic.qos', { prefetchCount: 1 });
    assert.deepEqual(bodies(await client.take()), ['1:a', '2:b']);
    await client.call(1, 'basic.consume', { queue: 'q', consumerTag: 'one' });
    assert.deepEqual(bodies(await client.take()), ['3:c']);
    client.send(1, 'basic.ack', { deliveryTag: 3, multiple: true });
    assert.deepEqual(bodies(await client.take()), ['4:d', '5:e', '6:f']);
  });

  it('shares the limit of its channel with the others, who get their turn', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'abcdef');
    await client.call(1, 'basic.qos', { prefetchCount: 2, global: true });
    for (const consumerTag of ['x', 'y', 'z']) await client.call(1, 'basic.consume', { queue: 'q', consumerTag });
    const tags: string[] = [];
    for (let tag = 1; tag <= 6; tag += 1) {
      for (const each of await client.take()) if (each.method === 'basic.deliver') tags.push(each.consumerTag);
      assert.equal(tags.length, Math.min(tag + 1, 6));
      client.send(1, 'basic.ack', { deliveryTag: tag });
    }
    assert.deepEqual([...new Set(tags)].sort(), ['x', 'y', 'z']);
    await client.call(1, 'basic.qos', { prefetchCount: 0, global: true });
    for (const body of 'ghij') client.publish(1, '', 'q', body);
    assert.equal(bodies(await client.take()).length, 4);
  });

  it('without acknowledgements is limited by nothing', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'abc');
    await client.call(1, 'basic.qos', { prefetchCount: 1 });
    await client.call(1, 'basic.qos', { prefetchCount: 1, global: true });
    await client.call(1, 'basic.consume', { queue: 'q', noAck: true });
    assert.deepEqual(bodies(await client.take()), ['1:a', '2:b', '3:c']);
  });

  it('gets no more when the channel has as many unsettled deliveries as it may', async () => {
    const world = await AmqpWorld.start({ 'amqp-unsettled-max': '3' });
    const client = await filled(world, ...'abcde');
    await client.call(1, 'basic.consume', { queue: 'q' });
    assert.deepEqual(bodies(await client.take()), ['1:a', '2:b', '3:c']);
    client.send(1, 'basic.ack', { deliveryTag: 1 });
    assert.deepEqual(bodies(await client.take()), ['4:d']);
  });

  it('of a higher priority is served first', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world);
    await client.call(1, 'basic.consume', { queue: 'q', consumerTag: 'low' });
    await client.call(1, 'basic.consume', {
      queue: 'q',
      consumerTag: 'high',
      arguments: table({ 'x-priority': int(5) }),
    });
    for (const body of 'abc') client.publish(1, '', 'q', body);
    const tags = (await client.take()).map((each) => (each.method === 'basic.deliver' ? each.consumerTag : ''));
    assert.deepEqual(tags, ['high', 'high', 'high']);
  });
});

describe('a message that could not be read from disk', () => {
  it('is read later, although nothing else happens to its queue', async () => {
    const world = await AmqpWorld.start({ 'tail-cache-bytes-max': '0' });
    const client = await world.client();
    const queue = await declare(client, 'q');
    client.publish(1, '', queue, 'a', { deliveryMode: 2 });
    await client.take();
    const { medium, scheduler } = world.node;
    medium.faults = (operation) => (operation === 'read' ? 'lost' : 'none');
    await client.call(1, 'basic.consume', { queue });
    await scheduler.advance(5000);
    assert.deepEqual(bodies(await client.take()), []);
    medium.faults = () => 'none';
    await scheduler.advance(1000);
    assert.deepEqual(bodies(await client.take()), ['1:a']);
  });
});

describe('settling', () => {
  it('puts what is requeued back to its old place, in whatever order it comes', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'abcde');
    for (let i = 0; i < 4; i += 1) await client.call(1, 'basic.get', { queue: 'q' });
    for (const deliveryTag of [2, 1, 4, 3]) client.send(1, 'basic.nack', { deliveryTag });
    await client.call(1, 'basic.consume', { queue: 'q' });
    assert.deepEqual(bodies(await client.take()), ['5:a!', '6:b!', '7:c!', '8:d!', '9:e']);
  });

  it('with tag 0 and multiple takes all there is, even nothing', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'abc');
    client.send(1, 'basic.ack', { deliveryTag: 0, multiple: true });
    await client.call(1, 'basic.consume', { queue: 'q' });
    assert.equal(bodies(await client.take()).length, 3);
    client.send(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: false });
    assert.deepEqual(await client.take(), []);
    assert.equal(await ready(client, 'q'), 0);
  });

  it('numbers what get and consumers are given together', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'abc');
    const got = await client.call(1, 'basic.get', { queue: 'q' });
    assert.ok(got.method === 'basic.get-ok');
    assert.deepEqual([got.deliveryTag, got.body, got.messageCount, got.redelivered], [1, 'a', 2, false]);
    await client.call(1, 'basic.consume', { queue: 'q' });
    assert.deepEqual(bodies(await client.take()), ['2:b', '3:c']);
    client.send(1, 'basic.ack', { deliveryTag: 3, multiple: true });
    assert.equal((await client.call(1, 'basic.get', { queue: 'q' })).method, 'basic.get-empty');
  });

  it('is undone by recover for everything that is unsettled', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'ab');
    await client.call(1, 'basic.consume', { queue: 'q' });
    await client.take();
    assert.equal((await client.call(1, 'basic.recover', { requeue: true })).method, 'basic.recover-ok');
    assert.deepEqual(bodies(await client.take()), ['3:a!', '4:b!']);
  });

  it('counts returns to a quorum queue in a header', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q', { arguments: table({ 'x-queue-type': text('quorum') }) });
    client.publish(1, '', 'q', 'a', { headers: table({ mine: int(1) }) });
    for (let count = 0; count < 3; count += 1) {
      const got = await client.call(1, 'basic.get', { queue: 'q' });
      assert.ok(got.method === 'basic.get-ok');
      const counted = got.properties?.headers?.get('x-delivery-count');
      assert.deepEqual(counted, count === 0 ? undefined : { type: 'int64', value: BigInt(count) });
      assert.deepEqual(got.properties?.headers?.get('mine'), int(1));
      client.send(1, 'basic.nack', { deliveryTag: count + 1 });
    }
  });
});

describe('the end of', () => {
  it('a consumer leaves in hand what it has', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, 'a');
    await client.call(1, 'basic.consume', { queue: 'q', consumerTag: 't' });
    await client.take();
    assert.equal((await client.call(1, 'basic.cancel', { consumerTag: 't' })).method, 'basic.cancel-ok');
    assert.equal((await client.call(1, 'basic.cancel', { consumerTag: 'nobody' })).method, 'basic.cancel-ok');
    client.publish(1, '', 'q', 'b');
    assert.equal(await ready(client, 'q'), 1);
    client.send(1, 'basic.ack', { deliveryTag: 1 });
    assert.deepEqual(await client.take(), []);
  });

  it('a queue is told to consumers that want to know', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world);
    const other = await world.client({ capabilities: [] });
    await client.call(1, 'basic.consume', { queue: 'q', consumerTag: 't' });
    await other.call(1, 'basic.consume', { queue: 'q' });
    const third = await world.client();
    await third.call(1, 'queue.delete', { queue: 'q' });
    const [told] = await client.take();
    assert.ok(told?.method === 'basic.cancel' && told.consumerTag === 't');
    assert.deepEqual(await other.take(), []);
  });

  it('a channel, or of its connection, gives back what it has', async () => {
    const world = await AmqpWorld.start();
    const client = await filled(world, ...'ab');
    await client.call(1, 'basic.consume', { queue: 'q' });
    await client.take();
    const other = await world.client();
    await other.call(1, 'basic.consume', { queue: 'q' });
    await client.call(1, 'channel.close', { replyCode: 200, classId: 0, methodId: 0 });
    assert.deepEqual(bodies(await other.take()), ['1:a!', '2:b!']);
    other.destroy();
    await world.node.scheduler.settle();
    await client.openChannel(1);
    assert.equal(await ready(client, 'q'), 2);
  });

  it('a connection is that of its exclusive queues, and no other', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'mine', { exclusive: true, durable: false });
    await declare(client, 'auto', { autoDelete: true, durable: false });
    const other = await world.client();
    assert.equal(
      (await client.call(0, 'connection.close', { replyCode: 200, classId: 0, methodId: 0 })).method,
      'connection.close-ok',
    );
    assert.ok(client.isClosed);
    assert.equal(await ready(other, 'auto'), 0);
    assert.equal((await other.call(1, 'queue.declare', { queue: 'mine', passive: true })).method, 'channel.close');
  });

  it('its last consumer is that of an auto-delete queue', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'auto', { autoDelete: true, durable: false });
    await client.call(1, 'basic.consume', { queue: 'auto', consumerTag: 't' });
    await client.call(1, 'basic.cancel', { consumerTag: 't' });
    assert.equal((await client.call(1, 'queue.declare', { queue: 'auto', passive: true })).method, 'channel.close');
  });
});
