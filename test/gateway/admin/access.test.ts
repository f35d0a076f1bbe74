/** Who may see and do what: RabbitMQ 3.10 gave these very answers to the same users, but where a comment says otherwise. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AdminWorld, basic } from './world.ts';

const USERS = ['administrator', 'monitoring', 'policymaker', 'management', 'limited', 'homeless', 'untagged'] as const;

/** The status for each of the users; `200/n` is a list of n. */
type Row = readonly [method: string, path: string, statuses: string, body?: unknown];

const ALL = '200 200 200 200 200 200 401';
const MONITORING = '200 200 401 401 401 401 401';
const ADMINISTRATOR = '200 401 401 401 401 401 401';
const OF_VHOST = '200 200 200 200 200 401 401';
const OTHER_VHOST = '200 401 401 401 401 401 401';
const PATTERNS = { configure: '.*', write: '.*', read: '.*' };
const POLICY = { pattern: '^zz', definition: { 'max-length': 5 }, 'apply-to': 'queues' };

const READS: readonly Row[] = [
  ['GET', '/api/whoami', ALL],
  ['GET', '/api/overview', ALL],
  ['GET', '/api/cluster-name', ALL],
  ['GET', '/api/extensions', '200/0 200/0 200/0 200/0 200/0 200/0 401'],
  ['GET', '/api/nodes', '200/1 200/1 401 401 401 401 401'],
  ['GET', '/api/nodes/trilog@1', MONITORING],
  ['GET', '/api/auth/attempts/trilog@1', '200/1 200/1 401 401 401 401 401'],
  ['GET', '/api/definitions', ADMINISTRATOR],
  ['GET', '/api/definitions/%2F', ADMINISTRATOR],
  ['GET', '/api/exchanges', '200/15 200/8 200/8 200/8 200/8 200/0 401'],
  ['GET', '/api/exchanges/%2F', '200/8 200/8 200/8 200/8 200/8 401 401'],
  ['GET', '/api/exchanges/other', '200/7 401 401 401 401 401 401'],
  ['GET', '/api/exchanges/%2F/x', OF_VHOST],
  ['GET', '/api/exchanges/%2F/x/bindings/source', '200/0 200/0 200/0 200/0 200/0 401 401'],
  ['GET', '/api/queues', '200/2 200/1 200/1 200/1 200/1 200/0 401'],
  ['GET', '/api/queues/%2F', '200/1 200/1 200/1 200/1 200/1 401 401'],
  ['GET', '/api/queues/other', '200/1 401 401 401 401 401 401'],
  ['GET', '/api/queues/%2F/q', OF_VHOST],
  ['GET', '/api/queues/other/qo', OTHER_VHOST],
  ['GET', '/api/bindings', '200/2 200/1 200/1 200/1 200/1 200/0 401'],
  ['GET', '/api/bindings/other', '200/1 401 401 401 401 401 401'],
  ['GET', '/api/vhosts', '200/2 200/2 200/1 200/1 200/1 200/0 401'],
  // Newer versions than 3.10 let those see a vhost who may use it, and monitoring every one.
  ['GET', '/api/vhosts/%2F', '200 200 200 200 200 401 401'],
  ['GET', '/api/vhosts/other', MONITORING],
  ['GET', '/api/vhosts/%2F/permissions', '200/6 401 401 401 401 401 401'],
  ['GET', '/api/vhosts/%2F/connections', '200/0 200/0 200/0 200/0 200/0 401 401'],
  ['GET', '/api/users', '200/8 401 401 401 401 401 401'],
  ['GET', '/api/users/management', ADMINISTRATOR],
  ['GET', '/api/users/management/permissions', '200/1 401 401 401 401 401 401'],
  ['GET', '/api/permissions', '200/7 401 401 401 401 401 401'],
  ['GET', '/api/permissions/%2F/management', ADMINISTRATOR],
  ['GET', '/api/topic-permissions', '200/0 401 401 401 401 401 401'],
  ['GET', '/api/user-limits', '200/0 200/0 200/0 200/0 200/0 200/0 401'],
  ['GET', '/api/vhost-limits', '200/0 200/0 200/0 200/0 200/0 200/0 401'],
  ['GET', '/api/vhost-limits/%2F', '200/0 200/0 200/0 200/0 200/0 401 401'],
  ['GET', '/api/parameters', '200/0 401 200/0 401 401 401 401'],
  ['GET', '/api/global-parameters', '200/2 401 200/2 401 401 401 401'],
  ['GET', '/api/policies', '200/1 200/1 200/1 200/1 200/1 200/0 401'],
  ['GET', '/api/policies/%2F', '200/1 200/1 200/1 200/1 200/1 401 401'],
  ['GET', '/api/policies/%2F/p', '200 401 200 401 401 401 401'],
  ['GET', '/api/policies/other', '200/0 401 401 401 401 401 401'],
  ['GET', '/api/operator-policies', '200/0 200/0 200/0 200/0 200/0 200/0 401'],
  ['GET', '/api/health/checks/alarms', ALL],
  ['GET', '/api/health/checks/port-listener/1', '503 503 503 503 503 503 401'],
  // 3.10 fails inside where it should ask whose connection it is.
  ['GET', '/api/connections/none', '404 404 404 404 404 404 401'],
  ['GET', '/api/connections/username/management', '200/0 200/0 401 200/0 401 401 401'],
  ['GET', '/api/consumers', '200/0 200/0 200/0 200/0 200/0 200/0 401'],
];

