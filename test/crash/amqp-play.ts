/**
 * AMQP clients at work on several kinds of queues, and the account of it: who publishes what, who consumes it, when everything has come to
 * its end, and what must hold then. Whoever stages it kills the broker as he likes.
 */
import assert from 'node:assert/strict';
import type { FieldTable, FieldValue } from '../../src/message/field-table.ts';
import type { AmqpEnd } from '../support/amqp-end.ts';
import { SeededRandom } from '../support/scheduler.ts';
import { Consumer, Copier, type Copy, type Idle } from './amqp-consumer.ts';
import { Ledger, type WatchedOptions, WatchedQueue } from './amqp-ledger.ts';
import { publishInTransactions, publishWithConfirms, type SentTransaction } from './amqp-publisher.ts';
import type { Surroundings } from './amqp-session.ts';

export interface PlayDeps {
  readonly surroundings: Surroundings;
  readonly random: SeededRandom;
  readonly bodyBytes: number;
  /** Within which time the broker has written a settlement. */
  readonly writtenWithinMs: number;
  /** So many messages may be on their way before publishers wait. */
  readonly aheadMax: number;
  /** Publishers are to come to an end. */
  readonly isStopping: (name: string, sent: number) => boolean;
}

export interface PlaySummary {
  readonly confirmed: number;
  readonly unknown: number;
  readonly redeliveries: number;
  readonly transactions: number;
  readonly copies: number;
}

const PRIORITIES = 3;
const LENGTH_MAX = 30;
const DYING_MS = 20;
const text = (value: string): FieldValue => ({ type: 'longstr', value });
const number = (value: number): FieldValue => ({ type: 'int32', value });

export class AmqpPlay {
  readonly #deps: PlayDeps;
  readonly #ledger = new Ledger();
  readonly #watched: WatchedQueue[] = [];
  readonly #plain = this.#watch('plain');
  readonly #priority = this.#watch('priority');
  readonly #bounded = this.#watch('bounded', { mayRefuse: true });
  readonly #rejected = this.#watch('rejected');
  readonly #dead = this.#watch('dead', { isDeadLetters: true });
  readonly #copied = this.#watch('copied');
  readonly #together = this.#watch('together');
  readonly #copies = this.#watch('copies');
  #isOver = false;
  #idle: Idle[] = [];
  #copier: Copier | undefined;
  #transactions: SentTransaction[] = [];

  constructor(deps: PlayDeps) {
    this.#deps = deps;
  }

  #watch(name: string, options?: WatchedOptions): WatchedQueue {
    const queue = new WatchedQueue(name, this.#ledger, options);
    this.#watched.push(queue);
    return queue;
  }

  /** Makes the queues; again does no harm. */
  async declare(end: AmqpEnd): Promise<void> {
    const declare = (queue: string, args: Readonly<Record<string, FieldValue>> = {}) => {
      const given: FieldTable = new Map(Object.entries(args));
      return end.ask(1, 'queue.declare', { queue, durable: true, arguments: given }, 'queue.declare-ok');
    };
    for (const queue of ['plain', 'dead', 'copied', 'together', 'copies']) await declare(queue);
    await declare('priority', { 'x-max-priority': number(PRIORITIES - 1) });
    await declare('bounded', { 'x-max-length': number(LENGTH_MAX), 'x-overflow': text('reject-publish') });
    const to = (queue: string) => ({
      'x-dead-letter-exchange': text(''),
      'x-dead-letter-routing-key': text(queue),
    });
    await declare('rejected', to('dying'));
    await declare('dying', { ...to('dead'), 'x-message-ttl': number(DYING_MS) });
  }

  publishers(): Promise<void>[] {
    const { surroundings, random, bodyBytes, aheadMax } = this.#deps;
    const deps = (name: string) => ({
      name,
      surroundings,
      bodyBytes,
      ledger: this.#ledger,
      random: new SeededRandom(random.uint32()),
      isStopping: () => this.#deps.isStopping(name, this.#ledger.sentBy(name)),
      isAhead: () => this.#ledger.aheadCount > aheadMax,
    });
    return [
      publishWithConfirms(deps('to plain'), this.#plain),
      publishWithConfirms(deps('to priority'), this.#priority, PRIORITIES),
      publishWithConfirms(deps('to bounded'), this.#bounded),
      publishWithConfirms(deps('to rejected'), this.#rejected),
      publishInTransactions(deps('in transactions'), [this.#copied, this.#together]).then((transactions) => {
        this.#transactions = transactions;
      }),
    ];
  }

  /** They end after `end`. */
  consumers(): Promise<void>[] {
    const { surroundings, random, bodyBytes, writtenWithinMs } = this.#deps;
    const deps = () => ({
      surroundings,
      bodyBytes,
      writtenWithinMs,
      ledger: this.#ledger,
      random: new SeededRandom(random.uint32()),
      isStopping: () => this.#isOver,
    });
    this.#copier = new Copier(deps(), this.#copied, this.#copies);
    const consumers = [
      ...[this.#plain, this.#priority, this.#bounded, this.#dead, this.#together, this.#copies].map(
        (queue) => new Consumer(deps(), queue),
      ),
      new Consumer(deps(), this.#rejected, this.#dead),
      this.#copier,
    ];
    this.#idle = consumers;
    return consumers.map((consumer) => consumer.run());
  }

  end(): void {
    this.#isOver = true;
  }

  /** Whether nothing is in anybody's hands, and all that was settled is settled for good. */
  get isIdle(): boolean {
    return this.#idle.every(({ isIdle }) => isIdle);
  }

  /** How many messages wait in the queues. */
  async waiting(end: AmqpEnd): Promise<number> {
    let count = 0;
    for (const queue of [...this.#watched.map(({ name }) => name), 'dying']) {
      count += (await end.ask(1, 'queue.declare', { queue, passive: true }, 'queue.declare-ok')).messageCount;
    }
    return count;
  }

  /** When all is drained: everything that was promised has come, and what belongs together came together. */
  check(): void {
    for (const queue of this.#watched) queue.checkAllCame();
    for (const { id, fate } of this.#ledger.messages.values()) {
      // What was delivered before it was on the disk may be gone with all that became of it.
      if (fate !== 'confirmed' || this.#rejected.fateOf(id) !== 'rejected') continue;
      assert.equal(this.#dead.fateOf(id), 'acknowledged', `${id} was rejected and did not come to the dead letters`);
    }
    const copies = this.#copier?.transactions ?? [];
    for (const transaction of [...this.#transactions, ...copies]) this.#checkWhole(transaction);
    this.#checkCopies(copies.flatMap((transaction) => transaction.copies));
  }

  #checkWhole({ messages }: SentTransaction): void {
    const came = messages.filter(({ id }) => this.#watched.some((queue) => queue.fateOf(id) === 'acknowledged'));
    // What is acknowledged for good was on the disk, and so was the rest.
    const isDurable = messages.some(({ id }) => this.#watched.some((queue) => queue.isFinal(id)));
    const what = `of a transaction with ${messages[0]?.id} (${messages[0]?.fate}) ${came.length} came`;
    assert.ok(!isDurable || came.length === messages.length, what);
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

  summary(): PlaySummary {
    return {
      confirmed: this.#ledger.count('confirmed'),
      unknown: this.#ledger.count('unknown'),
      redeliveries: this.#watched.reduce((sum, { redeliveries }) => sum + redeliveries, 0),
      transactions: this.#transactions.length,
      copies: this.#copier?.transactions.length ?? 0,
    };
  }
}
