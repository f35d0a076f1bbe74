/** One run: a node, its clients, what goes wrong, and the verdict. */

import type { Settings } from '../../src/config/settings.ts';
import { checkAll } from './checker.ts';
import { Client } from './client.ts';
import { Violation } from './history.ts';
import { Trace } from './trace.ts';
import { Workload } from './workload.ts';
import { World } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly print?: (line: string) => void;
  readonly liesAboutSync?: boolean;
  readonly fsync?: Settings['storage']['fsync'];
}

export interface Outcome {
  readonly seed: number;
  readonly failure: Error | undefined;
  readonly events: number;
  readonly hash: number;
  readonly acknowledged: number;
  readonly starts: number;
}

/** Virtual time for the scripts to end once nothing goes wrong any more. */
const PATIENCE_MS = 120_000;
const TROUBLE_MS_MAX = 600_000;

export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const trace = new Trace(options.print);
  const { seed, liesAboutSync = false, fsync = 'always' } = options;
  const world = new World({ seed, trace, liesAboutSync, fsync });
  try {
    await run(world);
  } catch (error) {
    world.fail(error as Error);
  }
  const { failure, event: events, history, starts } = world;
  return { seed, failure, events, hash: trace.hash, acknowledged: history.acknowledgedCount, starts };
}

async function run(world: World): Promise<void> {
  world.start();
  const workload = new Workload(world);
  const { clients, places } = workload;
  const scenario = world.script(() => workload.run());
  await world.runUntil(() => scenario.done || world.faults.isOver(world.event), TROUBLE_MS_MAX);
  world.faults.heal(world);
  await finish(world, scenario, clients);
  for (let round = 0; round < 2; round += 1) {
    const checker = new Client(world, `checker${round}`);
    await finish(
      world,
      world.script(() => checkAll(checker, places)),
      [checker],
    );
    world.crash();
  }
}

async function finish(world: World, script: { done: boolean }, clients: readonly Client[]): Promise<void> {
  const isInTime = await world.runUntil(() => script.done, PATIENCE_MS);
  if (isInTime) return;
  const doing = clients.map((client) => `${client.name}: ${client.doing}`).join('; ');
  throw new Violation(`nothing goes wrong any more, and yet it does not come to an end: ${doing}`);
}
