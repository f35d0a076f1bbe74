import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QUEUES, QueueWorld } from './world.ts';

const texts = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `m${from + i}`);

describe('delivery', () => {
  it('gives messages in the order in which they came, once each', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    for (const text of texts(0, 3)) world.publish(queue, text);
    const consumer = world.consume(queue);
    for (const text of texts(3, 5)) world.publish(queue, text, { persistent: false });
    assert.deepEqual(consumer.texts, texts(0, 5));
    assert.equal(world.queues.counts(queue).unacked, 5);
  });

  it('gives no consumer more than its prefetch, and goes on as it settles', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    const consumer = world.consume(queue, { prefetch: 2 });
    for (const text of texts(0, 4)) world.publish(queue, text);
    assert.deepEqual(consumer.texts, texts(0, 2));
    consumer.settle('accepted', 'm0');
    assert.deepEqual(consumer.texts, texts(0, 3));
    assert.deepEqual(world.queues.counts(queue).ready, 1);
  });

  it('serves consumers in turn, those of a higher priority first', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    const [a, b] = [world.consume(queue), world.consume(queue)];
    const high = world.consume(queue, { priority: 5, prefetch: 1 });
    for (const text of texts(0, 5)) world.publish(queue, text);
    assert.deepEqual([high.texts, a.texts, b.texts], [['m0'], ['m1', 'm3'], ['m2', 'm4']]);
  });

  it('passes over a consumer that is paused', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    const consumer = world.consume(queue);
    world.queues.setPaused(queue, consumer.id, true);
    world.publish(queue, 'm0');
    assert.deepEqual(consumer.texts, []);
    world.queues.setPaused(queue, consumer.id, false);
    assert.deepEqual(consumer.texts, ['m0']);
  });

  it('settles at once what a consumer takes without acknowledging', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    world.consume(queue, { noAck: true, prefetch: 1 });
    for (const text of texts(0, 3)) world.publish(queue, text);
    const { ready, unacked } = world.queues.counts(queue);
    assert.deepEqual([ready, unacked], [0, 0]);
  });

  it('gives all messages to the one active consumer, then to the next', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { singleActiveConsumer: true });
    const [first, second] = [world.consume(queue), world.consume(queue)];
    world.publish(queue, 'm0');
    first.cancel();
    world.publish(queue, 'm1');
    assert.deepEqual([first.texts, second.texts, second.isActivated], [['m0'], ['m1'], true]);
  });

  it('refuses consumers beside an exclusive one', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    const alone = world.consume(queue, { exclusive: true });
    assert.throws(() => world.consume(queue), {
      kind: 'access_refused',
      message: /queue 'q2048' in vhost '\/' in exclusive use/,
    });
    alone.cancel();
    world.consume(queue);
    assert.throws(() => world.consume(queue, { exclusive: true }), { kind: 'access_refused' });
  });

  it('tells consumers that their queue is gone', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    const consumer = world.consume(queue);
    world.publish(queue, 'm0');
    world.delete(queue);
    assert.ok(consumer.isCancelled);
    assert.equal(world.queues.settle(queue, [consumer.delivered[0]?.id as never], 'accepted'), 0);
    assert.throws(() => world.consume(queue), { kind: 'not_found' });
  });
});

