/**
 * `kill -9` at random moments, more than 50 times in all, while clients of SQS send, receive and delete, have messages moved, and change
 * settings. TRILOG_CRASH_SEED repeats the plan of a run.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import { runSqsCrashes, type SqsCrashPlan } from './sqs-run.ts';

const seed = Number(process.env.TRILOG_CRASH_SEED ?? randomInt(2 ** 31));

const PLANS: Readonly<Record<string, SqsCrashPlan>> = {
  'with fsync at every commit': { seed, kills: 17, args: ['--fsync', 'always'] },
  'with fsync at intervals': { seed: seed + 1, kills: 17, args: ['--fsync', 'interval', '--fsync-interval-ms', '20'] },
  'without fsync': { seed: seed + 2, kills: 17, args: ['--fsync', 'never'] },
};

// They mostly wait for the next kill.
describe('of SQS queues a broker killed at random moments loses, repeats and reorders nothing', {
  concurrency: 2,
}, () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(name, { timeout: 300_000 }, async (t) => {
      t.diagnostic(`repeat with TRILOG_CRASH_SEED=${seed}`);
      const { confirmed, unknown, deleted, redeliveries, moves, settings } = await runSqsCrashes(plan);
      t.diagnostic(
        `${plan.kills} kills, ${confirmed} messages confirmed, ${unknown} unknown, ${deleted} deleted, ` +
          `${redeliveries} redeliveries, ${moves} moves, ${settings} settings`,
      );
      // A machine that is busy with other things gets through fewer between two kills.
      assert.ok(confirmed > 5 * plan.kills, `only ${confirmed} messages were confirmed`);
      assert.ok(moves + settings + redeliveries > plan.kills, 'hardly anything was done');
    });
  }
});
