/**
 * One crash run with AMQP clients: they are at work while the broker is killed and started again, and then the account. As in `run.ts` the
 * same seed gives the same plan and not the same run.
 */
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AmqpEnd } from '../support/amqp-end.ts';
import { connectAmqp } from '../support/amqp-socket.ts';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { freePort } from '../support/child.ts';
import { SeededRandom } from '../support/scheduler.ts';
import { AmqpPlay, type PlaySummary } from './amqp-play.ts';
import { onThisMachine } from './amqp-session.ts';

export interface AmqpCrashPlan {
  readonly seed: number;
  readonly kills: number;
  readonly args: readonly string[];
}

const LIFE_MS_MAX = 800;
const START_MS_MAX = 400;
const PERCENT_KILLED_WHILE_STARTING = 15;
const RUN_MS_MAX = 240_000;
const DRAIN_MS_MAX = 100_000;
const AHEAD_MAX = 400;
const BODY_BYTES = 900;
/** Twice the broker's delay for settlements, and something for a busy machine. */
const WRITTEN_WITHIN_MS = 350;
const SMALL_FILES = ['--segment-bytes-max', '262144', '--cleaner-interval-ms', '100', '--disk-reserve-bytes', '0'];

export async function runAmqpCrashes(plan: AmqpCrashPlan): Promise<PlaySummary> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trilog-crash-'));
  const abort = new AbortController();
  const aborted = AbortSignal.any([abort.signal, AbortSignal.timeout(RUN_MS_MAX)]);
  setMaxListeners(0, aborted);
  const run = new AmqpCrashRun(plan, dataDir, await freePort(), await freePort(), aborted);
  try {
    return await run.run();
  } finally {
    abort.abort();
    await run.broker?.kill9();
    await rm(dataDir, { recursive: true, force: true });
  }
}

class AmqpCrashRun {
  broker: TrilogProcess | undefined;
  readonly #random: SeededRandom;
  readonly #play: AmqpPlay;
  #isStopping = false;
  #failure: unknown;

  constructor(
    private readonly plan: AmqpCrashPlan,
    private readonly dataDir: string,
    private readonly port: number,
    private readonly kafkaPort: number,
    aborted: AbortSignal,
  ) {
    this.#random = new SeededRandom(plan.seed);
    this.#play = new AmqpPlay({
      surroundings: onThisMachine(port, aborted),
      random: new SeededRandom(plan.seed + 1),
      bodyBytes: BODY_BYTES,
      writtenWithinMs: WRITTEN_WITHIN_MS,
      aheadMax: AHEAD_MAX,
      isStopping: () => this.#isStopping || this.#failure !== undefined,
    });
  }

  async run(): Promise<PlaySummary> {
    await this.#start(true);
    await this.#withClient((end) => this.#play.declare(end));
    const watched = (running: readonly Promise<void>[]) => running.map((one) => one.catch(this.#failed));
    const publishers = watched(this.#play.publishers());
    const consumers = watched(this.#play.consumers());
    for (let kill = 0; kill < this.plan.kills && this.#failure === undefined; kill += 1) {
      await delay(this.#random.below(LIFE_MS_MAX));
      await this.#kill();
    }
    this.#isStopping = true;
    await Promise.all(publishers);
    await this.#drain();
    this.#play.end();
    await Promise.all(consumers);
    if (this.#failure !== undefined) throw this.#failure;
    this.#play.check();
    await this.#kill();
    const left = await this.#withClient((end) => this.#play.waiting(end));
    assert.equal(left, 0, 'something came back after everything was settled for good');
    assert.deepEqual(await this.broker?.stop(), { code: 0, signal: null }, this.broker?.output());
    return this.#play.summary();
  }

  readonly #failed = (error: unknown): void => {
    this.#failure ??= error;
    this.#play.end();
  };

  async #start(wait: boolean): Promise<void> {
    const args = [...SMALL_FILES, ...this.plan.args];
    const { dataDir, kafkaPort: port, port: amqpPort } = this;
    this.broker = await startTrilog({ dataDir, port, amqpPort, args, wait });
  }

  async #kill(): Promise<void> {
    await this.broker?.kill9();
    while (this.#random.chance(PERCENT_KILLED_WHILE_STARTING)) {
      await this.#start(false);
      await delay(this.#random.below(START_MS_MAX));
      await this.broker?.kill9();
    }
    await this.#start(true);
  }

  async #drain(): Promise<void> {
    const untilMs = performance.now() + DRAIN_MS_MAX;
    while (this.#failure === undefined) {
      const waiting = this.#play.isIdle ? await this.#withClient((end) => this.#play.waiting(end)) : 1;
      if (waiting === 0 && this.#play.isIdle) return;
      assert.ok(performance.now() < untilMs, 'the queues are not drained');
      await delay(50);
    }
  }

  async #withClient<T>(body: (end: AmqpEnd) => Promise<T>): Promise<T> {
    const end = await connectAmqp(this.port);
    try {
      await end.openChannel(1);
      return await body(end);
    } finally {
      end.close();
    }
  }
}
