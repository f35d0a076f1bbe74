import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type GrantsSource, Permissions } from '../../src/security/permissions.ts';
import { EVERYTHING, refuses, testSecurity } from './support.ts';

const NOTHING = { configure: '', write: '', read: '' };

function user(patterns: Partial<typeof EVERYTHING> = {}) {
  const test = testSecurity();
  test.security.putUser('u', { tags: [] });
  test.security.setPermissions('u', 'v', { ...NOTHING, ...patterns });
  return { ...test, permissions: new Permissions(test.security, 'u', 'v') };
}

describe('permissions', () => {
  it('allow what their expression matches, and refuse in the words of RabbitMQ', () => {
    const { permissions } = user({ configure: '^mine\\.', write: 'open', read: '.*' });
    permissions.checkConfigure('queue', 'mine.q');
    permissions.checkWrite('exchange', 'an.open.one');
    permissions.checkRead('queue', 'whatever');
    const refusals: [() => void, string][] = [
      [
        () => permissions.checkConfigure('queue', 'q'),
        "configure access to queue 'q' in vhost 'v' refused for user 'u'",
      ],
      [() => permissions.checkWrite('exchange', 'e'), "write access to exchange 'e' in vhost 'v' refused for user 'u'"],
      [
        () => permissions.checkConfigure('exchange', 'not.mine.'),
        "configure access to exchange 'not.mine.' in vhost 'v' refused for user 'u'",
      ],
    ];
    for (const [check, message] of refusals) refuses(check, 'access_refused', message);
  });

  it('call the default exchange amq.default', () => {
    user({ write: '^amq\\.default$' }).permissions.checkWrite('exchange', '');
    const { permissions } = user({ write: '^$' });
    const message = "write access to exchange 'amq.default' in vhost 'v' refused for user 'u'";
    refuses(() => permissions.checkWrite('exchange', ''), 'access_refused', message);
    permissions.checkWrite('queue', '');
  });

  it('with an empty expression allow the empty name alone', () => {
    const { permissions } = user();
    permissions.checkRead('queue', '');
    refuses(() => permissions.checkRead('queue', 'q'), 'access_refused', /^read access/);
  });

  it('are of one user in one vhost', () => {
    const { security } = user(EVERYTHING);
    security.putUser('w', { tags: ['administrator'] });
    for (const [name, vhost] of [
      ['w', 'v'],
      ['u', '/'],
      ['nobody', 'v'],
    ] as const) {
      const permissions = new Permissions(security, name, vhost);
      refuses(() => permissions.checkRead('queue', 'q'), 'access_refused', /^read access/);
    }
  });

  it('are the key to their vhost', () => {
    const { security } = user();
    security.checkVhostAccess('u', 'v');
    const message = "access to vhost '/' refused for user 'u'";
    refuses(() => security.checkVhostAccess('u', '/'), 'not_allowed', message);
    security.setTopicPermissions('u', '/', 'e', { write: '', read: '' });
    refuses(() => security.checkVhostAccess('u', '/'), 'not_allowed', message);
  });

  it('hold at once when they change, in views that have remembered others', () => {
    const { security, permissions } = user({ write: '.*' });
    permissions.checkWrite('queue', 'q');
    security.setPermissions('u', 'v', NOTHING);
    refuses(() => permissions.checkWrite('queue', 'q'), 'access_refused', /^write access/);
    security.setPermissions('u', 'v', EVERYTHING);
    permissions.checkWrite('queue', 'q');
    security.clearPermissions('u', 'v');
    refuses(() => permissions.checkWrite('queue', 'q'), 'access_refused', /^write access/);
  });

  it('end with their vhost and with their user', () => {
    for (const end of ['vhost', 'user'] as const) {
      const { security, permissions, vhosts } = user(EVERYTHING);
      permissions.checkWrite('queue', 'q');
      if (end === 'user') security.deleteUser('u');
      else {
        vhosts.delete('v');
        security.onVhostDeleted('v');
        vhosts.add('v');
        assert.deepEqual(security.permissions(), []);
      }
      refuses(() => permissions.checkWrite('queue', 'q'), 'access_refused', /^write access/);
    }
  });

  it('are set for users and vhosts that exist, with expressions that are some', () => {
    const { security, records } = user(EVERYTHING);
    const before = records.length;
    refuses(() => security.setPermissions('x', 'v', EVERYTHING), 'resource_not_found', "user 'x' not found");
    refuses(() => security.setPermissions('u', 'x', EVERYTHING), 'resource_not_found', 'vhost x not found');
    const broken = { ...EVERYTHING, read: '*' };
    const message = "regular expression '*' is invalid: there is nothing to repeat (at character 1)";
    refuses(() => security.setPermissions('u', 'v', broken), 'invalid_request', message);
    refuses(() => security.clearPermissions('x', 'v'), 'resource_not_found', "user 'x' not found");
    security.clearPermissions('u', '/');
    assert.equal(records.length, before);
  });

  it('are no more than the node has room for', () => {
    const { security, vhosts } = user(EVERYTHING);
    for (let i = 1; i < 20; i += 1) security.setTopicPermissions('u', 'v', `e${i}`, { write: '', read: '' });
    security.setPermissions('u', 'v', NOTHING);
    security.setTopicPermissions('u', 'v', 'e1', { write: 'x', read: '' });
    refuses(() => security.setPermissions('u', '/', EVERYTHING), 'policy_violation', /limit of 20/);
    security.clearTopicPermissions('u', 'v', 'e1');
    security.setPermissions('u', '/', EVERYTHING);
    vhosts.delete('v');
    security.onVhostDeleted('v');
    security.setTopicPermissions('u', '/', 'e', { write: '', read: '' });
    assert.equal(security.topicPermissions().length, 1);
  });

  it('are evaluated once for what is asked again and again', () => {
    let asked = 0;
    const rule = {
      source: '.*',
      check: () => {},
      allows: () => {
        asked += 1;
        return true;
      },
    };
    const { security } = user(EVERYTHING);
    const rules = { configure: rule, write: rule, read: rule };
    const source = {
      generation: 1,
      grants: () =>
        ({ permissions: rules, topics: new Map([['t', rules]]) }) as unknown as ReturnType<typeof security.grants>,
    } satisfies GrantsSource;
    const permissions = new Permissions(source, 'u', 'v');
    for (let i = 0; i < 100; i += 1) {
      permissions.checkWrite('exchange', 'e');
      permissions.checkTopicWrite('t', 'a.b');
    }
    assert.equal(asked, 2);
    // More names than it remembers cost evaluations, not memory, and stay right.
    for (let i = 0; i < 1000; i += 1) permissions.checkWrite('queue', `q${i}`);
    assert.equal(asked, 1002);
  });
});