const WRITES: readonly Row[] = [
  ['PUT', '/api/cluster-name', '204 401 401 401 401 401 401', { name: 'trilog@1' }],
  ['PUT', '/api/vhosts/new', '201 401 401 401 401 401 401'],
  ['DELETE', '/api/vhosts/new', '204 401 401 401 401 401 401'],
  ['PUT', '/api/users/new', '201 401 401 401 401 401 401', { password: 'x', tags: '' }],
  ['DELETE', '/api/users/new', '204 401 401 401 401 401 401'],
  ['POST', '/api/users/bulk-delete', '204 401 401 401 401 401 401', { users: [] }],
  ['PUT', '/api/permissions/%2F/monitoring', '204 401 401 401 401 401 401', PATTERNS],
  ['PUT', '/api/topic-permissions/%2F/monitoring', '201 401 401 401 401 401 401', { ...PATTERNS, exchange: 'x' }],
  ['DELETE', '/api/topic-permissions/%2F/monitoring', '204 401 401 401 401 401 401'],
  ['PUT', '/api/policies/%2F/new-{user}', '201 401 201 401 401 401 401', POLICY],
  ['DELETE', '/api/policies/%2F/new-{user}', '204 401 204 401 401 401 401'],
  ['PUT', '/api/operator-policies/%2F/new', '201 401 401 401 401 401 401', POLICY],
  ['DELETE', '/api/operator-policies/%2F/new', '204 401 401 401 401 401 401'],
  ['PUT', '/api/vhost-limits/%2F/max-queues', '204 401 401 401 401 401 401', { value: 1000 }],
  ['DELETE', '/api/vhost-limits/%2F/max-queues', '204 401 401 401 401 401 401'],
  ['PUT', '/api/user-limits/monitoring/max-channels', '204 401 401 401 401 401 401', { value: 1000 }],
  ['DELETE', '/api/user-limits/monitoring/max-channels', '204 401 401 401 401 401 401'],
  ['PUT', '/api/parameters/none/%2F/x', '400 401 400 401 401 401 401', { value: 1 }],
  ['PUT', '/api/queues/%2F/new-{user}', '201 201 201 201 401 401 401', {}],
  ['PUT', '/api/queues/other/new-{user}', '401 401 401 401 401 401 401', {}],
  ['DELETE', '/api/queues/%2F/q/contents', '204 204 204 204 401 401 401'],
  ['POST', '/api/bindings/%2F/e/x/q/new-{user}', '201 201 201 201 401 401 401', {}],
  ['DELETE', '/api/bindings/%2F/e/x/q/new-{user}/~', '204 204 204 204 404 401 401'],
  ['DELETE', '/api/queues/%2F/new-{user}', '204 204 204 204 404 401 401'],
  ['PUT', '/api/exchanges/%2F/new-{user}', '201 201 201 201 401 401 401', { type: 'direct' }],
  ['DELETE', '/api/exchanges/%2F/new-{user}', '204 204 204 204 404 401 401'],
  ['GET', '/api/aliveness-test/%2F', '200 200 200 200 401 401 401'],
  ['POST', '/api/definitions', '204 401 401 401 401 401 401', {}],
  ['POST', '/api/definitions/%2F', '204 401 401 401 401 401 401', {}],
  ['POST', '/api/rebalance/queues', '204 401 401 401 401 401 401', {}],
  ['DELETE', '/api/connections/username/management', '204 401 401 204 401 401 401'],
  ['DELETE', '/api/auth/attempts/trilog@1', '204 204 401 401 401 401 401'],
  ['POST', '/api/queues/%2F/q/actions', '204 401 401 401 401 401 401', { action: 'sync' }],
  ['POST', '/api/vhosts/%2F/start/trilog@1', '204 401 401 401 401 401 401', {}],
];