describe('requeueing', () => {
  it('restores the original order whatever the order of giving back', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    for (const text of ['A', 'B', 'C', 'D', 'E']) world.publish(queue, text);
    const consumer = world.consume(queue, { prefetch: 4 });
    consumer.cancel();
    for (const text of ['B', 'A', 'D', 'C']) consumer.settle('requeued', text);
    assert.deepEqual(await world.drain(queue), ['A', 'B', 'C', 'D', 'E']);
  });

  it('gives back many as one change', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    for (const text of texts(0, 3)) world.publish(queue, text);
    const consumer = world.consume(queue, { prefetch: 3 });
    consumer.settle('requeued', 'm2', 'm0', 'm1');
    assert.deepEqual(consumer.texts, [...texts(0, 3), ...texts(0, 3)]);
    assert.deepEqual(
      consumer.delivered.map(({ deliveries }) => deliveries),
      [0, 0, 0, 1, 1, 1],
    );
  });

  it('counts deliveries, and dead-letters beyond the delivery limit', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { deliveryLimit: 2, deadLetterExchange: 'dlx' });
    world.publish(queue, 'poison');
    const consumer = world.consume(queue);
    for (let i = 0; i < 3; i += 1) consumer.settle('requeued', 'poison');
    await world.scheduler.settle();
    assert.deepEqual(
      consumer.delivered.map(({ deliveries }) => deliveries),
      [0, 1, 2],
    );
    assert.deepEqual(world.deadLetters, [{ queue, text: 'poison', reason: 'delivery_limit', deliveries: 3 }]);
  });
});

describe('priorities', () => {
  it('gives messages of higher priority first, in order within each', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { maxPriority: 3 });
    const priorities = [0, 2, 1, 2, 9, 0];
    for (const [i, priority] of priorities.entries()) world.publish(queue, `m${i}`, { priority });
    assert.deepEqual(await world.drain(queue), ['m4', 'm1', 'm3', 'm2', 'm0', 'm5']);
  });
});

describe('expiry', () => {
  it('drops messages from the head when their time is over, and leaves those behind one that lives', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { deadLetterExchange: 'dlx' });
    world.publish(queue, 'short', { ttlMs: 100 });
    world.publish(queue, 'long', { ttlMs: 1000 });
    world.publish(queue, 'behind', { ttlMs: 100 });
    await world.scheduler.advance(100);
    assert.equal(world.queues.counts(queue).ready, 2);
    await world.scheduler.advance(900);
    assert.equal(world.queues.counts(queue).ready, 0);
    assert.deepEqual(
      world.deadLetters.map(({ text, reason }) => [text, reason]),
      [
        ['short', 'expired'],
        ['long', 'expired'],
        ['behind', 'expired'],
      ],
    );
  });

  it('takes the shorter of the lives that message and queue allow', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { messageTtlMs: 500 });
    world.publish(queue, 'a', { ttlMs: 5000 });
    world.publish(queue, 'b', { ttlMs: 100 });
    await world.scheduler.advance(499);
    assert.equal(world.queues.counts(queue).ready, 2);
    await world.scheduler.advance(1);
    assert.equal(world.queues.counts(queue).ready, 0);
  });

  it('remembers after a restart when messages expire', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    world.publish(queue, 'a', { ttlMs: 5000 });
    await world.restart();
    assert.equal(world.queues.counts(queue).ready, 1);
    await world.scheduler.advance(5000);
    assert.equal(world.queues.counts(queue).ready, 0);
  });

  it('does not expire what a consumer has in hand, but what it gives back too late', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    world.publish(queue, 'a', { ttlMs: 100 });
    const consumer = world.consume(queue);
    await world.scheduler.advance(200);
    assert.equal(world.queues.counts(queue).unacked, 1);
    consumer.settle('requeued', 'a');
    assert.deepEqual(consumer.texts, ['a']);
    assert.equal(world.queues.counts(queue).ready, 0);
  });

  it('delivers what may not wait at all to a consumer who waits, and to nobody else', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { messageTtlMs: 0 });
    world.publish(queue, 'too early');
    assert.equal(await world.get(queue), undefined);
    const consumer = world.consume(queue, { prefetch: 1 });
    world.publish(queue, 'in time');
    world.publish(queue, 'too late', { ttlMs: 0 });
    await world.scheduler.advance(1);
    consumer.settle('accepted', 'in time');
    assert.deepEqual(consumer.texts, ['in time']);
    assert.equal(world.queues.counts(queue).ready, 0);
  });
});

