/** The seeds that every run of the tests goes through; two files share them, so that two cores do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Protocol } from './network.ts';
import { simulate } from './simulation.ts';

const SEEDS_PER_TEST = 100;

/** Declares the tests of the seeds `from` to `to`, with clients of one protocol. */
export function testSeeds(protocol: Protocol, from: number, to: number): void {
  for (let first = from; first <= to; first += SEEDS_PER_TEST) {
    const last = Math.min(first + SEEDS_PER_TEST - 1, to);
    test(`a node keeps its promises whatever goes wrong: ${protocol}, seeds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed += 1) {
        const { failure } = await simulate({ seed, protocol });
        const replay = `replay: node --import tsx test/simulation/run.ts --protocol ${protocol} --seed ${seed} --trace`;
        assert.equal(failure, undefined, `seed ${seed}: ${failure?.stack}\n${replay}`);
      }
    });
  }
}