describe('access to the management API', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
    for (const tag of USERS.slice(0, 4)) await world.user(tag, tag);
    await world.user('limited', 'management', ['%2F'], '^limited');
    await world.user('homeless', 'management', []);
    await world.user('untagged', '', []);
    await world.expect(201, 'PUT', '/api/vhosts/other');
    await world.expect(201, 'PUT', '/api/queues/%2F/q', {});
    await world.expect(201, 'PUT', '/api/queues/other/qo', {});
    await world.expect(201, 'PUT', '/api/exchanges/%2F/x', { type: 'direct' });
    await world.expect(201, 'PUT', '/api/policies/%2F/p', POLICY);
  });

  const rows = async (method: string, path: string, body: unknown): Promise<string> => {
    const statuses: string[] = [];
    for (const user of USERS) {
      const { status, json } = await world.request(method, path.replace('{user}', user), body, { user });
      statuses.push(Array.isArray(json) ? `${status}/${json.length}` : String(status));
    }
    return statuses.join(' ');
  };

  for (const [method, path, statuses, body] of [...READS, ...WRITES]) {
    it(`${method} ${path}`, async () => {
      assert.equal(await rows(method, path, body), statuses);
    });
  }

  it('says why it is refused', async () => {
    const reasons = {
      untagged: ['/api/whoami', 'Not management user'],
      management: ['/api/nodes', 'Not monitor user'],
      monitoring: ['/api/users', 'Not administrator user'],
      homeless: ['/api/queues/%2F', 'User not authorised to access virtual host'],
      limited: ['/api/policies/%2F/p', 'User not authorised to access object'],
    };
    for (const [user, [path = '', reason]] of Object.entries(reasons)) {
      const { json } = await world.expect(401, 'GET', path, undefined, { user });
      assert.deepEqual(json, { error: 'not_authorised', reason });
    }
  });

  it('counts only what the user may know of', async () => {
    const { object_totals: all } = await world.get('/api/overview', { user: 'administrator' });
    const { object_totals: own, listeners } = await world.get('/api/overview', { user: 'management' });
    assert.equal(all.exchanges, 15);
    assert.equal(own.exchanges, 8);
    assert.equal(listeners, undefined);
  });
});

describe('logging in to the management API', () => {
  let world: AdminWorld;
  before(async () => {
    world = await AdminWorld.start();
  });

  const challenge = async (authorization: string | undefined, remoteAddress?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await world.bare({ method: 'GET', target: '/api/whoami', headers }, remoteAddress);
    return [answer.status, answer.headers['www-authenticate'], JSON.parse(answer.body)];
  };
  const REALM = 'Basic realm="RabbitMQ Management"';
  const FAILED = { error: 'not_authorized', reason: 'Login failed' };

  it('is asked for', async () => {
    const [status, realm] = await challenge(undefined);
    assert.deepEqual([status, realm], [401, REALM]);
  });

  it('fails in the same way whatever is wrong', async () => {
    for (const [user, password] of [
      ['guest', 'wrong'],
      ['guest', ''],
      ['nobody', 'guest'],
      ['', ''],
    ] as const) {
      assert.deepEqual(await challenge(basic(user, password)), [401, REALM, FAILED]);
    }
    assert.deepEqual(await challenge('Bearer abc'), [401, REALM, FAILED]);
    assert.equal((await challenge('Basic !!!'))[0], 400);
  });

  it('takes passwords with colons and of any language', async () => {
    const path = `/api/users/${encodeURIComponent('цезарь')}`;
    await world.expect(201, 'PUT', path, { password: 'a:b:ü', tags: 'management' });
    const [status, , json] = await challenge(basic('цезарь', 'a:b:ü'));
    assert.deepEqual([status, json], [200, { name: 'цезарь', tags: ['management'] }]);
  });

  it('lets guest in from this machine only', async () => {
    assert.deepEqual(await challenge(basic('guest', 'guest'), '192.0.2.7'), [401, REALM, FAILED]);
    assert.equal((await challenge(basic('guest', 'guest'), '::1'))[0], 200);
  });

  it('is counted', async () => {
    await world.expect(204, 'DELETE', '/api/auth/attempts/trilog@1');
    await challenge(basic('guest', 'wrong'));
    const [{ auth_attempts_failed: failed, auth_attempts_succeeded: succeeded }] =
      await world.get('/api/auth/attempts/trilog@1');
    assert.deepEqual([failed, succeeded], [1, 1]);
  });

  it('shows the requests of a user that has just been deleted the door', async () => {
    await world.user('late', 'management');
    await world.get('/api/whoami', { user: 'late' });
    await world.expect(204, 'DELETE', '/api/users/late');
    await world.expect(401, 'GET', '/api/whoami', undefined, { user: 'late' });
  });
});
