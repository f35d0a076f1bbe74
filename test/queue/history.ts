/**
 * A model of queues that knows what was promised: it watches every publish, delivery and settlement of a random run with crashes
 * and says what must not have happened. `runHistory` is one run of one seed.
 */
import assert from 'node:assert/strict';
import type { LogId } from '../../src/base/brand.ts';
import type { Outcome } from '../../src/queue/queue.ts';
import { QUEUES, QueueWorld, STORAGE, TestConsumer } from './world.ts';

interface Sent {
  readonly text: string;
  readonly number: number;
  readonly priority: number;
  readonly persistent: boolean;
  /** The watermark at which the publish is durable. */
  readonly position: number;
  confirmed: boolean;
  /** Undefined: not settled. Else the watermark at which that cannot be undone any more; infinity while it is not journalled. */
  settledAt: number | undefined;
  deliveries: number;
  inHand: boolean;
}

interface Held {
  readonly sent: Sent;
  readonly id: TestConsumer['delivered'][number]['id'];
}

const QUEUE = 2048;
const PRIORITIES = 2;

class History {
  readonly world: QueueWorld;
  #sent = new Map<string, Sent>();
  #held: Held[] = [];
  #consumers: TestConsumer[] = [];
  #next = 0;
  #crashes = 0;
  queue = QUEUE as LogId;

  constructor(readonly seed: number) {
    this.world = new QueueWorld(seed, QUEUES, { ...STORAGE, segmentBytesMax: 3000, cleanLivePercentMax: 60 });
  }

  async run(steps: number): Promise<void> {
    const { world } = this;
    await world.start();
    world.declare(QUEUE, { maxPriority: PRIORITIES - 1 });
    await world.scheduler.settle();
    for (let step = 0; step < steps; step += 1) await this.#step();
    await this.#crash();
    await this.#drain();
    assert.equal(world.fatal, undefined);
  }

