import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdminWorld, basic } from './world.ts';

const DEFINITIONS = {
  rabbitmq_version: '3.13.0',
  vhosts: [{ name: '/' }, { name: 'dv', description: 'd', tags: ['t'], metadata: { default_queue_type: 'quorum' } }],
  users: [
    {
      name: 'du',
      password_hash: 'NckajA7lXFoRni0jETwTUYJXF0T6FqJf+ae3YwJPsYnma+Nh',
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: 'management',
      limits: { 'max-channels': 9 },
    },
  ],
  permissions: [{ user: 'du', vhost: 'dv', configure: '.*', write: '.*', read: '.*' }],
  topic_permissions: [{ user: 'du', vhost: 'dv', exchange: 'dx', write: '^a', read: '.*' }],
  parameters: [
    { component: 'vhost-limits', vhost: 'dv', name: 'limits', value: { 'max-queues': 4 } },
    {
      component: 'operator_policy',
      vhost: 'dv',
      name: 'op',
      value: { pattern: '.*', definition: { 'max-length': 2 }, 'apply-to': 'queues', priority: 0 },
    },
  ],
  global_parameters: [{ name: 'cluster_name', value: 'elsewhere' }],
  policies: [
    { vhost: 'dv', name: 'p', pattern: '.*', 'apply-to': 'queues', definition: { 'max-length': 3 }, priority: 7 },
  ],
  queues: [
    { name: 'dq', vhost: 'dv', durable: true, auto_delete: false, arguments: { 'x-max-length': 5 } },
    { name: 'typed', vhost: 'dv', durable: true, auto_delete: false, type: 'quorum', arguments: {} },
  ],
  exchanges: [
    { name: 'dx', vhost: 'dv', type: 'topic', durable: true, auto_delete: false, internal: false, arguments: {} },
  ],
  bindings: [
    { source: 'dx', vhost: 'dv', destination: 'dq', destination_type: 'queue', routing_key: '#', arguments: { a: 1 } },
    { source: 'dx', vhost: 'dv', destination: 'dx', destination_type: 'exchange', routing_key: 'x', arguments: {} },
  ],
};