describe('length limits', () => {
  it('drops from the head what is too many', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { maxLength: 2, deadLetterExchange: 'dlx' });
    for (const text of texts(0, 4)) assert.ok(world.publish(queue, text));
    await world.scheduler.settle();
    assert.deepEqual(
      world.deadLetters.map(({ text, reason }) => [text, reason]),
      [
        ['m0', 'maxlen'],
        ['m1', 'maxlen'],
      ],
    );
    assert.deepEqual(await world.drain(queue), ['m2', 'm3']);
  });

  it('drops from the head what are too many bytes', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { maxLengthBytes: 5 });
    for (const text of texts(0, 4)) world.publish(queue, text);
    assert.deepEqual(await world.drain(queue), ['m2', 'm3']);
  });

  it('refuses what comes when it is full, and dead-letters it if it should', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { maxLength: 1, overflow: 'reject-publish' });
    const other = world.declare(3072, { maxLength: 1, overflow: 'reject-publish-dlx', deadLetterExchange: 'dlx' });
    assert.deepEqual([world.publish(queue, 'm0'), world.publish(queue, 'm1')], [true, false]);
    assert.deepEqual([world.publish(other, 'm0'), world.publish(other, 'm1')], [true, false]);
    await world.scheduler.settle();
    assert.deepEqual(
      world.deadLetters.map(({ text }) => text),
      ['m1'],
    );
  });
});

describe('dead letters', () => {
  it('sends on what is rejected before it is settled, also from disk', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { deadLetterExchange: 'dlx' });
    const target = world.declare(4096);
    world.deadLetterTo = target;
    for (const text of texts(0, 40)) world.publish(queue, text.padEnd(200, '.'));
    await world.scheduler.advance(1000);
    const consumer = world.consume(queue);
    await world.scheduler.settle();
    assert.equal(consumer.delivered.length, 40);
    consumer.settle('rejected', ...consumer.texts);
    await world.scheduler.advance(1000);
    assert.deepEqual(await world.drain(target), consumer.texts);
    await world.crash();
    assert.deepEqual([world.queues.counts(queue).ready, world.queues.counts(target).ready].at(0), 0);
  });

  it('may go back to the queue they come from', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { messageTtlMs: 10, deadLetterExchange: 'dlx' });
    world.deadLetterTo = queue;
    world.publish(queue, 'm0');
    await world.scheduler.advance(35);
    assert.equal(world.deadLetters.length, 3);
    assert.equal(world.queues.counts(queue).ready, 1);
  });
});

describe('use and disuse', () => {
  it('asks for an auto-delete queue to be deleted when its last consumer goes, and not before it had one', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { autoDelete: true });
    const [a, b] = [world.consume(queue), world.consume(queue)];
    a.cancel();
    assert.deepEqual(world.unused, []);
    b.cancel();
    assert.deepEqual(world.unused, [{ id: queue, why: 'auto_delete' }]);
  });

  it('asks for a queue to be deleted that nobody used for as long as it may live', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048, { expiresMs: 1000 });
    world.queues.touch(queue);
    await world.scheduler.advance(900);
    await world.get(queue);
    await world.scheduler.advance(900);
    const consumer = world.consume(queue);
    await world.scheduler.advance(5000);
    consumer.cancel();
    assert.deepEqual(world.unused, []);
    await world.scheduler.advance(1000);
    assert.deepEqual(world.unused, [{ id: queue, why: 'expired' }]);
  });
});

describe('get and purge', () => {
  it('gives one message, from disk if need be, and nothing when there is none', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    for (const text of texts(0, 50)) world.publish(queue, text.padEnd(100, '.'));
    await world.restart();
    assert.ok(world.queues.get(queue, false) instanceof Promise);
    assert.equal((await world.get(queue))?.slice(0, 2), 'm1');
    assert.equal((await world.drain(queue)).length, 48);
    assert.equal(world.queues.get(queue, true), undefined);
  });

  it('purges what is ready and leaves what is in hand', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    for (const text of texts(0, 10)) world.publish(queue, text, { persistent: text !== 'm9' });
    const consumer = world.consume(queue, { prefetch: 3 });
    consumer.cancel();
    consumer.settle('requeued', 'm1');
    assert.equal(world.queues.purge(queue), 8);
    consumer.settle('requeued', 'm0');
    assert.deepEqual(await world.drain(queue), ['m0']);
    await world.scheduler.advance(200);
    await world.crash();
    assert.deepEqual(await world.drain(queue), ['m2']);
  });
});

