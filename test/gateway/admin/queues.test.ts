import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

describe('queues over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
  });

  it('are declared once, again if nothing differs, and not if something does', async () => {
    const wanted = { durable: true, auto_delete: false, arguments: { 'x-max-length': 10 } };
    await world.expect(201, 'PUT', '/api/queues/%2F/q', wanted);
    await world.expect(204, 'PUT', '/api/queues/%2F/q', wanted);
    const { json } = await world.expect(400, 'PUT', '/api/queues/%2F/q', { durable: true, arguments: {} });
    assert.equal(json.error, 'bad_request');
    assert.match(
      json.reason,
      /^inequivalent arg 'x-max-length' for queue 'q' in vhost '\/': received none but current/,
    );
  });

  it('are declared by scripts that send every value as text', async () => {
    const wanted = { durable: 'true', auto_delete: 'false', node: 'trilog@1', vhost: '/', name: 'texts' };
    await world.expect(201, 'PUT', '/api/queues/%2F/texts', wanted);
    const queue = await world.get('/api/queues/%2F/texts');
    assert.equal(queue.durable, true);
    assert.equal(queue.auto_delete, false);
  });

  it('keep arguments with their types', async () => {
    const given = { 'x-message-ttl': 60_000, note: 'text', half: 1.5, yes: true, list: [1, 'a'], inner: { k: -1 } };
    await world.expect(201, 'PUT', '/api/queues/%2F/arguments', { durable: true, arguments: given });
    assert.deepEqual((await world.get('/api/queues/%2F/arguments')).arguments, given);
    const client = await world.amqp.client();
    const answer = await client.call(1, 'queue.declare', { queue: 'arguments', durable: true });
    assert.match(JSON.stringify(answer), /received none but current is the value '60000' of type 'long'/);
  });

  it('have names that must be percent-encoded', async () => {
    for (const name of ['a/b', 'a%2Fb', 'with space', 'plus+sign', 'ключ', '100%', '?#&=']) {
      const path = `/api/queues/%2F/${encodeURIComponent(name)}`;
      await world.expect(201, 'PUT', path, {});
      assert.equal((await world.get(path)).name, name);
      await world.expect(204, 'DELETE', path);
    }
  });

  it('show what KEDA asks for', async () => {
    await world.expect(201, 'PUT', '/api/queues/%2F/work', { durable: true });
    await world.publish('work', 'one');
    await world.publish('work', 'two');
    const queue = await world.get('/api/queues/%2F/work');
    assert.equal(queue.name, 'work');
    assert.equal(queue.messages, 2);
    assert.equal(queue.messages_ready, 2);
    assert.equal(queue.messages_unacknowledged, 0);
    assert.equal(queue.message_stats.publish, 2);
    assert.equal(typeof queue.message_stats.publish_details.rate, 'number');
    assert.equal(typeof queue.message_stats.deliver_get_details.rate, 'number');
    const paged = await world.get(
      '/api/queues/%2F?page=1&use_regex=true&pagination=false&name=%5Ework%24&page_size=100',
    );
    assert.deepEqual(
      paged.items.map((item: { name: string; messages: number }) => [item.name, item.messages]),
      [['work', 2]],
    );
  });

  it('show what Flower asks for', async () => {
    const queues = await world.get('/api/queues/%2F');
    const work = queues.find(({ name }: { name: string }) => name === 'work');
    assert.deepEqual([work.messages, work.messages_ready, work.messages_unacknowledged, work.consumers], [2, 2, 0, 0]);
  });

  it('say less where statistics are not wanted', async () => {
    const declared = await world.get('/api/queues/%2F/work?disable_stats=true');
    assert.equal('messages' in declared, false);
    assert.equal('message_stats' in declared, false);
    assert.deepEqual(declared.arguments, {});
    const totals = await world.get('/api/queues/%2F/work?disable_stats=true&enable_queue_totals=true');
    assert.equal(totals.messages, 2);
    assert.equal('message_stats' in totals, false);
  });

  it('show the policies that hold for them', async () => {
    const policy = { pattern: '^work$', definition: { 'max-length': 500 }, 'apply-to': 'queues' };
    await world.expect(201, 'PUT', '/api/policies/%2F/p', policy);
    const operator = { pattern: '^work$', definition: { 'max-length': 300 }, 'apply-to': 'queues' };
    await world.expect(201, 'PUT', '/api/operator-policies/%2F/o', operator);
    const queue = await world.get('/api/queues/%2F/work');
    assert.equal(queue.policy, 'p');
    assert.equal(queue.operator_policy, 'o');
    assert.deepEqual(queue.effective_policy_definition, { 'max-length': 300 });
  });

  it('are deleted only if they are empty, where that is asked for', async () => {
    const { json } = await world.expect(400, 'DELETE', '/api/queues/%2F/work?if-empty=true');
    assert.equal(json.reason, "queue 'work' in vhost '/' not empty");
    await world.expect(204, 'DELETE', '/api/queues/%2F/work/contents');
    await world.expect(204, 'DELETE', '/api/queues/%2F/work?if-empty=true&if-unused=true');
    const again = await world.expect(404, 'DELETE', '/api/queues/%2F/work');
    assert.deepEqual(again.json, { error: 'Object Not Found', reason: 'Not Found' });
  });

  it('of a connection are shown and left alone', async () => {
    const client = await world.amqp.client();
    await client.call(1, 'queue.declare', { queue: 'mine', exclusive: true });
    const queue = await world.get('/api/queues/%2F/mine');
    assert.equal(queue.exclusive, true);
    assert.equal(queue.owner_pid_details.peer_host, '127.0.0.1');
    for (const [method, path] of [
      ['PUT', '/api/queues/%2F/mine'],
      ['DELETE', '/api/queues/%2F/mine'],
      ['DELETE', '/api/queues/%2F/mine/contents'],
    ] as const) {
      const { json } = await world.expect(400, method, path);
      assert.match(json.reason, /^cannot obtain exclusive access to locked queue 'mine' in vhost '\/'/);
    }
  });

  it('can not be made on a node that does not exist, nor for a connection that nobody has', async () => {
    const elsewhere = await world.expect(400, 'PUT', '/api/queues/%2F/n', { node: 'rabbit@other' });
    assert.equal(elsewhere.json.reason, 'Node rabbit@other could not be contacted');
    const exclusive = await world.expect(400, 'PUT', '/api/queues/%2F/n', { exclusive: true });
    assert.match(exclusive.json.reason, /^an exclusive queue belongs to a connection/);
    await world.expect(404, 'GET', '/api/queues/%2F/n');
  });

  it('answer actions that have nothing to do here', async () => {
    await world.expect(204, 'POST', '/api/queues/%2F/q/actions', { action: 'sync' });
    await world.expect(400, 'POST', '/api/queues/%2F/q/actions', { action: 'dance' });
    await world.expect(404, 'POST', '/api/queues/%2F/none/actions', { action: 'sync' });
  });
});
