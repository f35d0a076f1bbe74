/**
 * One crash run with AMQP clients: publishers and consumers of several kinds of queues at work while the broker is killed and
 * started again, and then the account. As in `run.ts` the same seed gives the same plan and not the same run.
 */
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';
import type { AmqpEnd } from '../support/amqp-end.ts';
import { connectAmqp } from '../support/amqp-socket.ts';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { freePort } from '../support/child.ts';
import { SeededRandom } from '../support/scheduler.ts';
import { Consumer, Copier, type Copy, type Idle } from './amqp-consumer.ts';
import { Ledger, WatchedQueue } from './amqp-ledger.ts';
import { publishInTransactions, publishWithConfirms, type SentTransaction } from './amqp-publisher.ts';

export interface AmqpCrashPlan {
  readonly seed: number;
  readonly kills: number;
  readonly args: readonly string[];
}

export interface AmqpCrashSummary {
  readonly confirmed: number;
  readonly unknown: number;
  readonly redeliveries: number;
  readonly transactions: number;
  readonly copies: number;
}

const LIFE_MS_MAX = 800;
const START_MS_MAX = 400;
const PERCENT_KILLED_WHILE_STARTING = 15;
const RUN_MS_MAX = 100_000;
const DRAIN_MS_MAX = 40_000;
/** Publishers wait while this much is on its way. */
const AHEAD_MAX = 400;
const PRIORITIES = 3;
const SMALL_FILES = ['--segment-bytes-max', '262144', '--cleaner-interval-ms', '100', '--disk-reserve-bytes', '0'];