describe('a disk that does not give back what was written', () => {
  it('is asked again now and then, and whoever waits is served when it does', async () => {
    const world = await new QueueWorld().start();
    const [consumed, gotten] = [world.declare(2048), world.declare(2049)];
    for (const queue of [consumed, gotten]) world.publish(queue, 'm0');
    await world.restart();
    let reads = 0;
    let isBroken = true;
    world.medium.faults = (operation) => {
      if (operation === 'read') reads += 1;
      return operation === 'read' && isBroken ? 'lost' : 'none';
    };
    const consumer = world.consume(consumed);
    const got = world.queues.get(gotten, true);
    for (const text of texts(1, 4)) world.publish(consumed, text);
    await world.scheduler.advance(10_000);
    assert.deepEqual(consumer.texts, []);
    assert.ok(reads >= 10 && reads <= 30, `${reads} reads`);
    isBroken = false;
    await world.scheduler.advance(2000);
    assert.deepEqual(consumer.texts, texts(0, 4));
    assert.equal((await got)?.message.body.toString(), 'm0');
  });

  it('is left alone once the node stops', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    world.publish(queue, 'm0');
    await world.restart();
    let reads = 0;
    world.medium.faults = (operation) => {
      if (operation === 'read') reads += 1;
      return operation === 'read' ? 'lost' : 'none';
    };
    world.consume(queue);
    await world.scheduler.settle();
    world.queues.stop();
    await world.scheduler.advance(10_000);
    assert.equal(reads, 1);
  });
});

describe('memory', () => {
  it('writes messages that need not last once there is too much of them, and gives them all the same', async () => {
    const world = await new QueueWorld(1, { ...QUEUES, laneUnwrittenBytesMax: 1000 }).start();
    const queue = world.declare(2048, { durable: false });
    const all = texts(0, 60).map((text) => text.padEnd(100, '.'));
    for (const text of all) {
      world.publish(queue, text, { persistent: false });
      await world.scheduler.settle();
    }
    assert.ok(world.storage.log(queue).endOffset > 40);
    assert.deepEqual(await world.drain(queue), all);
  });

  it('never writes what is settled before its turn', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    await world.scheduler.settle();
    const before = world.storage.storedBytes;
    world.consume(queue, { noAck: true });
    for (const text of texts(0, 100)) world.publish(queue, text);
    await world.scheduler.settle();
    assert.equal(world.storage.log(queue).endOffset, 0);
    assert.equal(world.storage.storedBytes, before);
    assert.equal(world.storage.durable, world.storage.appended);
  });

  it('gives back the disk space of settled messages although one at the head is stuck', async () => {
    const world = await new QueueWorld().start();
    const queue = world.declare(2048);
    world.publish(queue, 'stuck');
    const stuck = world.consume(queue, { prefetch: 1 });
    const other = world.consume(queue, { prefetch: 100 });
    for (let round = 0; round < 60; round += 1) {
      const batch = texts(0, 40).map((text) => `${round}-${text}`.padEnd(100, '.'));
      for (const text of batch) world.publish(queue, text);
      await world.scheduler.advance(10);
      other.settle('accepted', ...batch);
      await world.scheduler.advance(150);
      while (await world.scheduler.until(world.storage.clean()));
    }
    assert.ok(world.storage.storedBytes < 100_000, `${world.storage.storedBytes} bytes are stored`);
    assert.deepEqual(stuck.texts, ['stuck']);
    stuck.cancel();
    await world.crash();
    assert.equal((await world.drain(queue))[0], 'stuck');
  });
});
