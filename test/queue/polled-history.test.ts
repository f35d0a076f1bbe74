import { it } from 'node:test';
import { runPolledHistory } from './polled-history.ts';

const SEEDS = 40;
const STEPS = 150;

it(`keeps what is promised to those who poll in ${SEEDS} random runs with crashes between any two events`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await runPolledHistory(seed, STEPS, 'standard');
});

it(`keeps what FIFO queues promise in ${SEEDS} such runs`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await runPolledHistory(seed, STEPS, 'fifo');
});
