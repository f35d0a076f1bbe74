/**
 * `kill -9` at random moments, more than 50 times in all, while clients produce and consume. A killed process leaves the
 * page cache behind, so nothing may be lost in any fsync mode. TRILOG_CRASH_SEED repeats the plan of a run.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import { type CrashPlan, runCrashes } from './run.ts';

const seed = Number(process.env.TRILOG_CRASH_SEED ?? randomInt(2 ** 31));

const PLANS: Readonly<Record<string, CrashPlan>> = {
  'with fsync at every commit': {
    seed,
    kills: 17,
    idempotentProducers: 2,
    transactionalProducersV1: 1,
    transactionalProducersV2: 2,
    args: ['--fsync', 'always'],
  },
  'with fsync at intervals': {
    seed: seed + 1,
    kills: 17,
    idempotentProducers: 2,
    transactionalProducersV1: 1,
    transactionalProducersV2: 1,
    args: ['--fsync', 'interval', '--fsync-interval-ms', '20'],
  },
  'without fsync, while retention deletes': {
    seed: seed + 2,
    kills: 17,
    idempotentProducers: 2,
    transactionalProducersV1: 1,
    transactionalProducersV2: 1,
    args: ['--fsync', 'never', '--log-retention-bytes', '524288', '--retention-check-interval-ms', '100'],
  },
};

describe('a broker killed at random moments loses, repeats and reorders nothing', () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(name, { timeout: 300_000 }, async (t) => {
      t.diagnostic(`repeat with TRILOG_CRASH_SEED=${seed}`);
      const { acknowledged, transactions, unknownOutcomes } = await runCrashes(plan);
      t.diagnostic(
        `${plan.kills} kills, ${acknowledged} records acknowledged, ${transactions} transactions, ` +
          `${unknownOutcomes} of them cut off while they ended`,
      );
      assert.ok(acknowledged > plan.kills, `only ${acknowledged} records were acknowledged`);
      assert.ok(transactions > 0, 'no transaction was begun');
    });
  }
});
