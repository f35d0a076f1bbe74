/**
 * One crash run: producers and consumers at work while the broker is killed and started again, and then the account. The
 * broker is a process; kills come at random moments, also while it starts. What is random comes from the seed, but
 * since processes run in real time, the same seed gives the same plan and not the same run.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UUID_ZERO } from '../../src/catalog/uuid.ts';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { freePort } from '../support/child.ts';
import { SeededRandom } from '../support/scheduler.ts';
import { metadata, offsetFetch } from './apis.ts';
import { checkFollowed, follow, readAll } from './consumer.ts';
import { Ledger, type View } from './ledger.ts';
import { runIdempotentProducer, type Target } from './producer.ts';
import { Session } from './session.ts';
import { groupOf, runTransactionalProducer } from './transactional-producer.ts';
import type { WireClient } from './wire-client.ts';

export interface CrashPlan {
  readonly seed: number;
  readonly kills: number;
  readonly idempotentProducers: number;
  /** By the rules of before KIP-890. */
  readonly transactionalProducersV1: number;
  readonly transactionalProducersV2: number;
  readonly args: readonly string[];
}

export interface CrashSummary {
  readonly acknowledged: number;
  readonly transactions: number;
  readonly unknownOutcomes: number;
}

const PARTITIONS = 3;
/** How long a life lasts after the broker is ready, at most. */
const LIFE_MS_MAX = 300;
/** A run that takes longer hangs: everybody stops. Ten times what it takes, for machines that are busy. */
const RUN_MS_MAX = 240_000;
const START_MS_MAX = 400;
const PERCENT_KILLED_WHILE_STARTING = 20;
/** Small files, so that sealing, checkpoints and the cleaner are all hit. */
const SMALL_FILES = ['--segment-bytes-max', '65536', '--cleaner-interval-ms', '100', '--disk-reserve-bytes', '0'];

export async function runCrashes(plan: CrashPlan): Promise<CrashSummary> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trilog-crash-'));
  const abort = new AbortController();
  let broker: TrilogProcess | undefined;
  try {
    const aborted = AbortSignal.any([abort.signal, AbortSignal.timeout(RUN_MS_MAX)]);
    const run = new CrashRun(plan, dataDir, await freePort(), aborted);
    return await run.run((started) => {
      broker = started;
    });
  } finally {
    abort.abort();
    await broker?.kill9();
    await rm(dataDir, { recursive: true, force: true });
  }
}

class CrashRun {
  readonly #ledger = new Ledger();
  readonly #random: SeededRandom;
  readonly #target: Target = { topic: 'crashed', partitions: PARTITIONS };
  readonly #transactional: string[] = [];
  #stopping = false;
  #failure: unknown;

  constructor(
    private readonly plan: CrashPlan,
    private readonly dataDir: string,
    private readonly port: number,
    private readonly aborted: AbortSignal,
  ) {
    this.#random = new SeededRandom(plan.seed);
  }

