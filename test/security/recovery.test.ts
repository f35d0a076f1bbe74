import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../src/base/errors.ts';
import type { SecurityRecord } from '../../src/security/records.ts';
import type { Security } from '../../src/security/security.ts';
import { EVERYTHING, recovered, testSecurity } from './support.ts';

const name = fc.constantFrom('a', 'b', 'c');
const vhost = fc.constantFrom('/', 'v', 'missing');
const pattern = fc.constantFrom('', '.*', '^x', '*');

type Step = (security: Security) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((security) => security.createDefaults()),
  fc.tuple(name, fc.constantFrom('p', '')).map(([user, password]): Step => {
    return (security) => security.putUser(user, { password, tags: [password], limits: { 'max-channels': 3 } });
  }),
  name.map(
    (user): Step =>
      (security) =>
        security.deleteUser(user),
  ),
  name.map(
    (user): Step =>
      (security) =>
        security.setLimits(user, { 'max-connections': 1, 'max-channels': -1 }),
  ),
  fc.tuple(name, vhost, pattern).map(([user, of, read]): Step => {
    return (security) => security.setPermissions(user, of, { ...EVERYTHING, read });
  }),
  fc.tuple(name, vhost).map(
    ([user, of]): Step =>
      (security) =>
        security.clearPermissions(user, of),
  ),
  fc.tuple(name, vhost, name, pattern).map(([user, of, exchange, write]): Step => {
    return (security) => security.setTopicPermissions(user, of, exchange, { write, read: '' });
  }),
  fc.tuple(name, vhost).map(
    ([user, of]): Step =>
      (security) =>
        security.clearTopicPermissions(user, of),
  ),
);

function tryTo(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

function stateOf(security: Security): unknown {
  const users = [...security.users()].sort((x, y) => (x.name < y.name ? -1 : 1));
  const sorted = <T>(list: readonly T[]) => list.map((each) => JSON.stringify(each)).sort();
  return [users, sorted(security.permissions()), sorted(security.topicPermissions())];
}

describe('users and permissions', () => {
  it('come back from their records and from any snapshot', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(), (steps, cut) => {
        const settings = { usersMax: 3, permissionsMax: 5 };
        const { security, records } = testSecurity(settings);
        let snapshot: SecurityRecord[] = [];
        let snapshotAt = 0;
        for (const [i, run] of steps.entries()) {
          if (i === cut % (steps.length + 1)) {
            snapshot = security.snapshot();
            snapshotAt = records.length;
          }
          tryTo(() => run(security));
        }
        const state = stateOf(security);
        assert.deepEqual(stateOf(recovered(records, settings).security), state);
        const fromSnapshot = recovered([...snapshot, ...records.slice(snapshotAt)], settings).security;
        assert.deepEqual(stateOf(fromSnapshot), state);
        assert.deepEqual(stateOf(recovered(security.snapshot(), settings).security), state);
      }),
    );
  });

  it('that an expression of another version makes unreadable allow nothing', () => {
    const { security } = recovered([
      {
        type: 'user_set',
        name: 'u',
        passwordHash: '',
        hashingAlgorithm: 'rabbit_password_hashing_sha256',
        tags: [],
        limits: {},
      },
      { type: 'permissions_set', user: 'u', vhost: 'v', configure: '(?R)', write: '.*', read: '.*' },
    ]);
    assert.equal(security.grants('u', 'v')?.permissions?.configure.allows('q'), false);
    assert.equal(security.grants('u', 'v')?.permissions?.write.allows('q'), true);
  });
});
