/** One run: a node, its clients, what goes wrong, and the verdict. */
import type { Settings } from '../../src/config/settings.ts';
import { AmqpWorkload } from './amqp-workload.ts';
import { Violation } from './history.ts';
import type { Protocol } from './network.ts';
import { SqsWorkload } from './sqs-workload.ts';
import { Trace } from './trace.ts';
import { Workload } from './workload.ts';
import { World } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly print?: (line: string) => void;
  readonly liesAboutSync?: boolean;
  readonly fsync?: Settings['storage']['fsync'];
  /** Whose clients are at work; Kafka's unless told. */
  readonly protocol?: Protocol;
}

/** What the clients do, and what must hold in the end. */
interface Play {
  readonly acknowledged: number;
  /** Who does what at the moment, for a run that never ends. */
  readonly doing: string;
  run(): Promise<void>;
  /** Once everything has ended, and again after a crash. */
  check(round: number): Promise<void>;
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

const WORKLOADS = { kafka: Workload, amqp: AmqpWorkload, sqs: SqsWorkload } as const satisfies Record<
  Protocol,
  new (
    world: World,
  ) => Play
>;

export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const trace = new Trace(options.print);
  const { seed, liesAboutSync = false, fsync = 'always', protocol = 'kafka' } = options;
  const world = new World({ seed, trace, liesAboutSync, fsync, protocol });
  const play: Play = new WORKLOADS[protocol](world);
  try {
    await run(world, play);
  } catch (error) {
    world.fail(error as Error);
  }
  const { failure, event: events, starts } = world;
  return { seed, failure, events, hash: trace.hash, acknowledged: play.acknowledged, starts };
}

async function run(world: World, play: Play): Promise<void> {
  world.start();
  const scenario = world.script(() => play.run());
  await world.runUntil(() => scenario.done || world.faults.isOver(world.event), TROUBLE_MS_MAX);
  world.faults.heal(world);
  await finish(world, scenario, play);
  for (let round = 0; round < 2; round += 1) {
    await finish(
      world,
      world.script(() => play.check(round)),
      play,
    );
    world.crash();
  }
}

async function finish(world: World, script: { done: boolean }, play: Play): Promise<void> {
  const isInTime = await world.runUntil(() => script.done, PATIENCE_MS);
  if (isInTime) return;
  throw new Violation(`nothing goes wrong any more, and yet it does not come to an end: ${play.doing}`);
}
