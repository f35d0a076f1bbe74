/**
 * `kill -9` at random moments, more than 50 times in all, while AMQP clients publish with confirms and in transactions, and consume.
 * TRILOG_CRASH_SEED repeats the plan of a run.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import { type AmqpCrashPlan, runAmqpCrashes } from './amqp-run.ts';

const seed = Number(process.env.TRILOG_CRASH_SEED ?? randomInt(2 ** 31));

const PLANS: Readonly<Record<string, AmqpCrashPlan>> = {
  'with fsync at every commit': { seed, kills: 17, args: ['--fsync', 'always'] },
  'with fsync at intervals': { seed: seed + 1, kills: 17, args: ['--fsync', 'interval', '--fsync-interval-ms', '20'] },
  'without fsync': { seed: seed + 2, kills: 17, args: ['--fsync', 'never'] },
};

describe('of AMQP queues a broker killed at random moments loses, repeats and reorders nothing', () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(name, { timeout: 300_000 }, async (t) => {
      t.diagnostic(`repeat with TRILOG_CRASH_SEED=${seed}`);
      const { confirmed, unknown, redeliveries, transactions, copies } = await runAmqpCrashes(plan);
      t.diagnostic(
        `${plan.kills} kills, ${confirmed} messages confirmed, ${unknown} unknown, ${redeliveries} redeliveries, ` +
          `${transactions} transactions, ${copies} of copies`,
      );
      assert.ok(confirmed > 10 * plan.kills, `only ${confirmed} messages were confirmed`);
      // A machine that is busy with other things gets through fewer between two kills.
      assert.ok(transactions > 2 && copies > 2, 'hardly any transaction was begun');
    });
  }
});