describe('definitions', () => {
  it('make what they describe', async () => {
    const world = await AdminWorld.start();
    await world.expect(204, 'POST', '/api/definitions', DEFINITIONS);
    assert.equal((await world.get('/api/vhosts/dv')).default_queue_type, 'quorum');
    const queue = await world.get('/api/queues/dv/dq');
    assert.deepEqual([queue.policy, queue.operator_policy, queue.type], ['p', 'op', 'quorum']);
    assert.equal((await world.get('/api/queues/dv/typed')).type, 'quorum');
    assert.equal((await world.get('/api/bindings/dv')).length, 4);
    assert.deepEqual(await world.get('/api/user-limits/du'), [{ user: 'du', value: { 'max-channels': 9 } }]);
    const headers = { authorization: basic('du', 'guest') };
    assert.equal((await world.get('/api/whoami', { headers })).name, 'du');
  });

  it('come out as they can go in again, into another node', async () => {
    const one = await AdminWorld.start();
    await one.expect(204, 'POST', '/api/definitions', DEFINITIONS);
    const exported = await one.get('/api/definitions');
    const other = await AdminWorld.start();
    await other.expect(204, 'POST', '/api/definitions', exported);
    assert.deepEqual(await other.get('/api/definitions'), exported);
  });

  it('leave alone what is there, but for what can change', async () => {
    const world = await AdminWorld.start();
    await world.expect(204, 'POST', '/api/definitions', DEFINITIONS);
    const changed = {
      queues: [{ name: 'dq', vhost: 'dv', durable: true, auto_delete: true, arguments: {} }],
      policies: [{ vhost: 'dv', name: 'p', pattern: '^none$', definition: { 'max-length': 1 } }],
    };
    await world.expect(204, 'POST', '/api/definitions', changed);
    const queue = await world.get('/api/queues/dv/dq');
    assert.deepEqual([queue.auto_delete, queue.arguments, queue.policy], [false, { 'x-max-length': 5 }, undefined]);
  });

  it('of a vhost go into another one', async () => {
    const world = await AdminWorld.start();
    await world.expect(204, 'POST', '/api/definitions', DEFINITIONS);
    const exported = await world.get('/api/definitions/dv');
    assert.equal('users' in exported, false);
    assert.equal('vhost' in exported.queues[0], false);
    await world.expect(201, 'PUT', '/api/vhosts/copy');
    await world.expect(204, 'POST', '/api/definitions/copy', { ...exported, users: [{ name: 'intruder' }] });
    assert.equal((await world.get('/api/queues/copy')).length, 2);
    assert.equal((await world.get('/api/bindings/copy')).length, 4);
    assert.equal((await world.get('/api/policies/copy')).length, 1);
    await world.expect(404, 'GET', '/api/users/intruder');
    await world.expect(404, 'POST', '/api/definitions/none', exported);
  });

  it('do not have what belongs to a connection', async () => {
    const world = await AdminWorld.start();
    const client = await world.amqp.client();
    await client.call(1, 'queue.declare', { queue: 'mine', exclusive: true });
    await client.call(1, 'queue.bind', { queue: 'mine', exchange: 'amq.direct', routingKey: 'k' });
    const { queues, bindings, exchanges } = await world.get('/api/definitions');
    assert.deepEqual([queues, bindings, exchanges], [[], [], []]);
  });

  it('leave out what can not be here, and go on', async () => {
    const world = await AdminWorld.start();
    const odd = {
      queues: [
        { name: 'amq.gen-abc', vhost: '/', durable: true },
        { name: 'good', vhost: '/' },
      ],
      bindings: [
        { source: 'none', vhost: '/', destination: 'good', destination_type: 'queue', routing_key: '', arguments: {} },
        { source: '', vhost: '/', destination: 'good', destination_type: 'queue', routing_key: 'good', arguments: {} },
      ],
    };
    await world.expect(204, 'POST', '/api/definitions', odd);
    assert.deepEqual((await world.get('/api/queues?columns=name')).map(Object.values), [['good']]);
    const line = world.amqp.node.lines.find(({ message }) => message === 'definitions were left out');
    assert.match(JSON.stringify(line), /"count":2.*amq\.gen-abc/);
  });

  const refused: [what: string, body: object, reason: RegExp][] = [
    ['no list', { queues: 5 }, /^queues should be a list$/],
    ['no object', { queues: [5] }, /^queues\[0\] should be an object$/],
    [
      'a queue without a name',
      { queues: [{ name: 'a', vhost: '/' }, { vhost: '/' }] },
      /^queues\[1\]: .*key_missing,name/,
    ],
    ['a user without tags', { users: [{ name: 'a' }] }, /^users\[0\]: tags must be/],
    [
      'a destination that is neither',
      { bindings: [{ vhost: '/', source: 'a', destination: 'b', destination_type: 'x' }] },
      /^bindings\[0\]: /,
    ],
    ['a vhost that does not exist', { queues: [{ name: 'a', vhost: 'nope' }] }, /^vhost 'nope' not found$/],
    [
      'a component that does not exist',
      { parameters: [{ component: 'c', vhost: '/', name: 'n', value: 1 }] },
      /component c/,
    ],
  ];
  for (const [what, body, reason] of refused) {
    it(`are refused with ${what}`, async () => {
      const world = await AdminWorld.start();
      const { json } = await world.expect(400, 'POST', '/api/definitions', { vhosts: [], ...body });
      assert.match(json.reason, reason);
      assert.deepEqual(await world.get('/api/queues'), []);
    });
  }

  it('can be saved under a name, and are not taken as a form', async () => {
    const world = await AdminWorld.start();
    const { headers } = await world.expect(200, 'GET', '/api/definitions?download=mine.json');
    assert.equal(headers['content-disposition'], 'attachment; filename="mine.json"');
    const sly = await world.expect(200, 'GET', '/api/definitions?download=%22%0d%0ax');
    assert.equal(sly.headers['content-disposition'], undefined);
    const form = { raw: '--X--', headers: { 'content-type': 'multipart/form-data; boundary=X' } };
    await world.expect(415, 'POST', '/api/definitions', undefined, form);
  });

  it('of ten thousand queues go in while others are served', async () => {
    const world = await AdminWorld.start();
    const queues = Array.from({ length: 10_000 }, (_, i) => ({ name: `q${i}`, vhost: '/', durable: true }));
    await world.expect(204, 'POST', '/api/definitions', { queues });
    const page = await world.get('/api/queues?page=100&page_size=100&columns=name');
    assert.deepEqual([page.total_count, page.item_count], [10_000, 100]);
  });
});