export async function runAmqpCrashes(plan: AmqpCrashPlan): Promise<AmqpCrashSummary> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trilog-crash-'));
  const abort = new AbortController();
  const run = new AmqpCrashRun(plan, dataDir, AbortSignal.any([abort.signal, AbortSignal.timeout(RUN_MS_MAX)]));
  try {
    return await run.run();
  } finally {
    abort.abort();
    await run.broker?.kill9();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const text = (value: string): FieldValue => ({ type: 'longstr', value });
const number = (value: number): FieldValue => ({ type: 'int32', value });

class AmqpCrashRun {
  broker: TrilogProcess | undefined;
  readonly #ledger = new Ledger();
  readonly #random: SeededRandom;
  readonly #watched: WatchedQueue[] = [];
  readonly #plain = this.#watch('plain');
  readonly #priority = this.#watch('priority');
  readonly #bounded = this.#watch('bounded', { mayRefuse: true });
  readonly #rejected = this.#watch('rejected');
  readonly #dead = this.#watch('dead', { isDeadLetters: true });
  readonly #copied = this.#watch('copied');
  readonly #together = this.#watch('together');
  readonly #copies = this.#watch('copies');
  #port = 0;
  #kafkaPort = 0;
  #isStopping = false;
  #isOver = false;
  #failure: unknown;
  #idle: Idle[] = [];
  #copier: Copier | undefined;
  #transactions: SentTransaction[] = [];

  constructor(
    private readonly plan: AmqpCrashPlan,
    private readonly dataDir: string,
    private readonly aborted: AbortSignal,
  ) {
    this.#random = new SeededRandom(plan.seed);
    setMaxListeners(0, aborted);
  }

  #watch(name: string, options?: ConstructorParameters<typeof WatchedQueue>[2]): WatchedQueue {
    const queue = new WatchedQueue(name, this.#ledger, options);
    this.#watched.push(queue);
    return queue;
  }

  async run(): Promise<AmqpCrashSummary> {
    this.#port = await freePort();
    this.#kafkaPort = await freePort();
    await this.#start(true);
    await this.#withClient((end) => this.#declare(end));
    const publishers = this.#startPublishers();
    const consumers = this.#startConsumers();
    for (let kill = 0; kill < this.plan.kills && this.#failure === undefined; kill += 1) {
      await delay(this.#random.below(LIFE_MS_MAX));
      await this.#kill();
    }
    this.#isStopping = true;
    await Promise.all(publishers);
    await this.#drain();
    this.#isOver = true;
    await Promise.all(consumers);
    if (this.#failure !== undefined) throw this.#failure;
    this.#check();
    await this.#kill();
    await this.#withClient((end) => this.#checkEmpty(end));
    assert.deepEqual(await this.broker?.stop(), { code: 0, signal: null }, this.broker?.output());
    return this.#summary();
  }

  async #start(wait: boolean): Promise<void> {
    this.broker = await startTrilog({
      dataDir: this.dataDir,
      port: this.#kafkaPort,
      amqpPort: this.#port,
      args: [...SMALL_FILES, ...this.plan.args],
      wait,
    });
  }

  async #kill(): Promise<void> {
    await this.broker?.kill9();
    this.#ledger.kills += 1;
    while (this.#random.chance(PERCENT_KILLED_WHILE_STARTING)) {
      await this.#start(false);
      await delay(this.#random.below(START_MS_MAX));
      await this.broker?.kill9();
    }
    await this.#start(true);
  }

  async #declare(end: AmqpEnd): Promise<void> {
    const declare = (queue: string, args: Readonly<Record<string, FieldValue>> = {}) => {
      const given: FieldTable = new Map(Object.entries(args));
      return end.ask(1, 'queue.declare', { queue, durable: true, arguments: given }, 'queue.declare-ok');
    };
    for (const queue of ['plain', 'dead', 'copied', 'together', 'copies']) await declare(queue);
    await declare('priority', { 'x-max-priority': number(PRIORITIES - 1) });
    await declare('bounded', { 'x-max-length': number(30), 'x-overflow': text('reject-publish') });
    const to = (queue: string) => ({ 'x-dead-letter-exchange': text(''), 'x-dead-letter-routing-key': text(queue) });
    await declare('rejected', to('dying'));
    await declare('dying', { ...to('dead'), 'x-message-ttl': number(20) });
  }

  #startPublishers(): Promise<void>[] {
    const { aborted, plan } = this;
    const isStopping = () => this.#isStopping || this.#failure !== undefined;
    const deps = (name: string) => {
      const random = new SeededRandom(plan.seed + this.#random.uint32());
      const isAhead = () => this.#ahead > AHEAD_MAX;
      return { name, port: this.#port, aborted, ledger: this.#ledger, random, isStopping, isAhead };
    };
    const running = [
      publishWithConfirms(deps('to plain'), this.#plain),
      publishWithConfirms(deps('to priority'), this.#priority, PRIORITIES),
      publishWithConfirms(deps('to bounded'), this.#bounded),
      publishWithConfirms(deps('to rejected'), this.#rejected),
      publishInTransactions(deps('in transactions'), [this.#copied, this.#together]).then((transactions) => {
        this.#transactions = transactions;
      }),
    ];
    return running.map((one) => one.catch((error) => this.#failed(error)));
  }

  #startConsumers(): Promise<void>[] {
    const { aborted } = this;
    const isStopping = () => this.#isOver || this.#failure !== undefined;
    const deps = () => {
      return {
        port: this.#port,
        aborted,
        isStopping,
        ledger: this.#ledger,
        random: new SeededRandom(this.#random.uint32()),
      };
    };
    this.#copier = new Copier(deps(), this.#copied, this.#copies);
    const consumers = [
      ...[this.#plain, this.#priority, this.#bounded, this.#dead, this.#together, this.#copies].map(
        (queue) => new Consumer(deps(), queue),
      ),
      new Consumer(deps(), this.#rejected, this.#dead),
      this.#copier,
    ];
    this.#idle = consumers;
    return consumers.map((consumer) => consumer.run().catch((error) => this.#failed(error)));
  }

  #failed(error: unknown): void {
    this.#failure ??= error;
  }

  /** How many messages are sent and not delivered, about. */
  get #ahead(): number {
    const delivered = this.#watched.reduce((sum, { deliveries }) => sum + deliveries, 0);
    return this.#ledger.messages.size - delivered;
  }

  /** Until every queue is empty and nothing can come back. */
  async #drain(): Promise<void> {
    const untilMs = performance.now() + DRAIN_MS_MAX;
    while (this.#failure === undefined) {
      const isIdle = this.#idle.every(({ isIdle }) => isIdle);
      if (
        isIdle &&
        (await this.#withClient((end) => this.#waiting(end))) === 0 &&
        this.#idle.every(({ isIdle }) => isIdle)
      )
        return;
      assert.ok(performance.now() < untilMs, 'the queues are not drained');
      await delay(50);
    }
  }

  async #waiting(end: AmqpEnd): Promise<number> {
    let count = 0;
    for (const queue of [...this.#watched.map(({ name }) => name), 'dying']) {
      count += (await end.ask(1, 'queue.declare', { queue, passive: true }, 'queue.declare-ok')).messageCount;
    }
    return count;
  }

  /** Everything that was promised has come, and what belongs together came together. */
  #check(): void {
    for (const queue of this.#watched) queue.checkAllCame();
    for (const { id, fate } of this.#ledger.messages.values()) {
      // What was delivered before it was on the disk may be gone with all that became of it.
      if (fate !== 'confirmed' || this.#rejected.fateOf(id) !== 'rejected') continue;
      assert.equal(this.#dead.fateOf(id), 'acknowledged', `${id} was rejected and did not come to the dead letters`);
    }
    const copies = this.#copier?.transactions ?? [];
    for (const { messages } of [...this.#transactions, ...copies]) {
      const came = messages.filter(({ id }) => this.#watched.some((queue) => queue.fateOf(id) === 'acknowledged'));
      // What is acknowledged for good was on the disk, and so was the rest.
      const isDurable = messages.some(({ id }) => this.#watched.some((queue) => queue.isFinal(id)));
      const what = `of a transaction with ${messages[0]?.id} (${messages[0]?.fate}) ${came.length} came`;
      assert.ok(!isDurable || came.length === messages.length, what);
    }
    this.#checkCopies(copies.flatMap((transaction) => transaction.copies));
  }

  #checkCopies(copies: readonly Copy[]): void {
    const came = copies.filter(({ message }) => this.#copies.fateOf(message.id) === 'acknowledged');
    const copied = new Set(came.map(({ source }) => source));
    const copiedForGood = new Set<string>();
    for (const { source, message } of came) {
      if (!this.#copies.isFinal(message.id)) continue;
      assert.ok(!copiedForGood.has(source), `${source} was copied twice`);
      copiedForGood.add(source);
    }
    for (const { id, fate } of this.#ledger.messages.values()) {
      if (fate !== 'confirmed' || this.#copied.fateOf(id) === undefined) continue;
      assert.ok(copied.has(id), `${id} was confirmed and not copied`);
    }
  }

  async #checkEmpty(end: AmqpEnd): Promise<void> {
    assert.equal(await this.#waiting(end), 0, 'something came back after everything was settled for good');
  }

  async #withClient<T>(body: (end: AmqpEnd) => Promise<T>): Promise<T> {
    const end = await connectAmqp(this.#port);
    try {
      await end.openChannel(1);
      return await body(end);
    } finally {
      end.close();
    }
  }

  #summary(): AmqpCrashSummary {
    return {
      confirmed: this.#ledger.count('confirmed'),
      unknown: this.#ledger.count('unknown'),
      redeliveries: this.#watched.reduce((sum, { redeliveries }) => sum + redeliveries, 0),
      transactions: this.#transactions.length,
      copies: this.#copier?.transactions.length ?? 0,
    };
  }
}
