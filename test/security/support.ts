/** Security on a journal that only applies and remembers, with seeded randomness and vhosts `/` and `v`. */
import assert from 'node:assert/strict';
import { DomainError, type ErrorKind } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { Random } from '../../src/base/random.ts';
import type { SecurityRecord } from '../../src/security/records.ts';
import { Security } from '../../src/security/security.ts';
import type { SecuritySettings } from '../../src/security/settings.ts';

const SETTINGS: SecuritySettings = {
  defaultUser: { name: 'guest', password: 'guest' },
  loopbackUsers: ['guest'],
  usersMax: 10,
  permissionsMax: 20,
};

export const EVERYTHING = { configure: '.*', write: '.*', read: '.*' };

export interface TestSecurity {
  readonly security: Security;
  /** Everything committed, as it would come back from disk. */
  readonly records: SecurityRecord[];
  /** Those that exist. */
  readonly vhosts: Set<string>;
}

export function testSecurity(settings: Partial<SecuritySettings> = {}): TestSecurity {
  const records: SecurityRecord[] = [];
  const vhosts = new Set(['/', 'v']);
  const security: Security = new Security({
    journal: {
      commit(batch) {
        for (const record of batch) {
          records.push(reread(record));
          security.apply(record);
        }
      },
    },
    random: seededRandom(1),
    settings: { ...SETTINGS, ...settings },
    logger: silentLogger,
    vhostExists: (vhost) => vhosts.has(vhost),
  });
  return { security, records, vhosts };
}

export function recovered(records: Iterable<SecurityRecord>, settings: Partial<SecuritySettings> = {}): TestSecurity {
  const test = testSecurity(settings);
  for (const record of records) test.security.apply(reread(record));
  return test;
}

function reread<T>(record: T): T {
  return JSON.parse(JSON.stringify(record)) as T;
}

export function refuses(body: () => unknown, kind: ErrorKind, message: string | RegExp): void {
  assert.throws(body, (error) => {
    assert.ok(error instanceof DomainError, String(error));
    assert.equal(error.kind, kind);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uint32 = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (Math.imul(state ^ (state >>> 16), 2246822507) ^ (state >>> 13)) >>> 0;
  };
  return { uint32, bytes: (length) => Buffer.from(Array.from({ length }, () => uint32() >>> 24)) };
}
