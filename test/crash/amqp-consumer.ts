/**
 * Consumers: one that acknowledges, gives back and rejects as it likes, and one that copies what it gets to another queue in
 * transactions. Both tell the watched queue what came and what became of it.
 *
 * When is an acknowledgement for good? When a request that was sent behind it has been answered the broker has it; it is written
 * within the delay for settlements from then on; and when a request that was sent after that has been answered, which
 * waits for all that is written, it is on the disk.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type AmqpEnd, ConnectionLost, type Received } from '../support/amqp-end.ts';
import type { SeededRandom } from '../support/scheduler.ts';
import type { Ledger, SentMessage, WatchedQueue } from './amqp-ledger.ts';
import { bodyOf, endTransaction, idOf, type SentTransaction } from './amqp-publisher.ts';
import { type Life, liveOn } from './amqp-session.ts';

export interface ConsumerDeps {
  readonly port: number;
  readonly aborted: AbortSignal;
  readonly random: SeededRandom;
  readonly isStopping: () => boolean;
}

interface InHand {
  readonly tag: number;
  readonly id: string;
}

interface Settled {
  readonly id: string;
  /** When it was known that the broker has the settlement. */
  receivedMs: number | undefined;
}

const CHANNEL = 1;
const SYNC_CHANNEL = 2;
const SYNC_MS = 30;
/** Twice the broker's delay for settlements, and something for a busy machine. */
const WRITTEN_WITHIN_MS = 350;
const PERCENT_REQUEUE = 5;
const PERCENT_REJECT = 40;
const PERCENT_MULTIPLE = 30;
const PERCENT_COMMIT = 80;
const COPIES_MAX = 6;

/** What a run asks of its consumers. */
export interface Idle {
  /** Nothing is in hand, and all that was settled is settled for good. */
  readonly isIdle: boolean;
}

export class Consumer implements Idle {
  #inHand: InHand[] = [];
  #settled: Settled[] = [];

  constructor(
    private readonly deps: ConsumerDeps,
    private readonly queue: WatchedQueue,
    /** Where what is rejected ends up; without it nothing is rejected. */
    private readonly deadLetters?: WatchedQueue,
  ) {}

  get isIdle(): boolean {
    return this.#inHand.length === 0 && this.#settled.length === 0;
  }

  run(): Promise<void> {
    return liveOn(this.deps.port, this.deps.aborted, () => this.#life());
  }

  #life(): Life {
    this.#inHand = [];
    this.#settled = [];
    this.queue.newSession();
    return {
      listener: (received) => this.#delivered(received),
      live: async (end) => {
        await end.openChannel(SYNC_CHANNEL);
        await end.openChannel(CHANNEL);
        const prefetchCount = 1 + this.deps.random.below(20);
        await end.ask(CHANNEL, 'basic.qos', { prefetchCount }, 'basic.qos-ok');
        await end.ask(CHANNEL, 'basic.consume', { queue: this.queue.name }, 'basic.consume-ok');
        await Promise.all([this.#work(end), this.#sync(end)]);
      },
    };
  }

  #delivered(received: Received): void {
    if (received.method !== 'basic.deliver') return;
    const id = idOf(received.body ?? Buffer.alloc(0));
    this.queue.delivered({ id, redelivered: received.redelivered });
    this.#inHand.push({ tag: received.deliveryTag, id });
  }

  async #work(end: AmqpEnd): Promise<void> {
    const { random, isStopping } = this.deps;
    while (!isStopping()) {
      if (end.isLost) throw new ConnectionLost('the connection was lost');
      for (let i = 1 + random.below(8); i > 0 && this.#inHand.length > 0; i -= 1) this.#settleSome(end);
      await delay(random.below(2));
    }
  }

  #settleSome(end: AmqpEnd): void {
    const { random } = this.deps;
    const at = random.chance(70) ? 0 : random.below(this.#inHand.length);
    if (random.chance(PERCENT_MULTIPLE)) {
      const taken = this.#inHand.splice(0, at + 1);
      end.send(CHANNEL, 'basic.ack', { deliveryTag: taken.at(-1)?.tag ?? 0, multiple: true });
      for (const { id } of taken) this.#isSettled(id, 'acknowledged');
      return;
    }
    const [{ tag, id }] = this.#inHand.splice(at, 1) as [InHand];
    if (random.chance(PERCENT_REQUEUE)) {
      this.queue.settled(id, 'requeued');
      end.send(CHANNEL, 'basic.nack', { deliveryTag: tag, requeue: true });
    } else if (this.deadLetters !== undefined && random.chance(PERCENT_REJECT)) {
      this.deadLetters.comes(id);
      end.send(CHANNEL, 'basic.reject', { deliveryTag: tag, requeue: false });
      this.#isSettled(id, 'rejected');
    } else {
      end.send(CHANNEL, 'basic.ack', { deliveryTag: tag });
      this.#isSettled(id, 'acknowledged');
    }
  }

  #isSettled(id: string, how: 'acknowledged' | 'rejected'): void {
    this.queue.settled(id, how);
    this.#settled.push({ id, receivedMs: undefined });
  }