  async run(onStarted: (broker: TrilogProcess) => void): Promise<CrashSummary> {
    const start = async (wait: boolean): Promise<TrilogProcess> => {
      const args = [...SMALL_FILES, '--default-partitions', String(PARTITIONS), ...this.plan.args];
      const broker = await startTrilog({ dataDir: this.dataDir, port: this.port, args, wait });
      onStarted(broker);
      return broker;
    };
    let broker = await start(true);
    await this.#createTopic();
    const [followers, actors] = this.#startActors();
    for (let kill = 0; kill < this.plan.kills && this.#failure === undefined; kill += 1) {
      await delay(this.#random.below(LIFE_MS_MAX));
      await broker.kill9();
      while (this.#random.chance(PERCENT_KILLED_WHILE_STARTING)) {
        broker = await start(false);
        await delay(this.#random.below(START_MS_MAX));
        await broker.kill9();
      }
      broker = await start(true);
    }
    this.#stopping = true;
    await Promise.all(actors);
    if (this.#failure !== undefined) throw this.#failure;
    const followed = await Promise.all(followers);
    await this.#check(followed);
    await broker.kill9();
    broker = await start(true);
    await this.#check(followed);
    assert.deepEqual(await broker.stop(), { code: 0, signal: null }, broker.output());
    return this.#summary();
  }

  async #createTopic(): Promise<void> {
    await this.#withClient(async (client) => {
      const topics = [{ topicId: UUID_ZERO, name: this.#target.topic }];
      const response = await client.request(metadata, 9, { topics, includeTopicAuthorizedOperations: false });
      assert.equal(response.topics[0]?.partitions.length, PARTITIONS);
    });
  }

  #startActors(): [followers: Promise<View[]>[], producers: Promise<void>[]] {
    const { plan, port, aborted } = this;
    const isStopping = () => this.#stopping || this.#failure !== undefined;
    const common = { target: this.#target, ledger: this.#ledger, isStopping };
    const deps = (name: string) => ({
      ...common,
      name,
      session: new Session(port, aborted),
      random: new SeededRandom(this.#random.uint32()),
    });
    const producers: Promise<void>[] = [];
    for (let i = 0; i < plan.idempotentProducers; i += 1)
      producers.push(runIdempotentProducer(deps(`idempotent ${i}`)));
    for (const [isV2, count] of [
      [false, plan.transactionalProducersV1],
      [true, plan.transactionalProducersV2],
    ] as const) {
      for (let i = 0; i < count; i += 1) {
        const name = `transactional v${isV2 ? 2 : 1} ${i}`;
        this.#transactional.push(name);
        producers.push(runTransactionalProducer(deps(name), isV2));
      }
    }
    const followers = (['read_uncommitted', 'read_committed'] as const).map((isolation) =>
      follow(new Session(port, aborted), this.#target, isolation, isStopping),
    );
    const failed = (error: unknown) => {
      this.#failure ??= error;
    };
    for (const follower of followers) follower.catch(failed);
    return [followers, producers.map((producer) => producer.catch(failed))];
  }

  async #check(followed: readonly (readonly View[])[]): Promise<void> {
    await this.#withClient(async (client) => {
      const uncommitted = await readAll(client, this.#target, 'read_uncommitted');
      const committed = await readAll(client, this.#target, 'read_committed');
      this.#ledger.check(uncommitted, committed);
      const [followedUncommitted = [], followedCommitted = []] = followed;
      checkFollowed(followedUncommitted, uncommitted, 'read_uncommitted');
      checkFollowed(followedCommitted, committed, 'read_committed');
      for (const producer of this.#transactional) await this.#checkOffset(client, producer, committed);
    });
  }

  /** Offsets that were committed with a transaction share its fate. */
  async #checkOffset(client: WireClient, producer: string, committed: readonly View[]): Promise<void> {
    // Where retention has deleted records the last transaction with effect can't be told by them.
    if (committed.some(({ startOffset }) => startOffset > 0)) return;
    const groupId = groupOf(producer);
    const topics = [{ name: this.#target.topic, topicId: UUID_ZERO, partitionIndexes: [0] }];
    const response = await client.request(offsetFetch, 8, { groups: [{ groupId, topics }], requireStable: true });
    const offset = response.groups[0]?.topics[0]?.partitions[0];
    assert.equal(offset?.errorCode, 0);
    assert.equal(offset.committedOffset, this.#ledger.lastEffective(producer, committed), `offset of ${groupId}`);
  }

  async #withClient(body: (client: WireClient) => Promise<void>): Promise<void> {
    const session = new Session(this.port, this.aborted);
    try {
      await body(await session.connected());
    } finally {
      session.close();
    }
  }

  #summary(): CrashSummary {
    const { acknowledgedCount, transactions } = this.#ledger;
    const unknownOutcomes = transactions.filter(({ outcome }) => outcome === 'unknown').length;
    return { acknowledged: acknowledgedCount, transactions: transactions.length, unknownOutcomes };
  }
}
