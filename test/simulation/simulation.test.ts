/** The whole node under the first half of the seeds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testSeeds } from './seeds.ts';
import { simulate } from './simulation.ts';

test('the same seed gives the same run', async () => {
  for (const seed of [3, 19, 42]) {
    const first = await simulate({ seed });
    const second = await simulate({ seed });
    assert.deepEqual(second, first);
    assert.notEqual((await simulate({ seed: seed + 1 })).hash, first.hash);
  }
});

testSeeds(1, 500);
