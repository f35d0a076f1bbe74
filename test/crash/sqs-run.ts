/**
 * One crash run with clients of SQS: they are at work while the broker is killed and started again, and then the account. As in `run.ts`
 * the same seed gives the same plan and not the same run.
 */
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { freePort } from '../support/child.ts';
import { SeededRandom } from '../support/scheduler.ts';
import { SqsPlay, type SqsPlaySummary } from './sqs-play.ts';
import { sqsOnThisMachine } from './sqs-session.ts';

export interface SqsCrashPlan {
  readonly seed: number;
  readonly kills: number;
  readonly args: readonly string[];
}

interface Ports {
  readonly port: number;
  readonly amqpPort: number;
  readonly sqsPort: number;
}

const LIFE_MS_MAX = 600;
const START_MS_MAX = 400;
const PERCENT_KILLED_WHILE_STARTING = 15;
const RUN_MS_MAX = 240_000;
const DRAIN_MS_MAX = 100_000;
const AHEAD_MAX = 400;
const BODY_BYTES = 900;
const SLACK_MS = 20;
const SMALL_FILES = ['--segment-bytes-max', '262144', '--cleaner-interval-ms', '100', '--disk-reserve-bytes', '0'];

export async function runSqsCrashes(plan: SqsCrashPlan): Promise<SqsPlaySummary> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trilog-crash-'));
  const abort = new AbortController();
  const aborted = AbortSignal.any([abort.signal, AbortSignal.timeout(RUN_MS_MAX)]);
  setMaxListeners(0, aborted);
  const ports = { port: await freePort(), amqpPort: await freePort(), sqsPort: await freePort() };
  const run = new SqsCrashRun(plan, dataDir, ports, aborted);
  try {
    return await run.run();
  } finally {
    abort.abort();
    await run.broker?.kill9();
    await rm(dataDir, { recursive: true, force: true });
  }
}

class SqsCrashRun {
  broker: TrilogProcess | undefined;
  readonly #random: SeededRandom;
  readonly #play: SqsPlay;
  #life = 0;
  #isStopping = false;
  #failure: unknown;

  constructor(
    private readonly plan: SqsCrashPlan,
    private readonly dataDir: string,
    private readonly ports: Ports,
    aborted: AbortSignal,
  ) {
    this.#random = new SeededRandom(plan.seed);
    this.#play = new SqsPlay({
      surroundings: sqsOnThisMachine(ports.sqsPort, () => this.#life, aborted),
      random: new SeededRandom(plan.seed + 1),
      bodyBytes: BODY_BYTES,
      aheadMax: AHEAD_MAX,
      slackMs: SLACK_MS,
      visibilitySecondsMax: 2,
      delaySecondsMax: 2,
      waitSecondsMax: 1,
      restMs: 15,
      receiversPerQueue: 3,
      isStopping: () => this.#isStopping || this.#failure !== undefined,
    });
  }

  async run(): Promise<SqsPlaySummary> {
    await this.#start(true);
    await this.#play.declare();
    const watched = (running: readonly Promise<void>[]) => running.map((one) => one.catch(this.#failed));
    const senders = watched(this.#play.senders());
    const receivers = watched(this.#play.receivers());
    for (let kill = 0; kill < this.plan.kills && this.#failure === undefined; kill += 1) {
      await delay(this.#random.below(LIFE_MS_MAX));
      await this.#kill();
    }
    this.#isStopping = true;
    await Promise.all(senders);
    this.#play.drain();
    await this.#drain();
    this.#play.end();
    await Promise.all(receivers);
    if (this.#failure !== undefined) throw this.#failure;
    this.#play.check();
    await this.#kill();
    assert.equal(await this.#play.left(), 0, 'something came back after everything was deleted for good');
    assert.deepEqual(await this.broker?.stop(), { code: 0, signal: null }, this.broker?.output());
    return this.#play.summary();
  }

  readonly #failed = (error: unknown): void => {
    this.#failure ??= error;
    this.#play.end();
  };

  async #start(wait: boolean): Promise<void> {
    const args = [...SMALL_FILES, ...this.plan.args];
    this.broker = await startTrilog({ dataDir: this.dataDir, ...this.ports, args, wait });
  }

  async #kill(): Promise<void> {
    await this.#kill9();
    while (this.#random.chance(PERCENT_KILLED_WHILE_STARTING)) {
      await this.#start(false);
      await delay(this.#random.below(START_MS_MAX));
      await this.#kill9();
    }
    await this.#start(true);
  }

  async #kill9(): Promise<void> {
    this.#life += 1;
    await this.broker?.kill9();
    this.#life += 1;
  }

  async #drain(): Promise<void> {
    const untilMs = performance.now() + DRAIN_MS_MAX;
    while (this.#failure === undefined) {
      const left = await this.#play.left();
      if (left === 0) return;
      assert.ok(performance.now() < untilMs, `the queues are not drained: ${left} messages are left`);
      await delay(50);
    }
  }
}
