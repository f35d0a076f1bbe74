/** Transactions of AMQP: nothing before the commit, all of it after, also across a crash. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AmqpWorld, bodies, closed, declare, int, ready, table, text } from './world.ts';

describe('a transaction', () => {
  it('publishes and settles at its commit only', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const other = await world.client();
    await declare(client, 'q');
    await declare(client, 'r');
    client.publish(1, '', 'q', 'a');
    await client.call(1, 'tx.select', {});
    await client.call(1, 'basic.get', { queue: 'q' });
    client.send(1, 'basic.ack', { deliveryTag: 1 });
    client.publish(1, '', 'r', 'b');
    client.publish(1, '', 'nowhere', 'c', {}, { mandatory: true });
    assert.deepEqual(await client.take(), []);
    assert.equal(await ready(other, 'r'), 0);
    client.send(1, 'tx.commit', {});
    assert.deepEqual(
      (await client.take()).map(({ method }) => method),
      ['basic.return', 'tx.commit-ok'],
    );
    assert.equal(await ready(other, 'r'), 1);
    await client.call(1, 'channel.close', { replyCode: 200, classId: 0, methodId: 0 });
    assert.equal(await ready(other, 'q'), 0);
  });

  it('that is rolled back has published nothing, and what it settled is unsettled again', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    for (const body of 'abc') client.publish(1, '', 'q', body);
    await client.call(1, 'tx.select', {});
    await client.call(1, 'basic.consume', { queue: 'q' });
    await client.take();
    client.send(1, 'basic.ack', { deliveryTag: 2 });
    client.publish(1, '', 'q', 'd');
    await client.call(1, 'tx.rollback', {});
    assert.deepEqual(await client.take(), []);
    client.send(1, 'basic.ack', { deliveryTag: 3, multiple: true });
    await client.call(1, 'tx.commit', {});
    client.send(1, 'basic.ack', { deliveryTag: 2 });
    assert.match(closed((await client.take()).at(-1) as never), /406 .*unknown delivery tag 2/);
  });

  it('that was never committed leaves no trace when its channel ends', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const other = await world.client();
    await declare(client, 'q');
    client.publish(1, '', 'q', 'a');
    await client.call(1, 'tx.select', {});
    await client.call(1, 'basic.get', { queue: 'q' });
    client.send(1, 'basic.ack', { deliveryTag: 1 });
    client.publish(1, '', 'q', 'b');
    client.destroy();
    await world.node.scheduler.settle();
    await other.call(1, 'basic.consume', { queue: 'q' });
    assert.deepEqual(bodies(await other.take()), ['1:a!']);
  });

  it('counts what it has settled towards the prefetch until the commit', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    for (const body of 'abc') client.publish(1, '', 'q', body);
    await client.call(1, 'tx.select', {});
    await client.call(1, 'basic.qos', { prefetchCount: 1 });
    await client.call(1, 'basic.consume', { queue: 'q' });
    assert.deepEqual(bodies(await client.take()), ['1:a']);
    client.send(1, 'basic.ack', { deliveryTag: 1 });
    assert.deepEqual(await client.take(), []);
    await client.call(1, 'tx.commit', {});
    assert.deepEqual(bodies(await client.take()), ['2:b']);
  });

  it('is told if a queue refused some of it', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q', { arguments: table({ 'x-max-length': int(1), 'x-overflow': text('reject-publish') }) });
    await client.call(1, 'tx.select', {});
    client.publish(1, '', 'q', 'a');
    client.publish(1, '', 'q', 'b');
    assert.equal(
      closed(await client.call(1, 'tx.commit', {})),
      'channel 406 PRECONDITION_FAILED - partial tx completion (90, 20)',
    );
  });

  it('has a largest size', async () => {
    const world = await AmqpWorld.start({ 'amqp-transaction-bytes-max': '1024' });
    const client = await world.client();
    await client.call(1, 'tx.select', {});
    client.publish(1, '', 'q', Buffer.alloc(600));
    client.publish(1, '', 'q', Buffer.alloc(600));
    assert.equal(
      closed((await client.take()).at(-1) as never),
      'channel 406 PRECONDITION_FAILED - the transaction is larger than 1024 bytes (60, 40)',
    );
  });

  it('is whole or not there at all after a crash at any moment', async () => {
    const seen = new Set<string>();
    for (let steps = 0; steps < 40; steps += 1) {
      const world = await AmqpWorld.start();
      const client = await world.client();
      for (const queue of ['in', 'out1', 'out2']) await declare(client, queue);
      await client.call(1, 'confirm.select', {});
      client.publish(1, '', 'in', 'job', { deliveryMode: 2 });
      await client.take();
      await client.openChannel(2);
      await client.call(2, 'tx.select', {});
      await client.call(2, 'basic.get', { queue: 'in' });
      client.publish(2, '', 'out1', 'a', { deliveryMode: 2 });
      client.publish(2, '', 'out2', 'b', { deliveryMode: 2 });
      client.send(2, 'basic.ack', { deliveryTag: 1 });
      client.send(2, 'tx.commit', {});
      for (let step = 0; step < steps; step += 1) await world.node.scheduler.step();
      const isCommitted = client.received.some(({ method }) => method === 'tx.commit-ok');
      await world.node.restart();
      const after = await world.client();
      const state = [await ready(after, 'in'), await ready(after, 'out1'), await ready(after, 'out2')].join();
      assert.ok(state === '1,0,0' || state === '0,1,1', `after ${steps} steps: ${state}`);
      if (isCommitted) assert.equal(state, '0,1,1');
      seen.add(state);
    }
    assert.deepEqual([...seen].sort(), ['0,1,1', '1,0,0']);
  });
});
