import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVERYTHING, recovered, refuses, testSecurity } from './support.ts';

const LOCAL = '127.0.0.1';
const password = (username: string, secret: string) => ({ type: 'password', username, password: secret }) as const;

describe('a new node', () => {
  it('has guest as administrator with all permissions in vhost /', () => {
    const { security } = testSecurity();
    security.createDefaults();
    assert.deepEqual(security.login(password('guest', 'guest'), LOCAL).tags, ['administrator']);
    assert.deepEqual(security.permissions(), [{ user: 'guest', vhost: '/', ...EVERYTHING }]);
  });

  it('has the user of its settings instead', () => {
    const { security } = testSecurity({ defaultUser: { name: 'admin', password: 'secret' } });
    security.createDefaults();
    assert.equal(security.login(password('admin', 'secret'), '10.0.0.1').name, 'admin');
    assert.equal(security.user('guest'), undefined);
  });

  it('does not bring back a default user that was deleted, nor its first password', () => {
    const { security, records } = testSecurity();
    security.createDefaults();
    security.putUser('guest', { password: 'other', tags: [] });
    security.createDefaults();
    assert.equal(security.login(password('guest', 'other'), LOCAL).name, 'guest');
    security.deleteUser('guest');
    for (const again of [recovered(records), recovered(security.snapshot())]) {
      again.security.createDefaults();
      assert.deepEqual([...again.security.users()], []);
    }
  });
});

describe('a user', () => {
  it('is created, and changed as a whole but for its limits', () => {
    const { security } = testSecurity();
    security.putUser('u', { password: 'one', tags: ['management'], limits: { 'max-channels': 5 } });
    security.putUser('u', { password: 'two', tags: [' monitoring', 'monitoring', ''] });
    assert.equal(security.login(password('u', 'two'), LOCAL).name, 'u');
    refuses(() => security.login(password('u', 'one'), LOCAL), 'access_refused', /^user 'u' /);
    assert.deepEqual(security.user('u')?.tags, ['monitoring']);
    assert.deepEqual(security.user('u')?.limits, { 'max-channels': 5 });
  });

  it('keeps its permissions when it changes', () => {
    const { security } = testSecurity();
    security.putUser('u', { tags: [] });
    security.setPermissions('u', 'v', EVERYTHING);
    security.putUser('u', { tags: ['management'] });
    assert.equal(security.permissions({ user: 'u' }).length, 1);
  });

  it('takes a hash in place of a password, but not both', () => {
    const { security } = testSecurity();
    const passwordHash = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR';
    security.putUser('u', { passwordHash, tags: [] });
    assert.equal(security.login(password('u', 'test12'), LOCAL).name, 'u');
    const both = { password: 'x', passwordHash, tags: [] };
    refuses(() => security.putUser('u', both), 'invalid_request', /both a password and the hash of one/);
  });

  it('without a password cannot log in with one', () => {
    const { security } = testSecurity();
    security.putUser('u', { password: 'one', tags: [] });
    security.putUser('u', { tags: [] });
    for (const secret of ['', 'one']) {
      refuses(() => security.login(password('u', secret), LOCAL), 'access_refused', /^user 'u' /);
    }
    assert.equal(security.login({ type: 'trusted', username: 'u' }, LOCAL).name, 'u');
  });

  it('has a name that can be shown', () => {
    const { security } = testSecurity();
    refuses(() => security.putUser('', { tags: [] }), 'invalid_request', /empty/);
    refuses(() => security.putUser('a\nb', { tags: [] }), 'invalid_request', /control characters/);
    refuses(() => security.putUser('é'.repeat(128), { tags: [] }), 'invalid_request', /255 bytes/);
    security.putUser('CN=orders,O=Acme\\, Inc.', { tags: [] });
  });

  it('has limits that are set one by one and taken back', () => {
    const { security } = testSecurity();
    security.putUser('u', { tags: [] });
    security.setLimits('u', { 'max-connections': 0, 'max-channels': 10 });
    security.setLimits('u', { 'max-channels': 20 });
    assert.deepEqual(security.user('u')?.limits, { 'max-connections': 0, 'max-channels': 20 });
    security.clearLimit('u', 'max-connections');
    assert.deepEqual(security.user('u')?.limits, { 'max-channels': 20 });
    refuses(() => security.setLimits('u', { 'max-queues': 1 }), 'invalid_request', "users have no limit 'max-queues'");
    refuses(() => security.setLimits('u', { 'max-channels': 0.5 }), 'invalid_request', /not an integer/);
    refuses(() => security.setLimits('x', {}), 'resource_not_found', "user 'x' not found");
  });

  it('is one of no more than the node has room for', () => {
    const { security } = testSecurity({ usersMax: 2 });
    security.putUser('a', { tags: [] });
    security.putUser('b', { tags: [] });
    security.putUser('b', { tags: ['management'] });
    refuses(() => security.putUser('c', { tags: [] }), 'policy_violation', /limit of 2/);
    security.deleteUser('a');
    security.putUser('c', { tags: [] });
  });

  it('takes its permissions with it, and listeners hear of it', () => {
    const { security } = testSecurity();
    const gone: string[] = [];
    const end = security.subscribe({ onUserDeleted: (name) => gone.push(name) });
    security.putUser('u', { tags: [] });
    security.setPermissions('u', 'v', EVERYTHING);
    security.deleteUser('u');
    security.putUser('u', { tags: [] });
    assert.deepEqual(security.permissions(), []);
    assert.deepEqual(gone, ['u']);
    end();
    security.deleteUser('u');
    assert.deepEqual(gone, ['u']);
    refuses(() => security.deleteUser('u'), 'resource_not_found', "user 'u' not found");
  });
});

describe('a login', () => {
  it('says the same of a user that is not there as of a wrong password', () => {
    const { security } = testSecurity();
    security.putUser('u', { password: 'p', tags: [] });
    const reason = (name: string) => `user '${name}' does not exist or has another password`;
    refuses(() => security.login(password('u', 'x'), LOCAL), 'access_refused', reason('u'));
    refuses(() => security.login(password('w', 'x'), LOCAL), 'access_refused', reason('w'));
    refuses(
      () => security.login({ type: 'trusted', username: 'w' }, LOCAL),
      'access_refused',
      "user 'w' does not exist",
    );
  });

  it('of a loopback user comes from this machine', () => {
    const { security } = testSecurity();
    security.createDefaults();
    for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) {
      assert.equal(security.login(password('guest', 'guest'), address).name, 'guest');
    }
    for (const address of ['10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', '::2', '', '127.0.0.1.example.com']) {
      const login = () => security.login(password('guest', 'guest'), address);
      refuses(login, 'access_refused', /^user 'guest' can only connect via localhost, not from /);
      const trusted = () => security.login({ type: 'trusted', username: 'guest' }, address);
      refuses(trusted, 'access_refused', /^user 'guest' can only connect via localhost, not from /);
    }
  });

  it('does not tell a stranger with a wrong password that the user is a loopback user', () => {
    const { security } = testSecurity();
    security.createDefaults();
    refuses(() => security.login(password('guest', 'x'), '10.0.0.1'), 'access_refused', /another password/);
  });

  it('of guest may come from anywhere where nobody is a loopback user', () => {
    const { security } = testSecurity({ loopbackUsers: [] });
    security.createDefaults();
    assert.equal(security.login(password('guest', 'guest'), '10.0.0.1').name, 'guest');
  });
});
