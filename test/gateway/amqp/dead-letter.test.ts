/** Dead lettering through the whole node: who gets the message, and what its headers tell. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FieldTable, FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpClient } from './amqp-client.ts';
import { AmqpWorld, declare, int, ready, table, text } from './world.ts';

async function get(client: AmqpClient, queue: string) {
  const got = await client.call(1, 'basic.get', { queue });
  assert.ok(got.method === 'basic.get-ok', `${queue} is empty`);
  return got;
}

function plain(value: FieldValue | undefined): unknown {
  if (value === undefined || value.type === 'void') return undefined;
  if (value.type === 'array') return value.value.map(plain);
  if (value.type === 'table') return Object.fromEntries([...value.value].map(([name, each]) => [name, plain(each)]));
  return typeof value.value === 'bigint' ? Number(value.value) : value.value;
}

function deathsIn(headers: FieldTable | undefined): Record<string, unknown>[] {
  return plain(headers?.get('x-death')) as Record<string, unknown>[];
}

const toDefault = (key: string) => ({ 'x-dead-letter-exchange': text(''), 'x-dead-letter-routing-key': text(key) });

describe('a dead-lettered message', () => {
  it('that was rejected goes to the exchange with its old key, and tells of it', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await client.call(1, 'exchange.declare', { exchange: 'dlx', type: 'direct' });
    await declare(client, 'q', { arguments: table({ 'x-dead-letter-exchange': text('dlx') }) });
    await declare(client, 'dead');
    await client.call(1, 'queue.bind', { queue: 'dead', exchange: 'dlx', routingKey: 'q' });
    client.publish(1, '', 'q', 'x', { headers: table({ mine: int(1) }), expiration: '60000', messageId: 'm' });
    await get(client, 'q');
    client.send(1, 'basic.reject', { deliveryTag: 1, requeue: false });
    await client.take();
    const dead = await get(client, 'dead');
    assert.deepEqual([dead.exchange, dead.routingKey, dead.body, dead.redelivered], ['dlx', 'q', 'x', false]);
    assert.deepEqual([dead.properties?.expiration, dead.properties?.messageId], [undefined, 'm']);
    const [death, ...more] = deathsIn(dead.properties?.headers);
    assert.deepEqual(more, []);
    assert.ok(typeof death?.time === 'number');
    assert.deepEqual(
      { ...death, time: 0 },
      {
        count: 1,
        reason: 'rejected',
        queue: 'q',
        time: 0,
        exchange: '',
        'routing-keys': ['q'],
        'original-expiration': '60000',
      },
    );
    const told = [...(dead.properties?.headers ?? [])].filter(([name]) => name !== 'x-death');
    assert.deepEqual(Object.fromEntries(told.map(([name, value]) => [name, plain(value)])), {
      mine: 1,
      'x-first-death-reason': 'rejected',
      'x-first-death-queue': 'q',
      'x-first-death-exchange': '',
      'x-last-death-reason': 'rejected',
      'x-last-death-queue': 'q',
      'x-last-death-exchange': '',
    });
  });

  it('that has expired comes when its time is over', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'dead');
    await declare(client, 'q', { arguments: table({ ...toDefault('dead'), 'x-message-ttl': int(1000) }) });
    client.publish(1, '', 'q', 'x');
    await client.take();
    assert.deepEqual([await ready(client, 'q'), await ready(client, 'dead')], [1, 0]);
    await world.node.scheduler.advance(1001);
    assert.deepEqual([await ready(client, 'q'), await ready(client, 'dead')], [0, 1]);
    const [death] = deathsIn((await get(client, 'dead')).properties?.headers);
    assert.deepEqual([death?.reason, death?.queue, death?.count], ['expired', 'q', 1]);
  });

  it('loses CC where its queue gives another key, and keeps it where not', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const cc = { CC: { type: 'array', value: [text('other')] } as FieldValue };
    await declare(client, 'dead');
    await declare(client, 'q', { arguments: table(toDefault('dead')) });
    client.publish(1, '', 'q', 'x', { headers: table(cc) });
    await get(client, 'q');
    client.send(1, 'basic.reject', { deliveryTag: 1, requeue: false });
    await client.take();
    const { headers } = (await get(client, 'dead')).properties ?? {};
    assert.ok(headers?.has('CC') === false);
    assert.deepEqual(deathsIn(headers)[0]?.['routing-keys'], ['q', 'other']);
  });

  it('goes round for as long as somebody rejects it, and is counted', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q', { arguments: table(toDefault('wait')) });
    await declare(client, 'wait', { arguments: table({ ...toDefault('q'), 'x-message-ttl': int(10) }) });
    client.publish(1, '', 'q', 'x');
    for (let round = 1; round <= 3; round += 1) {
      const { deliveryTag } = await get(client, 'q');
      client.send(1, 'basic.reject', { deliveryTag, requeue: false });
      await client.take();
      await world.node.scheduler.advance(11);
    }
    const deaths = deathsIn((await get(client, 'q')).properties?.headers);
    assert.deepEqual(
      deaths.map(({ queue, reason, count }) => [queue, reason, count]),
      [
        ['wait', 'expired', 3],
        ['q', 'rejected', 3],
      ],
    );
  });

  it('is dropped where it would go round without anybody', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'a', { arguments: table({ ...toDefault('b'), 'x-message-ttl': int(10) }) });
    await declare(client, 'b', { arguments: table({ ...toDefault('a'), 'x-message-ttl': int(10) }) });
    client.publish(1, '', 'a', 'x');
    await client.take();
    await world.node.scheduler.advance(11);
    assert.deepEqual([await ready(client, 'a'), await ready(client, 'b')], [0, 1]);
    await world.node.scheduler.advance(11);
    assert.deepEqual([await ready(client, 'a'), await ready(client, 'b')], [0, 0]);
  });

  it('is dropped where the exchange does not exist', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q', { arguments: table({ 'x-dead-letter-exchange': text('nope') }) });
    client.publish(1, '', 'q', 'x');
    await get(client, 'q');
    client.send(1, 'basic.reject', { deliveryTag: 1, requeue: false });
    await client.take();
    assert.equal(await ready(client, 'q'), 0);
  });

  it('starts its history anew when a client publishes it again, headers and all', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'dead');
    await declare(client, 'q', { arguments: table(toDefault('dead')) });
    client.publish(1, '', 'q', 'x');
    await get(client, 'q');
    client.send(1, 'basic.reject', { deliveryTag: 1, requeue: false });
    await client.take();
    const first = await get(client, 'dead');
    client.publish(1, '', 'q', 'x', { headers: first.properties?.headers });
    const again = await get(client, 'q');
    assert.equal(deathsIn(again.properties?.headers)[0]?.count, 1);
    client.send(1, 'basic.reject', { deliveryTag: again.deliveryTag, requeue: false });
    await client.take();
    const deaths = deathsIn((await get(client, 'dead')).properties?.headers);
    assert.deepEqual(
      deaths.map(({ queue, count }) => [queue, count]),
      [['q', 1]],
    );
  });
});
