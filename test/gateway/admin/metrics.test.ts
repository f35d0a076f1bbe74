import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

describe('metrics', () => {
  const read = async (world: AdminWorld, user = 'guest') => {
    return await world.request('GET', '/metrics', undefined, { user });
  };

  it('come in the form that Prometheus reads', async () => {
    const world = await AdminWorld.start({ 'management-cluster-name': 'a "quoted"\\name' });
    await world.expect(201, 'PUT', '/api/queues/%2F/q', {});
    await world.publish('q', 'x');
    const client = await world.amqp.client();
    client.publish(1, '', 'q', 'y');
    await world.scheduler.settle();
    const { status, headers, text } = await read(world);
    assert.equal(status, 200);
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
    const lines = text.trimEnd().split('\n');
    for (const line of lines) {
      assert.match(line, /^(# (TYPE|HELP) rabbitmq_\w+ .+|rabbitmq_\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? \d+)$/);
    }
    for (const line of [
      'rabbitmq_queues 1',
      'rabbitmq_queue_messages_ready 2',
      'rabbitmq_connections 1',
      'rabbitmq_channels 1',
      'rabbitmq_channel_messages_published_total 1',
      'rabbitmq_disk_space_available_bytes 1000000000',
      'rabbitmq_identity_info{rabbitmq_node="trilog@1",rabbitmq_cluster="a \\"quoted\\"\\\\name"} 1',
    ]) {
      assert.ok(lines.includes(line), line);
    }
    const names = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
    assert.equal(new Set(names).size, names.length);
  });

  it('are for those who may see everything', async () => {
    const world = await AdminWorld.start();
    await world.user('ann', 'management');
    await world.user('mon', 'monitoring');
    assert.equal((await read(world, 'ann')).status, 401);
    assert.equal((await read(world, 'mon')).status, 200);
  });
});
