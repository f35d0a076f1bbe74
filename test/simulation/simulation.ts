/** One run: a node, its clients, what goes wrong, and the verdict. */

import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { metadataRequest, metadataResponse } from '../../src/gateway/kafka/protocol/metadata.ts';
import { checkAll } from './checker.ts';
import { Client } from './client.ts';
import { Fetcher } from './fetcher.ts';
import { type Place, Violation } from './history.ts';
import { idempotentProducer, plainProducer } from './producers.ts';
import { Trace } from './trace.ts';
import { World } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly print?: (line: string) => void;
  readonly liesAboutSync?: boolean;
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
  const world = new World({ seed: options.seed, trace, liesAboutSync: options.liesAboutSync ?? false });
  try {
    await run(world);
  } catch (error) {
    world.fail(error as Error);
  }
  const { failure, event: events, history, starts } = world;
  return { seed: options.seed, failure, events, hash: trace.hash, acknowledged: history.acknowledgedCount, starts };
}

async function run(world: World): Promise<void> {
  world.start();
  const clients: Client[] = [];
  const places: Place[] = [];
  const scenario = world.script(() => workload(world, clients, places));
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

async function workload(world: World, clients: Client[], places: Place[]): Promise<void> {
  const { random } = world.scheduler;
  const newClient = (name: string): Client => {
    const client = new Client(world, name);
    clients.push(client);
    return client;
  };
  for (let i = 1 + random.below(2); i > 0; i -= 1) places.push(...(await topic(newClient(`admin${i}`), `topic${i}`)));
  const producers: Promise<void>[] = [];
  for (let i = random.below(3); i >= 0; i -= 1) {
    const client = newClient(`idempotent${i}`);
    producers.push(
      idempotentProducer(client, { producerId: 1000 + i, producerEpoch: 0 }, places, 4 + random.below(12)),
    );
  }
  for (let i = random.below(2); i >= 0; i -= 1)
    producers.push(plainProducer(newClient(`plain${i}`), places, 3 + random.below(6)));
  const progress = { isOver: false };
  const consumers = (['read_uncommitted', 'read_committed'] as const).map((isolation) =>
    consumer(newClient(isolation), isolation, places, progress),
  );
  await Promise.all(producers);
  progress.isOver = true;
  await Promise.all(consumers);
}

/** The places of a topic that comes into being when it is first asked for. */
async function topic(client: Client, name: string): Promise<Place[]> {
  return client.insist('creating a topic', async () => {
    const answer = await client.call(metadataRequest, metadataResponse, 12, {
      topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name }],
      includeTopicAuthorizedOperations: false,
    });
    const found = answer.topics[0];
    if (found === undefined || found.errorCode !== ErrorCode.NONE) return undefined;
    return found.partitions.map(({ partitionIndex }) => ({
      topic: name,
      topicId: found.topicId,
      index: partitionIndex,
    }));
  });
}

async function consumer(
  client: Client,
  isolation: 'read_uncommitted' | 'read_committed',
  places: readonly Place[],
  progress: { readonly isOver: boolean },
): Promise<void> {
  const { random } = client;
  const fetcher = new Fetcher(client, {
    isolation,
    useSession: random.chance(50),
    useTopicIds: random.chance(50),
    maxBytes: 200 + random.below(4000),
    maxWaitMs: random.below(200),
  });
  for (const place of places) fetcher.follow(place);
  await client.insist('consuming', async () => {
    while (!progress.isOver || !fetcher.isAtEnd) await fetcher.poll();
    return true;
  });
}