describe('topic permissions', () => {
  it('restrict the exchange they name, and no other', () => {
    const { security, permissions } = user(EVERYTHING);
    permissions.checkTopicWrite('t', 'any.key');
    security.setTopicPermissions('u', 'v', 't', { write: '^mine\\.', read: '^(mine|ours)\\.' });
    permissions.checkTopicWrite('t', 'mine.a');
    permissions.checkTopicRead('t', 'ours.a');
    permissions.checkTopicWrite('other', 'any.key');
    const message = "write access to topic 'ours.a' in exchange 't' in vhost 'v' refused for user 'u'";
    refuses(() => permissions.checkTopicWrite('t', 'ours.a'), 'access_refused', message);
    const reading = "read access to topic '#' in exchange 't' in vhost 'v' refused for user 'u'";
    refuses(() => permissions.checkTopicRead('t', '#'), 'access_refused', reading);
    security.clearTopicPermissions('u', 'v', 'other');
    refuses(() => permissions.checkTopicWrite('t', 'ours.a'), 'access_refused', message);
    security.clearTopicPermissions('u', 'v');
    permissions.checkTopicWrite('t', 'ours.a');
  });

  it('know the user and the vhost, which stand for themselves', () => {
    const { security } = testSecurity();
    security.putUser('a.b', { tags: [] });
    security.setTopicPermissions('a.b', 'v', 't', { write: '^{vhost}\\.{username}\\.', read: '' });
    const permissions = new Permissions(security, 'a.b', 'v');
    permissions.checkTopicWrite('t', 'v.a.b.x');
    refuses(() => permissions.checkTopicWrite('t', 'v.axb.x'), 'access_refused', /^write access to topic/);
    assert.deepEqual(security.topicPermissions({ user: 'a.b' }), [
      { user: 'a.b', vhost: 'v', exchange: 't', write: '^{vhost}\\.{username}\\.', read: '' },
    ]);
  });

  it('are listed by user and by vhost', () => {
    const { security } = user(EVERYTHING);
    security.putUser('w', { tags: [] });
    security.setTopicPermissions('u', 'v', 't', { write: 'a', read: 'b' });
    security.setTopicPermissions('w', '/', 't', { write: 'c', read: 'd' });
    const of = (selection: object) => security.topicPermissions(selection).map(({ write }) => write);
    assert.deepEqual(
      [of({}), of({ user: 'u' }), of({ vhost: '/' }), of({ user: 'u', vhost: '/' })],
      [['a', 'c'], ['a'], ['c'], []],
    );
  });
});
