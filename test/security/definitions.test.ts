import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDefinitions, parseUserChange, toDefinitions, userDefinition } from '../../src/security/definitions.ts';
import { EVERYTHING, refuses, testSecurity } from './support.ts';

const HASH = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR';
const SHA256 = 'rabbit_password_hashing_sha256';

const EXPORTED = {
  rabbitmq_version: '4.1.0',
  users: [
    { name: 'admin', password_hash: HASH, hashing_algorithm: SHA256, tags: ['administrator'], limits: {} },
    { name: 'app', password_hash: '', hashing_algorithm: SHA256, tags: [], limits: { 'max-connections': 5 } },
  ],
  vhosts: [{ name: '/' }],
  permissions: [{ user: 'app', vhost: 'v', configure: '', write: '^e$', read: '.*' }],
  topic_permissions: [{ user: 'app', vhost: 'v', exchange: 'amq.topic', write: '^{username}', read: '.*' }],
};

describe('definitions', () => {
  it('come out as they went in', () => {
    const { security } = testSecurity();
    security.importDefinitions(parseDefinitions(EXPORTED));
    const { users, permissions, topic_permissions } = EXPORTED;
    assert.deepEqual(toDefinitions(security), { users, permissions, topic_permissions });
    assert.equal(security.login({ type: 'password', username: 'admin', password: 'test12' }, '10.0.0.1').name, 'admin');
  });

  it('may lack what they do not speak of', () => {
    assert.deepEqual(parseDefinitions({}), { users: [], permissions: [], topicPermissions: [] });
  });

  it('of older versions have tags as text and MD5 without its name', () => {
    const { users } = parseDefinitions({
      rabbit_version: '3.5.7',
      users: [{ name: 'u', password_hash: 'x', tags: 'administrator, monitoring' }],
    });
    const { security } = testSecurity();
    security.putUser('u', { ...users[0], passwordHash: '', tags: users[0]?.tags ?? [] });
    assert.deepEqual(security.user('u')?.tags, ['administrator', 'monitoring']);
    assert.equal(security.user('u')?.hashingAlgorithm, 'rabbit_password_hashing_md5');
  });

  it('change all or nothing', () => {
    const { security, records } = testSecurity();
    const bad = [
      { ...EXPORTED, permissions: [{ user: 'nobody', vhost: 'v', ...EVERYTHING }] },
      { ...EXPORTED, permissions: [{ user: 'app', vhost: 'nowhere', ...EVERYTHING }] },
    ];
    for (const each of bad) {
      refuses(() => security.importDefinitions(parseDefinitions(each)), 'resource_not_found', /not found/);
    }
    const broken = { ...EXPORTED, users: EXPORTED.users.map((user) => ({ ...user, password_hash: 'short' })) };
    refuses(() => security.importDefinitions(parseDefinitions(broken)), 'invalid_request', /36 bytes/);
    assert.deepEqual(records, []);
  });

  it('add to what is there, within the limits of the node', () => {
    const { security } = testSecurity({ usersMax: 2 });
    security.putUser('app', { password: 'old', tags: [] });
    security.importDefinitions(parseDefinitions(EXPORTED));
    security.deleteUser('admin');
    security.putUser('other', { tags: [] });
    const again = () => security.importDefinitions(parseDefinitions(EXPORTED));
    refuses(again, 'policy_violation', /limit of 2/);
  });

  it('that are malformed are refused with the place', () => {
    const cases: [unknown, string][] = [
      [[], 'definitions must be an object'],
      [{ users: {} }, 'users must be a list'],
      [{ users: [1] }, 'users[0] must be an object'],
      [{ users: [{ tags: [] }] }, 'users[0]: name must be a text'],
      [{ users: [{ name: 'u' }] }, 'users[0]: tags must be a list of texts'],
      [{ users: [{ name: 'u', tags: [1] }] }, 'users[0]: tags must be a list of texts'],
      [
        { users: [{ name: 'u', tags: [], limits: { 'max-channels': 'x' } }] },
        'users[0]: max-channels must be a number',
      ],
      [{ permissions: [{ user: 'u', vhost: 'v', configure: '', write: '' }] }, 'permissions[0]: read must be a text'],
      [{ topic_permissions: [{}] }, 'topic_permissions[0]: exchange must be a text'],
    ];
    for (const [definitions, message] of cases) {
      refuses(() => parseDefinitions(definitions), 'invalid_request', message);
    }
  });

  it('of one user are the body of a request', () => {
    const change = parseUserChange({ password: 'p', tags: 'management', limits: [] });
    const { security } = testSecurity();
    security.putUser('u', change);
    const user = userDefinition(security.user('u') ?? assert.fail());
    const { password_hash, ...rest } = user;
    assert.equal(Buffer.from(password_hash, 'base64').length, 36);
    assert.deepEqual(rest, { name: 'u', hashing_algorithm: SHA256, tags: ['management'], limits: {} });
    refuses(() => parseUserChange({ password: 1, tags: '' }), 'invalid_request', 'user: password must be a text');
  });
});
