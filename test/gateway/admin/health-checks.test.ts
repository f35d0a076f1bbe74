import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

const OK = { status: 'ok' };

describe('health checks', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
  });

  it('find nothing amiss with a node that is well', async () => {
    for (const check of ['alarms', 'local-alarms', 'virtual-hosts', 'is-in-service', 'ready-to-serve-clients']) {
      assert.deepEqual(await world.get(`/api/health/checks/${check}`), OK, check);
    }
    for (const check of ['node-is-quorum-critical', 'node-is-mirror-sync-critical']) {
      assert.deepEqual(await world.get(`/api/health/checks/${check}`), { ...OK, reason: 'single node cluster' });
    }
    assert.deepEqual(await world.get('/api/healthchecks/node'), OK);
    assert.deepEqual(await world.get('/api/health/checks/certificate-expiration/2/weeks'), OK);
  });

  it('know the ports and protocols', async () => {
    assert.deepEqual(await world.get('/api/health/checks/port-listener/5672'), { ...OK, port: 5672 });
    const port = await world.expect(503, 'GET', '/api/health/checks/port-listener/1');
    assert.deepEqual(port.json, { status: 'failed', reason: 'No active listener', missing: 1, ports: [5672] });
    assert.deepEqual(await world.get('/api/health/checks/protocol-listener/amqp091'), { ...OK, protocol: 'amqp' });
    const protocol = await world.expect(503, 'GET', '/api/health/checks/protocol-listener/mqtt');
    assert.deepEqual(protocol.json.missing, 'mqtt');
    await world.expect(400, 'GET', '/api/health/checks/port-listener/x');
    await world.expect(400, 'GET', '/api/health/checks/certificate-expiration/x/days');
    await world.expect(400, 'GET', '/api/health/checks/certificate-expiration/1/eons');
    await world.expect(404, 'GET', '/api/health/checks/nothing');
  });

  it('send a message round', async () => {
    assert.deepEqual(await world.get('/api/aliveness-test/%2F'), OK);
    assert.equal((await world.get('/api/queues/%2F/aliveness-test')).messages, 0);
    assert.deepEqual(await world.get('/api/aliveness-test/%2F'), OK, 'again');
    await world.expect(404, 'GET', '/api/aliveness-test/none');
  });

  it('are about a node that says what it is', async () => {
    const [node] = await world.get('/api/nodes');
    assert.deepEqual(
      [node.name, node.running, node.type, node.os_pid, node.mem_used, node.disk_free, node.disk_free_alarm],
      ['trilog@1', true, 'disc', '4711', 123_456_789, 1_000_000_000, false],
    );
    assert.equal((await world.get('/api/nodes/trilog@1/memory')).memory.total.rss, 123_456_789);
    await world.expect(404, 'GET', '/api/nodes/other');
    const overview = await world.get('/api/overview');
    assert.deepEqual(
      [overview.product_name, overview.product_version, overview.rabbitmq_version, overview.node],
      ['Trilog', '1.2.3', '4.1.0', 'trilog@1'],
    );
    assert.deepEqual(overview.listeners[0].protocol, 'amqp');
  });

  it('tell of a full disk, and publishers are told too', async () => {
    const full = await AdminWorld.start();
    full.amqp.node.medium.freeBytes = () => Promise.resolve(0);
    await full.scheduler.advance(2000);
    const { json } = await full.expect(503, 'GET', '/api/health/checks/alarms');
    assert.equal(json.status, 'failed');
    assert.equal((await full.get('/api/nodes'))[0].disk_free_alarm, true);
    const body = { properties: {}, routing_key: 'q', payload: 'x', payload_encoding: 'string' };
    await full.expect(503, 'POST', '/api/exchanges/%2F/amq.default/publish', body);
    await full.expect(503, 'GET', '/api/aliveness-test/%2F');
  });
});
