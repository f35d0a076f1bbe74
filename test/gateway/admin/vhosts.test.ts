import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld } from './world.ts';

describe('vhosts over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
  });

  it('are made with or without a description, and belong to who makes them', async () => {
    await world.expect(201, 'PUT', '/api/vhosts/plain');
    await world.expect(204, 'PUT', '/api/vhosts/plain');
    const about = { description: 'd', tags: 'a,b', default_queue_type: 'quorum' };
    await world.expect(201, 'PUT', '/api/vhosts/full', about);
    const shown = await world.get('/api/vhosts/full');
    assert.deepEqual(
      [shown.name, shown.description, shown.tags, shown.default_queue_type, shown.tracing],
      ['full', 'd', ['a', 'b'], 'quorum', false],
    );
    assert.deepEqual(shown.cluster_state, { 'trilog@1': 'running' });
    assert.deepEqual(await world.get('/api/vhosts/full/permissions'), [
      { user: 'guest', vhost: 'full', configure: '.*', write: '.*', read: '.*' },
    ]);
    await world.expect(201, 'PUT', '/api/queues/full/q', { durable: true });
    assert.equal((await world.get('/api/queues/full/q')).type, 'quorum');
  });

  it('count what is in them', async () => {
    await world.expect(201, 'PUT', '/api/queues/plain/q', {});
    const body = { properties: {}, routing_key: 'q', payload: 'x', payload_encoding: 'string' };
    await world.expect(200, 'POST', '/api/exchanges/plain/amq.default/publish', body);
    const vhosts = await world.get('/api/vhosts?columns=name,messages');
    assert.deepEqual(vhosts, [
      { name: '/', messages: 0 },
      { name: 'full', messages: 0 },
      { name: 'plain', messages: 1 },
    ]);
  });

  it('go with everything in them, but for the first one', async () => {
    await world.expect(204, 'DELETE', '/api/vhosts/plain');
    await world.expect(404, 'DELETE', '/api/vhosts/plain');
    await world.expect(404, 'GET', '/api/queues/plain/q');
    assert.equal((await world.get('/api/permissions')).length, 2);
    await world.expect(401, 'DELETE', '/api/vhosts/%2F');
  });

  it('refuse what they can not have', async () => {
    await world.expect(400, 'PUT', '/api/vhosts/t', { tracing: true });
    await world.expect(400, 'PUT', '/api/vhosts/t', { default_queue_type: 'zz' });
    await world.expect(400, 'PUT', '/api/vhosts/t', { tags: 5 });
    await world.expect(400, 'PUT', `/api/vhosts/${'v'.repeat(256)}`);
    await world.expect(404, 'GET', '/api/vhosts/t');
  });

  it('have limits, at their own address or as a parameter', async () => {
    await world.expect(204, 'PUT', '/api/vhost-limits/full/max-queues', { value: 1 });
    await world.expect(204, 'PUT', '/api/vhost-limits/full/max-connections', { value: 7 });
    const value = { 'max-queues': 1, 'max-connections': 7 };
    assert.deepEqual(await world.get('/api/vhost-limits'), [{ vhost: 'full', value }]);
    const parameter = { component: 'vhost-limits', vhost: 'full', name: 'limits', value };
    assert.deepEqual(await world.get('/api/parameters'), [parameter]);
    assert.deepEqual(await world.get('/api/parameters/vhost-limits/full/limits'), parameter);
    const { json } = await world.expect(400, 'PUT', '/api/queues/full/another', {});
    assert.match(json.reason, /limit/);
    await world.expect(204, 'PUT', '/api/parameters/vhost-limits/full/limits', { value: { 'max-queues': 2 } });
    assert.deepEqual(await world.get('/api/vhost-limits/full'), [{ vhost: 'full', value: { 'max-queues': 2 } }]);
    await world.expect(201, 'PUT', '/api/queues/full/another', {});
    await world.expect(204, 'DELETE', '/api/vhost-limits/full/max-queues');
    await world.expect(204, 'DELETE', '/api/vhost-limits/full/max-queues');
    assert.deepEqual(await world.get('/api/parameters'), []);
  });

  it('refuse limits that are none', async () => {
    await world.expect(400, 'PUT', '/api/vhost-limits/full/nope', { value: 1 });
    await world.expect(400, 'PUT', '/api/vhost-limits/full/max-queues', { value: '1' });
    await world.expect(400, 'PUT', '/api/vhost-limits/full/max-queues', { value: 1.5 });
    await world.expect(400, 'PUT', '/api/vhost-limits/full/max-queues', {});
    await world.expect(404, 'PUT', '/api/vhost-limits/none/max-queues', { value: 1 });
  });
});