  async #sync(end: AmqpEnd): Promise<void> {
    while (!this.deps.isStopping()) {
      const begunMs = performance.now();
      const sent = [...this.#settled];
      await end.ask(SYNC_CHANNEL, 'queue.declare', { queue: this.queue.name, passive: true }, 'queue.declare-ok');
      const answeredMs = performance.now();
      for (const settled of sent) {
        if (settled.receivedMs === undefined) settled.receivedMs = answeredMs;
        else if (settled.receivedMs + WRITTEN_WITHIN_MS < begunMs) this.queue.settledForGood(settled.id);
      }
      this.#settled = this.#settled.filter(
        ({ receivedMs }) => receivedMs === undefined || receivedMs + WRITTEN_WITHIN_MS >= begunMs,
      );
      await delay(SYNC_MS);
    }
  }
}

/** A copy, and what it is one of. */
export interface Copy {
  readonly message: SentMessage;
  readonly source: string;
}

export interface CopyTransaction extends SentTransaction {
  readonly copies: readonly Copy[];
}

/** Consumes, publishes and acknowledges in one transaction: each message is copied once, whatever happens. */
export class Copier implements Idle {
  readonly transactions: CopyTransaction[] = [];
  #inHand: InHand[] = [];
  #count = 0;

  constructor(
    private readonly deps: ConsumerDeps & { readonly ledger: Ledger },
    private readonly from: WatchedQueue,
    private readonly to: WatchedQueue,
  ) {}

  get isIdle(): boolean {
    return this.#inHand.length === 0;
  }

  run(): Promise<void> {
    return liveOn(this.deps.port, this.deps.aborted, (number) => this.#life(number));
  }

  #life(number: number): Life {
    this.#inHand = [];
    this.from.newSession();
    return {
      listener: (received) => {
        if (received.method !== 'basic.deliver') return;
        const id = idOf(received.body ?? Buffer.alloc(0));
        this.from.delivered({ id, redelivered: received.redelivered });
        this.#inHand.push({ tag: received.deliveryTag, id });
      },
      live: async (end) => {
        await end.openChannel(CHANNEL);
        await end.ask(CHANNEL, 'tx.select', {}, 'tx.select-ok');
        await end.ask(CHANNEL, 'basic.qos', { prefetchCount: 2 * COPIES_MAX }, 'basic.qos-ok');
        await end.ask(CHANNEL, 'basic.consume', { queue: this.from.name }, 'basic.consume-ok');
        while (!this.deps.isStopping()) {
          if (end.isLost) throw new ConnectionLost('the connection was lost');
          if (this.#inHand.length > 0) await this.#copySome(end, number);
          await delay(this.deps.random.below(3));
        }
      },
    };
  }

  async #copySome(end: AmqpEnd, life: number): Promise<void> {
    const { random, ledger } = this.deps;
    const some = this.#inHand.slice(0, 1 + random.below(COPIES_MAX));
    const copies: Copy[] = [];
    for (const { tag, id } of some) {
      const message = ledger.send('copier', this.#count, life);
      this.#count += 1;
      // Until the commit is sent it can't have taken effect.
      message.fate = 'never';
      this.to.sent(message);
      end.publish(CHANNEL, '', this.to.name, bodyOf(message.id, random), { deliveryMode: 2 });
      end.send(CHANNEL, 'basic.ack', { deliveryTag: tag });
      copies.push({ message, source: id });
    }
    const transaction = { messages: copies.map(({ message }) => message), copies };
    this.transactions.push(transaction);
    const isCommit = random.chance(PERCENT_COMMIT);
    if (isCommit) {
      this.#inHand.splice(0, some.length);
      for (const { message, source } of copies) {
        message.fate = 'sent';
        this.from.settled(source, 'acknowledged');
      }
    }
    // After a rollback they are still in hand: nobody delivers them again.
    await endTransaction(end, CHANNEL, transaction, isCommit);
    if (isCommit) for (const { id } of some) this.from.settledForGood(id);
  }
}
