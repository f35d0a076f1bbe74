/** A catalog on a journal that only applies and remembers, with a fixed clock and seeded randomness. */
import assert from 'node:assert/strict';
import type { Clock } from '../../src/base/clock.ts';
import { DomainError, type ErrorKind } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { Random } from '../../src/base/random.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { CatalogRecord } from '../../src/catalog/records.ts';
import type { CatalogSettings } from '../../src/catalog/settings.ts';

export const SETTINGS: CatalogSettings = {
  nodeId: 1,
  autoCreateTopics: true,
  defaultPartitions: 1,
  replicationFactorMode: 'lenient',
  topicsMax: 100,
  partitionsMax: 20_000,
  brokerConfigs: {},
};

export interface TestCatalog {
  readonly catalog: Catalog;
  /** Everything committed, as it would come back from disk. */
  readonly records: CatalogRecord[];
}

export function testCatalog(settings: Partial<CatalogSettings> = {}, seed = 1): TestCatalog {
  const records: CatalogRecord[] = [];
  const catalog: Catalog = new Catalog({
    journal: {
      commit(batch) {
        for (const record of batch) {
          records.push(reread(record));
          catalog.apply(record);
        }
      },
    },
    random: seededRandom(seed),
    clock: fixedClock(1_700_000_000_000),
    settings: { ...SETTINGS, ...settings },
    logger: silentLogger,
  });
  return { catalog, records };
}

export function recovered(records: Iterable<CatalogRecord>, settings: Partial<CatalogSettings> = {}): TestCatalog {
  const test = testCatalog(settings, 2);
  for (const record of records) test.catalog.apply(reread(record));
  return test;
}

function reread<T>(record: T): T {
  return JSON.parse(JSON.stringify(record)) as T;
}

export function newTopic(
  name: string,
  numPartitions = 1,
): { name: string; numPartitions: number; replicationFactor: number } {
  return { name, numPartitions, replicationFactor: 1 };
}

export function refuses(body: () => unknown, kind: ErrorKind, message: string): void {
  assert.throws(body, (error) => {
    assert.ok(error instanceof DomainError, String(error));
    assert.deepEqual([error.kind, error.message], [kind, message]);
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

function fixedClock(nowMs: number): Clock {
  const none = (): never => assert.fail('the catalog sets no timers');
  return { nowMs: () => nowMs, monotonicMs: () => 0, setTimer: none, defer: none };
}
