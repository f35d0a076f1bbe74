import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

const INTERVAL_MS = 5000;

async function start(flags: Readonly<Record<string, string>> = {}): Promise<AdminWorld> {
  const world = await AdminWorld.start(flags);
  await world.expect(201, 'PUT', '/api/queues/%2F/q', { durable: true });
  return world;
}

describe('rates', () => {
  it('are what has changed between the two latest samples, per second', async () => {
    const world = await start();
    for (let i = 0; i < 10; i++) await world.publish('q', 'x');
    await world.scheduler.advance(INTERVAL_MS);
    const queue = await world.get('/api/queues/%2F/q');
    assert.deepEqual([queue.messages_details.rate, queue.message_stats.publish_details.rate], [2, 2]);
    assert.equal(queue.message_stats.deliver_get_details.rate, 0);
    await world.expect(200, 'POST', '/api/queues/%2F/q/get', {
      count: 5,
      ackmode: 'ack_requeue_false',
      encoding: 'auto',
    });
    await world.scheduler.advance(INTERVAL_MS);
    const later = await world.get('/api/queues/%2F/q');
    assert.deepEqual([later.messages_details.rate, later.message_stats.publish_details.rate], [-1, 0]);
    assert.equal(later.message_stats.deliver_get_details.rate, 1);
    const { queue_totals: totals } = await world.get('/api/overview');
    assert.equal(totals.messages_details.rate, -1);
    await world.scheduler.advance(INTERVAL_MS);
    assert.equal((await world.get('/api/queues/%2F/q')).messages_details.rate, 0);
  });

  it('begin from what is there when the node starts', async () => {
    const world = await start();
    for (let i = 0; i < 10; i++) await world.publish('q', 'x', { delivery_mode: 2 });
    await world.restart();
    assert.equal((await world.get('/api/queues/%2F/q')).messages, 10);
    await world.scheduler.advance(INTERVAL_MS);
    assert.equal((await world.get('/api/queues/%2F/q')).messages_details.rate, 0);
  });

  it('come with samples where these are asked for', async () => {
    const world = await start({ 'management-samples-max': '4' });
    for (let i = 1; i <= 6; i++) {
      await world.publish('q', 'x');
      await world.scheduler.advance(INTERVAL_MS);
    }
    const query = 'lengths_age=60&lengths_incr=5&msg_rates_age=10&msg_rates_incr=10';
    const queue = await world.get(`/api/queues/%2F/q?${query}`);
    const { samples, avg, avg_rate } = queue.messages_details;
    assert.deepEqual(
      samples.map(({ sample }: { sample: number }) => sample),
      [6, 5, 4, 3],
      'no more than are kept',
    );
    assert.equal(samples[0].timestamp - samples[1].timestamp, INTERVAL_MS);
    assert.deepEqual([avg, avg_rate], [4.5, 0.2]);
    assert.equal(queue.message_stats.publish_details.samples.length, 2);
    const { json } = await world.expect(400, 'GET', '/api/queues/%2F/q?lengths_age=6000&lengths_incr=1');
    assert.match(json.reason, /^Invalid range parameters/);
  });

  it('of connections, channels and vhosts follow the bytes and messages of their clients', async () => {
    const world = await start();
    const client = await world.amqp.client();
    await world.scheduler.advance(INTERVAL_MS);
    for (let i = 0; i < 20; i++) client.publish(1, '', 'q', 'x');
    await world.scheduler.settle();
    await world.scheduler.advance(INTERVAL_MS);
    const [connection] = await world.get('/api/connections');
    assert.ok(connection.recv_oct_details.rate > 0);
    const [channel] = await world.get('/api/channels');
    assert.equal(channel.message_stats.publish_details.rate, 4);
    const vhost = await world.get('/api/vhosts/%2F');
    assert.equal(vhost.message_stats.publish_details.rate, 4);
    assert.equal(vhost.recv_oct_details.rate, connection.recv_oct_details.rate);
    const overview = await world.get('/api/overview');
    assert.equal(overview.message_stats.publish_details.rate, 4);
    assert.equal(world.fatal, undefined);
  });
});
