/** Who is not read, and for how long: publishers that consumers don't keep up with, and clients that publish and do not read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpClient } from './amqp-client.ts';
import { AmqpWorld, bodies, declare, ready } from './world.ts';

const BODY = Buffer.alloc(100_000, 'x');
/** More than what may wait in memory before publishers are held back, and what a client may leave unread besides. */
const MANY = 60;
/** A consumer that has not read on for so long is stuck. */
const STUCK_MS = 100;

/** A consumer of `queue` that reads nothing. */
async function consumer(world: AmqpWorld, queue: string): Promise<AmqpClient> {
  const client = await world.client();
  await client.call(1, 'basic.consume', { queue, noAck: true });
  client.isReading = false;
  return client;
}

function publish(client: AmqpClient, exchange: string, routingKey: string, count: number): number {
  let published = 0;
  while (published < count && !client.isPaused) {
    client.publish(1, exchange, routingKey, BODY);
    published += 1;
  }
  return published;
}

async function transient(client: AmqpClient, queue: string): Promise<string> {
  return await declare(client, queue, { durable: false });
}

describe('a client that publishes more than its consumers read', () => {
  it('is held back, and no longer than until they read on', async () => {
    const world = await AmqpWorld.start();
    const publisher = await world.client();
    const queue = await transient(publisher, 'q');
    const slow = await consumer(world, queue);
    assert.ok(publish(publisher, '', queue, MANY) < MANY, 'it was not held back');
    slow.readAgain();
    await world.node.scheduler.settle();
    assert.ok(!publisher.isPaused);
  });

  it('is not held back for consumers that are stuck', async () => {
    const world = await AmqpWorld.start();
    const publisher = await world.client();
    const queue = await transient(publisher, 'q');
    await consumer(world, queue);
    publish(publisher, '', queue, MANY);
    assert.ok(publisher.isPaused);
    await world.node.scheduler.advance(STUCK_MS);
    assert.equal(publish(publisher, '', queue, MANY), MANY);
  });

  it('gets its confirms while it is held back', async () => {
    const world = await AmqpWorld.start();
    const publisher = await world.client();
    const queue = await transient(publisher, 'q');
    await consumer(world, queue);
    await publisher.call(1, 'confirm.select', {});
    const published = publish(publisher, '', queue, MANY);
    const last = (await publisher.take()).at(-1);
    assert.ok(publisher.isPaused);
    assert.ok(last?.method === 'basic.ack' && last.deliveryTag === published, JSON.stringify(last));
  });

  it('is not held back for one queue when another can pass the message on', async () => {
    const world = await AmqpWorld.start();
    const publisher = await world.client();
    for (const queue of ['slow', 'other']) {
      await transient(publisher, queue);
      await publisher.call(1, 'queue.bind', { queue, exchange: 'amq.fanout' });
    }
    await consumer(world, 'slow');
    assert.equal(publish(publisher, 'amq.fanout', '', MANY), MANY);
  });

  it('is not held back if it consumes too: what it acknowledges must come through', async () => {
    const world = await AmqpWorld.start();
    const publisher = await world.client();
    const queue = await transient(publisher, 'q');
    await consumer(world, queue);
    await transient(publisher, 'mine');
    await publisher.call(1, 'basic.consume', { queue: 'mine' });
    assert.equal(publish(publisher, '', queue, MANY), MANY);
  });
});

describe('a client that consumes what it publishes on one channel', () => {
  it('may publish it all before it reads anything', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const queue = await transient(client, 'q');
    await client.call(1, 'confirm.select', {});
    await client.call(1, 'basic.consume', { queue, noAck: true });
    client.isReading = false;
    assert.equal(publish(client, '', queue, MANY), MANY);
    await world.node.scheduler.settle();
    assert.ok(!client.isPaused);
    const unread = client.bufferedBytes;
    assert.ok(unread > 1_000_000 && unread < 1_300_000, `${unread}`);
  });

  it('gets everything when it reads, and not a message twice', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const queue = await transient(client, 'q');
    await client.call(1, 'basic.consume', { queue });
    let delivered = 0;
    for (let sent = 0; sent < 5 * MANY; sent += MANY) {
      assert.equal(publish(client, '', queue, MANY), MANY);
      const got = bodies(await client.take()).length;
      delivered += got;
      client.send(1, 'basic.ack', { deliveryTag: 0, multiple: true });
    }
    assert.equal(delivered, 5 * MANY);
    assert.equal(await ready(client, queue), 0);
  });

  it('has no more deliveries unread for making new consumers meanwhile', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const queue = await transient(client, 'q');
    const other = await world.client();
    publish(other, '', queue, MANY);
    await other.take();
    await client.call(1, 'basic.consume', { queue, noAck: true });
    client.isReading = false;
    publish(client, '', queue, MANY);
    await world.node.scheduler.settle();
    const unread = client.bufferedBytes;
    for (let i = 0; i < 20; i += 1) client.send(1, 'basic.consume', { queue, noAck: true });
    await world.node.scheduler.settle();
    assert.ok(client.bufferedBytes < unread + 20 * 100, `${client.bufferedBytes} after ${unread}`);
  });

  it('is not served any more when it leaves too many answers unread as well', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const queue = await transient(client, 'q');
    await client.call(1, 'basic.consume', { queue, noAck: true });
    client.isReading = false;
    assert.equal(publish(client, '', queue, MANY), MANY);
    for (let i = 0; i < 40_000 && !client.isPaused; i += 1)
      client.publish(1, '', 'nowhere', 'x'.repeat(1000), {}, { mandatory: true });
    await world.node.scheduler.settle();
    assert.ok(client.isPaused);
    assert.ok(client.bufferedBytes < 2_500_000, `${client.bufferedBytes}`);
  });
});