  async #step(): Promise<void> {
    const { random } = this.world.scheduler;
    const dice = random.below(100);
    if (dice < 40) this.#publish(1 + random.below(6));
    else if (dice < 50) this.#consume();
    else if (dice < 55) this.#cancel();
    else if (dice < 75) this.#settle();
    else if (dice < 90) await this.world.scheduler.step({ percent: 30, withinMs: 200 });
    else if (dice < 92) await this.#settled();
    else if (dice < 94) this.#journalled();
    else if (dice < 98) while (await this.world.scheduler.until(this.world.storage.clean()));
    else if (dice < 99) await this.#crash();
    else await this.#restart();
    this.#observe();
  }

  /** When nothing is left to happen, nobody waits who could be served. */
  async #settled(): Promise<void> {
    const { world, queue } = this;
    await world.scheduler.settle();
    if (world.queues.counts(queue).ready === 0) return;
    for (const { noAck, prefetch, unsettled } of world.queues.consumers(queue)) {
      assert.ok(!noAck && prefetch > 0 && unsettled >= prefetch, 'no consumer that could take one waits for a message');
    }
  }

  #publish(count: number): void {
    const { world } = this;
    const { random } = world.scheduler;
    for (let i = 0; i < count; i += 1) {
      const priority = random.below(PRIORITIES);
      const persistent = random.chance(70);
      const text = `${this.#next}${'.'.repeat(random.below(300))}`;
      const sent = {
        text,
        number: this.#next++,
        priority,
        persistent,
        position: Number.POSITIVE_INFINITY,
        confirmed: false,
        settledAt: undefined,
        deliveries: 0,
        inHand: false,
      };
      this.#sent.set(text, sent);
      assert.ok(world.publish(this.queue, text, { priority, persistent }));
      Object.assign(sent, { position: world.storage.appended });
    }
  }

  #consume(): void {
    if (this.#consumers.length >= 3) return;
    const { random } = this.world.scheduler;
    const spec = { prefetch: random.below(5), noAck: random.chance(15) };
    const consumer = new TestConsumer(this.world, this.queue, spec, ({ id, text, deliveries }) => {
      this.#delivered(text, deliveries, spec.noAck);
      const sent = this.#sent.get(text) as Sent;
      if (!spec.noAck) this.#held.push({ sent, id });
    });
    this.#consumers.push(consumer);
  }

  /** Deliveries may begin while the consumer is being made. */
  #delivered(text: string, deliveries: number, noAck: boolean): void {
    const sent = this.#sent.get(text);
    assert.ok(sent !== undefined, 'what is delivered was sent');
    assert.ok(!sent.inHand, `${sent.number} is delivered while somebody has it`);
    assert.equal(sent.settledAt, undefined, `${sent.number} is delivered although it was settled`);
    assert.equal(deliveries > 0, sent.deliveries > 0, `${sent.number} says truly whether it was delivered before`);
    for (const other of this.#sent.values()) {
      const isBefore =
        other.priority > sent.priority || (other.priority === sent.priority && other.number < sent.number);
      const isReady = !other.inHand && other.settledAt === undefined;
      assert.ok(!isBefore || !isReady, `${other.number} goes before ${sent.number}`);
    }
    sent.deliveries += 1;
    if (noAck) sent.settledAt = Number.POSITIVE_INFINITY;
    else sent.inHand = true;
  }

  #cancel(): void {
    const { random } = this.world.scheduler;
    const [consumer] = this.#consumers.splice(random.below(Math.max(1, this.#consumers.length)), 1);
    consumer?.cancel();
  }

  #settle(): void {
    const { random } = this.world.scheduler;
    const outcomes: Outcome[] = ['accepted', 'accepted', 'accepted', 'requeued', 'rejected'];
    const outcome = outcomes[random.below(outcomes.length)] as Outcome;
    const some = this.#held.filter(() => random.chance(40));
    if (random.chance(50)) some.reverse();
    this.#held = this.#held.filter((held) => !some.includes(held));
    for (const { sent } of some) {
      sent.inHand = false;
      if (outcome !== 'requeued') sent.settledAt = Number.POSITIVE_INFINITY;
    }
    const ids = some.map(({ id }) => id);
    assert.equal(this.world.queues.settle(this.queue, ids, outcome), ids.length);
  }

  /** What was settled so far is on its way to the disk. */
  #journalled(): void {
    this.world.queues.flushSettled();
    for (const sent of this.#sent.values()) {
      if (sent.settledAt === Number.POSITIVE_INFINITY) sent.settledAt = this.world.storage.appended;
    }
  }

  #observe(): void {
    const { durable } = this.world.storage;
    for (const sent of this.#sent.values()) {
      if (sent.persistent && sent.position <= durable) sent.confirmed = true;
    }
    const unsettled = [...this.#sent.values()].filter(({ settledAt }) => settledAt === undefined);
    const { ready, unacked } = this.world.queues.counts(this.queue);
    assert.equal(unacked, this.#held.length, 'what is in hand is counted');
    assert.equal(ready, unsettled.length - this.#held.length, 'what is ready is counted');
  }

  async #restart(): Promise<void> {
    this.#journalled();
    const { world } = this;
    await world.restart();
    await this.#lookAgain();
  }

  async #crash(): Promise<void> {
    const { durable } = this.world.storage;
    for (const sent of this.#sent.values()) {
      if (sent.settledAt !== undefined && sent.settledAt > durable) sent.settledAt = Number.POSITIVE_INFINITY;
    }
    await this.world.crash();
    await this.#lookAgain();
  }

  /** After a restart: takes stock by looking at every message once, and puts them all back. */
  async #lookAgain(): Promise<void> {
    this.#crashes += 1;
    this.#consumers = [];
    this.#held = [];
    const found = new Set<string>();
    const { world, queue } = this;
    const ids: Held['id'][] = [];
    for (;;) {
      const got = await world.scheduler.until(Promise.resolve(world.queues.get(queue, false)));
      if (got === undefined) break;
      const text = got.message.body.toString();
      const sent = this.#sent.get(text);
      assert.ok(sent !== undefined, 'what is there was sent');
      assert.ok(!found.has(text), `${sent.number} is there twice`);
      assert.ok(
        !(sent.settledAt !== undefined && Number.isFinite(sent.settledAt)),
        `${sent.number} is back although it was settled for good`,
      );
      found.add(text);
      ids.push(got.id);
    }
    for (const sent of [...this.#sent.values()]) {
      const isHere = found.has(sent.text);
      if (sent.confirmed && sent.settledAt === undefined) assert.ok(isHere, `${sent.number} was confirmed and is lost`);
      if (!isHere) this.#sent.delete(sent.text);
      else Object.assign(sent, { settledAt: undefined, inHand: false, deliveries: 1 });
    }
    world.queues.settle(queue, ids, 'requeued');
  }

  async #drain(): Promise<void> {
    const { world, queue } = this;
    const order = [...this.#sent.values()].sort((a, b) => b.priority - a.priority || a.number - b.number);
    assert.deepEqual(
      await world.drain(queue),
      order.map(({ text }) => text),
    );
    world.queues.flushSettled();
    await world.scheduler.settle();
    for (let lane = 0; lane < PRIORITIES; lane += 1) {
      const log = world.storage.log((queue + lane) as LogId);
      assert.equal(log.startOffset, log.endOffset, 'nothing is kept of a queue that is empty');
    }
  }
}

/** Throws what is wrong with the run of this seed. */
export async function runHistory(seed: number, steps: number): Promise<void> {
  try {
    await new History(seed).run(steps);
  } catch (error) {
    (error as Error).message = `seed ${seed}: ${(error as Error).message}`;
    throw error;
  }
}