describe('policies and parameters over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
  });

  it('are set, shown and deleted', async () => {
    for (const kind of ['policies', 'operator-policies']) {
      const path = `/api/${kind}/%2F/p`;
      const policy = { pattern: '^a', definition: { 'max-length': 5 }, priority: 1, 'apply-to': 'queues' };
      await world.expect(201, 'PUT', path, policy);
      await world.expect(204, 'PUT', path, { pattern: '^a', definition: { 'max-length': 6 } });
      const shown = {
        vhost: '/',
        name: 'p',
        pattern: '^a',
        'apply-to': 'all',
        definition: { 'max-length': 6 },
        priority: 0,
      };
      assert.deepEqual(await world.get(path), shown);
      assert.deepEqual(await world.get(`/api/${kind}`), [shown]);
      assert.deepEqual(await world.get(`/api/${kind}/%2F`), [shown]);
      await world.expect(204, 'DELETE', path);
      await world.expect(404, 'DELETE', path);
    }
  });

  const refused: [what: string, body: object, reason: RegExp][] = [
    ['without a pattern', { definition: { 'max-length': 6 } }, /key_missing,pattern/],
    ['without a definition', { pattern: '^a' }, /key_missing,definition/],
    [
      'with a broken pattern',
      { pattern: '(', definition: { 'max-length': 6 } },
      /pattern should be regular expression/,
    ],
    ['with an unknown setting', { pattern: '^a', definition: { nosuch: 6 } }, /nosuch are not recognised/],
    ['with a text for a number', { pattern: '^a', definition: { 'max-length': 'x' } }, /not a valid maximum length/],
    ['with no object', { pattern: '^a', definition: 5 }, /definition should be an object/],
    ['with a priority that is text', { pattern: '^a', definition: { 'max-length': 5 }, priority: '1' }, /priority/],
    ['for what there is not', { pattern: '^a', definition: { 'max-length': 5 }, 'apply-to': 'x' }, /apply-to 'x'/],
  ];
  for (const [what, body, reason] of refused) {
    it(`are not set ${what}`, async () => {
      const { json } = await world.expect(400, 'PUT', '/api/policies/%2F/bad', body);
      assert.match(json.reason, reason);
    });
  }

  it('that nobody has can not be set', async () => {
    const unknown = await world.expect(400, 'PUT', '/api/parameters/shovel/%2F/x', { value: {} });
    assert.equal(unknown.json.reason, 'component shovel not found');
    const policy = await world.expect(400, 'PUT', '/api/parameters/policy/%2F/x', { value: {} });
    assert.equal(policy.json.reason, 'policies may not be set using this method');
    await world.expect(404, 'DELETE', '/api/parameters/shovel/%2F/x');
    await world.expect(400, 'PUT', '/api/global-parameters/mine', { value: 1 });
  });

  it('include the name of the cluster', async () => {
    const names = (await world.get('/api/global-parameters')).map(({ name }: { name: string }) => name);
    assert.deepEqual(names, ['cluster_name', 'internal_cluster_id']);
    assert.equal((await world.get('/api/global-parameters/cluster_name')).value, 'trilog@1');
    assert.deepEqual(await world.get('/api/cluster-name'), { name: 'trilog@1' });
    await world.expect(400, 'PUT', '/api/cluster-name', { name: 'other' });
  });
});
