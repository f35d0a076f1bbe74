import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld, basic } from './world.ts';

const ALL = { configure: '.*', write: '.*', read: '.*' };

describe('users over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
  });

  it('are made with a password or the hash of one', async () => {
    await world.expect(201, 'PUT', '/api/users/ann', { password: 'secret', tags: 'management, monitoring' });
    await world.expect(204, 'PUT', '/api/users/ann', { password: 'secret', tags: ['management'] });
    const { password_hash, hashing_algorithm, tags } = await world.get('/api/users/ann');
    assert.deepEqual(tags, ['management']);
    await world.expect(201, 'PUT', '/api/users/bob', { password_hash, hashing_algorithm, tags: 'management' });
    const headers = { authorization: basic('bob', 'secret') };
    assert.deepEqual(await world.get('/api/whoami', { headers }), { name: 'bob', tags: ['management'] });
  });

  it('can not log in without a password', async () => {
    await world.expect(201, 'PUT', '/api/users/mute', { password_hash: '', tags: 'management' });
    const headers = { authorization: basic('mute', '') };
    await world.expect(401, 'GET', '/api/whoami', undefined, { headers });
  });

  const refused: [what: string, body: object, reason: RegExp][] = [
    ['no tags', { password: 'x' }, /tags must be a list of texts/],
    ['a number for a password', { password: 5, tags: '' }, /password must be a text/],
    ['a hash that is none', { password_hash: '!!', tags: '' }, /is base64 of 36 bytes/],
    ['both a password and a hash', { password: 'x', password_hash: 'aa', tags: '' }, /both a password and the hash/],
    ['an unknown algorithm', { password: 'x', hashing_algorithm: 'rot13', tags: '' }, /no hashing algorithm 'rot13'/],
  ];
  for (const [what, body, reason] of refused) {
    it(`are not made with ${what}`, async () => {
      const { json } = await world.expect(400, 'PUT', '/api/users/nobody', body);
      assert.match(json.reason, reason);
      await world.expect(404, 'GET', '/api/users/nobody');
    });
  }

  it('without permissions are listed apart', async () => {
    const names = async () =>
      (await world.get('/api/users/without-permissions')).map(({ name }: { name: string }) => name);
    assert.deepEqual(await names(), ['ann', 'bob', 'mute']);
    await world.expect(201, 'PUT', '/api/permissions/%2F/ann', ALL);
    assert.deepEqual(await names(), ['bob', 'mute']);
  });

  it('are deleted one by one or together, all or none', async () => {
    const { json } = await world.expect(400, 'POST', '/api/users/bulk-delete', { users: ['bob', 'nobody'] });
    assert.equal(json.reason, 'no_such_user: nobody');
    await world.get('/api/users/bob');
    await world.expect(400, 'POST', '/api/users/bulk-delete', { users: 'bob' });
    await world.expect(204, 'POST', '/api/users/bulk-delete', { users: ['bob', 'mute', 'bob'] });
    await world.expect(404, 'GET', '/api/users/bob');
    await world.expect(204, 'DELETE', '/api/users/ann');
    await world.expect(404, 'DELETE', '/api/users/ann');
  });

  it('have limits', async () => {
    await world.user('limited', 'management');
    await world.expect(204, 'PUT', '/api/user-limits/limited/max-connections', { value: 100 });
    await world.expect(204, 'PUT', '/api/user-limits/limited/max-channels', { value: 7 });
    const value = { 'max-connections': 100, 'max-channels': 7 };
    assert.deepEqual(await world.get('/api/user-limits'), [{ user: 'limited', value }]);
    assert.deepEqual(await world.get('/api/user-limits/limited'), [{ user: 'limited', value }]);
    await world.expect(400, 'PUT', '/api/user-limits/limited/nope', { value: 7 });
    await world.expect(400, 'PUT', '/api/user-limits/limited/max-channels', { value: '7' });
    await world.expect(400, 'PUT', '/api/user-limits/nobody/max-channels', { value: 7 });
    await world.expect(204, 'DELETE', '/api/user-limits/limited/max-channels');
    await world.expect(204, 'DELETE', '/api/user-limits/limited/max-channels');
    await world.expect(204, 'DELETE', '/api/user-limits/limited/max-connections');
    assert.deepEqual(await world.get('/api/user-limits'), []);
    await world.expect(404, 'GET', '/api/user-limits/nobody');
  });
});

describe('permissions over HTTP', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
    await world.user('ann', 'management', []);
  });

  it('are set, shown, and cleared', async () => {
    const patterns = { configure: '^ann', write: '.*', read: '' };
    await world.expect(201, 'PUT', '/api/permissions/%2F/ann', patterns);
    await world.expect(204, 'PUT', '/api/permissions/%2F/ann', patterns);
    const shown = { user: 'ann', vhost: '/', ...patterns };
    assert.deepEqual(await world.get('/api/permissions/%2F/ann'), shown);
    assert.deepEqual(await world.get('/api/users/ann/permissions'), [shown]);
    assert.equal((await world.get('/api/vhosts/%2F/permissions')).length, 2);
    assert.equal((await world.get('/api/permissions/')).length, 2);
    await world.expect(204, 'DELETE', '/api/permissions/%2F/ann');
    await world.expect(404, 'DELETE', '/api/permissions/%2F/ann');
    await world.expect(404, 'GET', '/api/permissions/%2F/ann');
  });

  it('are complete, are expressions, and are of somebody somewhere', async () => {
    const missing = await world.expect(400, 'PUT', '/api/permissions/%2F/ann', { configure: '' });
    assert.equal(missing.json.reason, '[{key_missing,write},{key_missing,read}]');
    await world.expect(400, 'PUT', '/api/permissions/%2F/ann', { ...ALL, read: '(' });
    await world.expect(400, 'PUT', '/api/permissions/%2F/nobody', ALL);
    await world.expect(404, 'PUT', '/api/permissions/nowhere/ann', ALL);
  });

  it('on topics are set, shown, and cleared', async () => {
    const patterns = { exchange: 'amq.topic', write: '^a', read: '.*' };
    await world.expect(201, 'PUT', '/api/topic-permissions/%2F/ann', patterns);
    await world.expect(204, 'PUT', '/api/topic-permissions/%2F/ann', { ...patterns, exchange: 'other' });
    const shown = { user: 'ann', vhost: '/', ...patterns };
    assert.deepEqual(await world.get('/api/topic-permissions/%2F/ann/amq.topic'), [shown]);
    for (const path of [
      '/api/topic-permissions',
      '/api/users/ann/topic-permissions',
      '/api/vhosts/%2F/topic-permissions',
    ]) {
      assert.equal((await world.get(path)).length, 2, path);
    }
    await world.expect(204, 'DELETE', '/api/topic-permissions/%2F/ann/other');
    assert.deepEqual(await world.get('/api/topic-permissions/%2F/ann'), [shown]);
    await world.expect(204, 'DELETE', '/api/topic-permissions/%2F/ann');
    await world.expect(404, 'DELETE', '/api/topic-permissions/%2F/ann');
    await world.expect(400, 'PUT', '/api/topic-permissions/%2F/ann', { exchange: 'x', write: '(', read: '' });
  });
});
