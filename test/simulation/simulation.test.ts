/** The whole node under the first half of the seeds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testSeeds } from './seeds.ts';
import { simulate } from './simulation.ts';

test('the same seed gives the same run', async () => {
  for (const protocol of ['kafka', 'amqp', 'sqs'] as const) {
    for (const seed of [3, 19, 42]) {
      const first = await simulate({ seed, protocol });
      const second = await simulate({ seed, protocol });
      assert.deepEqual(second, first);
      assert.notEqual((await simulate({ seed: seed + 1, protocol })).hash, first.hash);
    }
  }
});

testSeeds('kafka', 1, 500);
