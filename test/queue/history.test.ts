import { it } from 'node:test';
import { runHistory } from './history.ts';

const SEEDS = 150;
const STEPS = 150;

it(`keeps its promises in ${SEEDS} random runs with crashes between any two events`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await runHistory(seed, STEPS);
});
