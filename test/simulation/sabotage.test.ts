/** The history notices when a promise is broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Violation } from './history.ts';
import { AMQP_SABOTAGES, detect, SABOTAGES, SQS_SABOTAGES } from './sabotage.ts';
import { simulate } from './simulation.ts';

const SEEDS_MAX = 100;

for (const sabotage of [...SABOTAGES, ...AMQP_SABOTAGES, ...SQS_SABOTAGES]) {
  test(`it is noticed when ${sabotage.name}`, async () => {
    const outcome = await detect(sabotage, SEEDS_MAX);
    assert(outcome?.failure instanceof Violation, `not noticed within ${SEEDS_MAX} seeds`);
    const { seed } = outcome;
    const { failure } = await simulate({ seed, protocol: sabotage.options?.protocol ?? 'kafka' });
    assert.equal(failure, undefined, `what is noticed with seed ${seed} is not the sabotage: ${failure?.stack}`);
  });
}
