import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { AmqpClient } from '../amqp/amqp-client.ts';
import { declare, int, table } from '../amqp/world.ts';
import { AdminWorld } from './world.ts';

describe('connections over HTTP', () => {
  let world: AdminWorld;
  let client: AmqpClient;
  let name: string;
  before(async () => {
    world = await AdminWorld.start();
    await world.user('ann', 'management');
    client = await world.amqp.client({ user: 'ann', password: 'ann' });
    await declare(client, 'q');
    await declare(client, 'single', {
      arguments: table({ 'x-single-active-consumer': { type: 'bool', value: true } }),
    });
    await client.openChannel(2);
    const priority = table({ 'x-priority': int(5) });
    await client.call(2, 'basic.qos', { prefetchCount: 1 });
    await client.call(2, 'basic.consume', { queue: 'q', consumerTag: 'one', arguments: priority });
    await client.call(2, 'basic.consume', { queue: 'single', consumerTag: 'active', noAck: true });
    await client.call(2, 'basic.consume', { queue: 'single', consumerTag: 'waiting' });
    [{ name }] = await world.get('/api/connections');
  });

  const path = (...parts: readonly string[]) => parts.map(encodeURIComponent).join('/');

  it('are named by both addresses and say who and what they are', async () => {
    const shown = await world.get(`/api/connections/${path(name)}`);
    assert.match(name, /^127\.0\.0\.1:\d+ -> /);
    assert.deepEqual(
      [shown.user, shown.vhost, shown.protocol, shown.state, shown.channels, shown.auth_mechanism],
      ['ann', '/', 'AMQP 0-9-1', 'running', 2, 'PLAIN'],
    );
    assert.equal(typeof shown.recv_oct, 'number');
    assert.equal(typeof shown.client_properties, 'object');
  });

  it('have channels, which have consumers', async () => {
    const channels = await world.get(`/api/connections/${path(name)}/channels`);
    assert.deepEqual(
      channels.map((each: { name: string; consumer_count: number }) => [each.name, each.consumer_count]),
      [
        [`${name} (1)`, 0],
        [`${name} (2)`, 3],
      ],
    );
    const channel = await world.get(`/api/channels/${path(`${name} (2)`)}`);
    assert.equal(channel.connection_details.name, name);
    assert.deepEqual(
      channel.consumer_details.map((each: { consumer_tag: string; activity_status: string }) => [
        each.consumer_tag,
        each.activity_status,
      ]),
      [
        ['one', 'up'],
        ['active', 'single_active'],
        ['waiting', 'waiting'],
      ],
    );
    assert.equal((await world.get('/api/channels')).length, 2);
    assert.equal((await world.get('/api/vhosts/%2F/channels')).length, 2);
    assert.equal((await world.get('/api/channels?page=1&page_size=1&name=(2)')).items.length, 1);
    await world.expect(404, 'GET', `/api/channels/${path(`${name} (9)`)}`);
  });

  it('are where the consumers of a queue are', async () => {
    const { consumers, consumer_details: details } = await world.get('/api/queues/%2F/q');
    assert.equal(consumers, 1);
    assert.deepEqual(details[0].queue, { name: 'q', vhost: '/' });
    assert.deepEqual(details[0].arguments, { 'x-priority': 5 });
    assert.deepEqual([details[0].ack_required, details[0].prefetch_count], [true, 1]);
    assert.equal(details[0].channel_details.connection_name, name);
    assert.equal((await world.get('/api/queues/%2F/single')).single_active_consumer_tag, 'active');
    const all = await world.get('/api/consumers/%2F?columns=consumer_tag,active');
    assert.deepEqual(all, [
      { consumer_tag: 'one', active: true },
      { consumer_tag: 'active', active: true },
      { consumer_tag: 'waiting', active: false },
    ]);
  });

  it('count what passes through them, also when they are gone', async () => {
    await client.openChannel(3);
    client.publish(3, '', 'q', 'one');
    client.publish(3, '', 'q', 'two');
    await world.scheduler.settle();
    const overview = async () => (await world.get('/api/overview')).message_stats;
    const before = await overview();
    assert.deepEqual([before.publish, before.deliver, before.deliver_get], [2, 1, 1]);
    await client.call(3, 'channel.close', { replyCode: 200, replyText: '', classId: 0, methodId: 0 });
    assert.deepEqual(await overview(), before);
    const { churn_rates: churn } = await world.get('/api/overview');
    assert.deepEqual([churn.channel_created, churn.channel_closed, churn.connection_created], [3, 1, 1]);
  });

  it('are seen by their user and by those who see everything', async () => {
    await world.user('bob', 'management');
    await world.user('mon', 'monitoring');
    assert.equal((await world.get('/api/connections', { user: 'ann' })).length, 1);
    assert.equal((await world.get('/api/connections', { user: 'bob' })).length, 0);
    assert.equal((await world.get('/api/connections', { user: 'mon' })).length, 1);
    assert.equal((await world.get('/api/channels', { user: 'bob' })).length, 0);
    assert.equal((await world.get('/api/connections/username/ann', { user: 'ann' })).length, 1);
    assert.equal((await world.get('/api/connections/username/guest')).length, 0);
    const own = `/api/connections/${path(name)}`;
    await world.expect(401, 'GET', own, undefined, { user: 'bob' });
    await world.expect(401, 'DELETE', own, undefined, { user: 'mon' });
    await world.expect(401, 'GET', `/api/channels/${path(`${name} (1)`)}`, undefined, { user: 'bob' });
  });

  it('are closed with a reason, and are gone', async () => {
    const headers = { 'x-reason': 'because' };
    await world.expect(204, 'DELETE', `/api/connections/${path(name)}`, undefined, { headers });
    await world.scheduler.settle();
    const close = client.received.find(({ method }) => method === 'connection.close');
    assert.ok(close?.method === 'connection.close');
    assert.deepEqual([close.replyCode, close.replyText], [320, 'CONNECTION_FORCED - because']);
    client.send(0, 'connection.close-ok', {});
    await world.scheduler.settle();
    await world.expect(404, 'DELETE', `/api/connections/${path(name)}`);
    await world.expect(404, 'GET', `/api/connections/${path(name)}`);
    await world.expect(404, 'GET', `/api/connections/${path(name)}/channels`);
    assert.deepEqual(await world.get('/api/connections'), []);
  });

  it('are closed all together for a user', async () => {
    const own = await world.amqp.client({ user: 'ann', password: 'ann' });
    const other = await world.amqp.client();
    await world.expect(204, 'DELETE', '/api/connections/username/ann', undefined, { user: 'ann' });
    await world.scheduler.settle();
    assert.ok(own.received.some(({ method }) => method === 'connection.close'));
    assert.ok(!other.received.some(({ method }) => method === 'connection.close'));
  });
});
