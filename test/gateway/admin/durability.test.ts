import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

const TURNS = 200;

/** Lets the event loop go round without letting the disk do anything. */
async function whileTheDiskRests(promise: Promise<unknown>): Promise<'answered' | 'waits'> {
  let isSettled = false;
  const done = () => {
    isSettled = true;
  };
  promise.then(done, done);
  for (let turn = 0; turn < TURNS && !isSettled; turn++) await new Promise((resolve) => setImmediate(resolve));
  return isSettled ? 'answered' : 'waits';
}

const CHANGES: readonly [method: string, path: string, body?: object][] = [
  ['PUT', '/api/queues/%2F/new', { durable: true }],
  ['DELETE', '/api/queues/%2F/q'],
  ['PUT', '/api/exchanges/%2F/new', { type: 'direct', durable: true }],
  ['POST', '/api/bindings/%2F/e/amq.direct/q/q', {}],
  ['PUT', '/api/vhosts/new'],
  ['PUT', '/api/users/new', { password: 'x', tags: '' }],
  ['PUT', '/api/permissions/%2F/guest', { configure: '.*', write: '.*', read: '.*' }],
  ['PUT', '/api/policies/%2F/p', { pattern: 'x', definition: { 'max-length': 1 } }],
  ['POST', '/api/definitions', { queues: [{ name: 'imported', vhost: '/', durable: true }] }],
  [
    'POST',
    '/api/exchanges/%2F/amq.default/publish',
    { properties: { delivery_mode: 2 }, routing_key: 'q', payload: 'x', payload_encoding: 'string' },
  ],
];

describe('the answer to a change', () => {
  for (const [method, path, body] of CHANGES) {
    it(`leaves when the change is on disk: ${method} ${path}`, async () => {
      const world = await AdminWorld.start();
      await world.expect(201, 'PUT', '/api/queues/%2F/q', { durable: true });
      const answer = world.begin(method, path, body);
      assert.equal(await whileTheDiskRests(answer), 'waits');
      assert.ok((await world.settled(answer)).status < 300);
    });
  }

  it('is not waited for by those who only look', async () => {
    const world = await AdminWorld.start();
    const change = world.begin('PUT', '/api/queues/%2F/q', { durable: true });
    assert.equal(await whileTheDiskRests(change), 'waits');
    assert.equal(await whileTheDiskRests(world.begin('GET', '/api/queues')), 'answered');
    await world.settled(change);
  });

  it('holds after a power cut', async () => {
    const world = await AdminWorld.start();
    await world.expect(204, 'POST', '/api/definitions', {
      vhosts: [{ name: 'v' }],
      users: [{ name: 'u', password_hash: '', tags: 'management' }],
      queues: [{ name: 'q', vhost: 'v', durable: true }],
      policies: [{ name: 'p', vhost: 'v', pattern: '.*', definition: { 'max-length': 9 } }],
    });
    const body = { properties: { delivery_mode: 2 }, routing_key: 'q', payload: 'kept', payload_encoding: 'string' };
    await world.expect(200, 'POST', '/api/exchanges/v/amq.default/publish', body);
    await world.restart();
    assert.equal((await world.get('/api/queues/v/q')).policy, 'p');
    await world.get('/api/users/u');
    const wish = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' };
    const [message] = (await world.expect(200, 'POST', '/api/queues/v/q/get', wish)).json;
    assert.equal(message.payload, 'kept');
  });

  it('is that nothing is certain, when the node ends before', async () => {
    const world = await AdminWorld.start();
    const change = world.begin('PUT', '/api/queues/%2F/q', { durable: true });
    assert.equal(await whileTheDiskRests(change), 'waits');
    await world.management.freeze();
    world.management.server.close();
    const { status, json } = await change;
    assert.deepEqual([status, json.error], [503, 'service_unavailable']);
  });

  it('is a refusal once the node is stopping', async () => {
    const world = await AdminWorld.start();
    await world.management.freeze();
    const { json } = await world.expect(503, 'PUT', '/api/queues/%2F/q', {});
    assert.equal(json.reason, 'the node is stopping');
  });
});
