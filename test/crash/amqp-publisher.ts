/** Publishers: one with confirms, and one with transactions over two queues. What was lost with its connection is not sent again. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type AmqpEnd, ConnectionLost, type Received } from '../support/amqp-end.ts';
import type { SeededRandom } from '../support/scheduler.ts';
import type { Ledger, SentMessage, WatchedQueue } from './amqp-ledger.ts';
import { type Life, liveOn } from './amqp-session.ts';

export interface PublisherDeps {
  readonly name: string;
  readonly port: number;
  readonly aborted: AbortSignal;
  readonly ledger: Ledger;
  readonly random: SeededRandom;
  readonly isStopping: () => boolean;
  /** So many messages wait that more would only make the end of the run longer. */
  readonly isAhead: () => boolean;
}

export interface SentTransaction {
  readonly messages: readonly SentMessage[];
}

const CHANNEL = 1;
const UNCONFIRMED_MAX = 40;
const BURST_MAX = 8;
const PAUSE_MS_MAX = 4;
const PERCENT_COMMIT = 75;
const PERSISTENT = 2;

/** The body begins with the name; the rest makes it long. */
export function bodyOf(id: string, random: SeededRandom): Buffer {
  const bytes = random.chance(2) ? random.below(300_000) : random.below(random.chance(10) ? 9000 : 900);
  return Buffer.concat([Buffer.from(`${id}\n`), Buffer.alloc(bytes, id)]);
}

export function idOf(body: Buffer): string {
  return body.subarray(0, body.indexOf('\n')).toString();
}

/** @param priorities how many the queue has */
export async function publishWithConfirms(deps: PublisherDeps, queue: WatchedQueue, priorities = 1): Promise<void> {
  const publisher = new ConfirmedPublisher(deps, queue, priorities);
  await liveOn(deps.port, deps.aborted, (life) => publisher.life(life));
}

class ConfirmedPublisher {
  #count = 0;
  #unconfirmed = new Map<number, SentMessage>();
  #nextTag = 1;
  #life = 0;

  constructor(
    private readonly deps: PublisherDeps,
    private readonly queue: WatchedQueue,
    private readonly priorities: number,
  ) {}

  life(number: number): Life {
    for (const message of this.#unconfirmed.values()) message.fate = 'unknown';
    this.#unconfirmed = new Map();
    this.#nextTag = 1;
    this.#life = number;
    return { listener: (received) => this.#confirmed(received), live: (end) => this.#live(end) };
  }

  async #live(end: AmqpEnd): Promise<void> {
    const { isStopping, isAhead, random } = this.deps;
    await end.openChannel(CHANNEL);
    await end.ask(CHANNEL, 'confirm.select', {}, 'confirm.select-ok');
    while (!isStopping() || this.#unconfirmed.size > 0) {
      if (end.isLost) throw new ConnectionLost('the connection was lost');
      if (!isStopping() && !isAhead() && this.#unconfirmed.size < UNCONFIRMED_MAX) {
        for (let i = random.below(BURST_MAX); i >= 0; i -= 1) this.#publish(end);
      }
      await delay(random.below(PAUSE_MS_MAX));
    }
  }

  #publish(end: AmqpEnd): void {
    const { ledger, name, random } = this.deps;
    const priority = random.below(this.priorities);
    const message = ledger.send(name, this.#count, this.#life, priority);
    this.#count += 1;
    this.queue.sent(message);
    this.#unconfirmed.set(this.#nextTag, message);
    this.#nextTag += 1;
    end.publish(CHANNEL, '', this.queue.name, bodyOf(message.id, random), { deliveryMode: PERSISTENT, priority });
  }

  #confirmed(received: Received): void {
    if (received.method !== 'basic.ack' && received.method !== 'basic.nack') return;
    const { deliveryTag, multiple } = received;
    const tags = multiple ? [...this.#unconfirmed.keys()].filter((tag) => tag <= deliveryTag) : [deliveryTag];
    for (const tag of tags) {
      const message = this.#unconfirmed.get(tag);
      assert.ok(message !== undefined, `${this.deps.name}: ${tag} is confirmed and was not waiting for it`);
      this.#unconfirmed.delete(tag);
      if (received.method === 'basic.ack') message.fate = 'confirmed';
      else {
        assert.ok(this.queue.mayRefuse, `${message.id} was refused`);
        message.fate = 'never';
      }
    }
  }
}

/** @returns its transactions, of which each must have taken effect whole or not at all */
export async function publishInTransactions(
  deps: PublisherDeps,
  queues: readonly WatchedQueue[],
): Promise<SentTransaction[]> {
  const transactions: SentTransaction[] = [];
  let count = 0;
  const send = (end: AmqpEnd, life: number): SentTransaction => {
    const messages: SentMessage[] = [];
    for (let i = deps.random.below(BURST_MAX) + 1; i >= 0; i -= 1) {
      const queue = queues[i % queues.length] as WatchedQueue;
      const message = deps.ledger.send(deps.name, count, life);
      count += 1;
      queue.sent(message);
      messages.push(message);
      end.publish(CHANNEL, '', queue.name, bodyOf(message.id, deps.random), { deliveryMode: PERSISTENT });
    }
    return { messages };
  };
  const live = async (end: AmqpEnd, life: number): Promise<void> => {
    await end.openChannel(CHANNEL);
    await end.ask(CHANNEL, 'tx.select', {}, 'tx.select-ok');
    while (!deps.isStopping()) {
      if (deps.isAhead()) {
        await delay(PAUSE_MS_MAX);
        continue;
      }
      const transaction = send(end, life);
      transactions.push(transaction);
      await endTransaction(end, CHANNEL, transaction, deps.random.chance(PERCENT_COMMIT));
      await delay(deps.random.below(PAUSE_MS_MAX));
    }
  };
  await liveOn(deps.port, deps.aborted, (life) => ({ listener: () => {}, live: (end) => live(end, life) }));
  return transactions;
}

/** Commits or rolls back, and takes down what is known of it then. */
export async function endTransaction(
  end: AmqpEnd,
  channel: number,
  { messages }: SentTransaction,
  isCommit: boolean,
): Promise<void> {
  const are = (fate: SentMessage['fate']) => {
    for (const message of messages) message.fate = fate;
  };
  if (!isCommit) are('never');
  try {
    if (isCommit) await end.ask(channel, 'tx.commit', {}, 'tx.commit-ok');
    else await end.ask(channel, 'tx.rollback', {}, 'tx.rollback-ok');
  } catch (error) {
    if (isCommit) are('unknown');
    throw error;
  }
  if (isCommit) are('confirmed');
}
