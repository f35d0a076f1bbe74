/**
 * Random runs of a queue that pollers and AMQP consumers share, with crashes between any two events; `Ledger` knows what must not
 * happen. `runPolledHistory` is one run of one seed.
 */
import assert from 'node:assert/strict';
import type { MessageId } from '../../src/queue/message-id.ts';
import type { ReceiveAnswer, Waiting } from '../../src/queue/polling.ts';
import { DEAD_QUEUE, type Known, Ledger, QUEUE } from './polled-ledger.ts';
import { type Attempt, Sends } from './polled-sends.ts';
import { QUEUES, QueueWorld, STORAGE, TestConsumer } from './world.ts';

/** Beyond it the node turns in circles. */
const EVENTS_MAX = 20_000;
const VISIBILITIES_MS = [0, 100, 2000, 20_000];
/** Longer than any visibility or delay. */
const LONG_MS = 70_000;

interface Handle {
  readonly known: Known;
  readonly id: MessageId;
  readonly receives: number;
  /** The watermark at which it may leave the node. */
  readonly at: number;
}

interface Receiver {
  readonly options: { max: number; visibilityMs: number; waitMs: number; attemptId?: string };
  waiting: Waiting | undefined;
  /** What has been received with its attempt id when it asks. */
  readonly earlier: Attempt | undefined;
}

interface InHand {
  readonly known: Known;
  readonly id: MessageId;
}

class PolledHistory {
  readonly world: QueueWorld;
  readonly ledger: Ledger;
  readonly #isFifo: boolean;
  readonly #sends: Sends;
  #receivers: Receiver[] = [];
  #handles: Handle[] = [];
  #consumers: TestConsumer[] = [];
  #inHand: InHand[] = [];
  #attempts = new Map<string, Attempt>();
  #life = 0;

  constructor(
    readonly seed: number,
    isFifo: boolean,
  ) {
    const inFlightMax = seed % 3 === 0 ? 8 : 1000;
    const lookAheadMax = seed % 2 === 0 ? 6 : 50;
    const storage = { ...STORAGE, segmentBytesMax: 3000, cleanLivePercentMax: 60, readCacheBytesMax: 1024 };
    this.world = new QueueWorld(seed, { ...QUEUES, inFlightMax, lookAheadMax }, storage);
    this.#isFifo = isFifo;
    const receivesMax = seed % 4 < 2 ? undefined : 3;
    this.ledger = new Ledger({ isFifo, receivesMax, lookAheadMax, inFlightMax }, () => this.#nowMs);
    this.#sends = new Sends(this.world, this.ledger, isFifo, !isFifo && seed % 5 === 0 ? 120_000 : undefined);
    this.world.redriveTo = DEAD_QUEUE;
    this.world.onRedrive = (text) => this.ledger.redriven(text);
  }

  get #nowMs(): number {
    return this.world.scheduler.nowMs();
  }

  get #random() {
    return this.world.scheduler.random;
  }

  async run(steps: number): Promise<void> {
    const { world } = this;
    await world.start();
    const { receivesMax: redriveReceives } = this.ledger.options;
    const { retentionMs } = this.#sends;
    const fifo = this.#isFifo ? 'queue' : undefined;
    world.declare(QUEUE, { redriveReceives, redriveQueue: 'dead', retentionMs, fifo });
    world.declare(DEAD_QUEUE, { fifo });
    await this.#rest();
    for (let step = 0; step < steps; step += 1) {
      await this.#step();
      this.#verify();
    }
    await this.#crash();
    await this.#drain();
    this.#verify();
  }

  #verify(): void {
    assert.equal(this.world.fatal, undefined);
    assert.deepEqual(this.ledger.violations, []);
  }

  async #step(): Promise<void> {
    const dice = this.#random.below(200);
    if (dice < 50) this.#sends.send(1 + this.#random.below(4));
    else if (dice < 54) this.#sends.publish(1 + this.#random.below(3));
    else if (dice < 84) this.#receive();
    else if (dice < 88) this.#stopWaiting();
    else if (dice < 108) this.#remove();
    else if (dice < 118) this.#changeVisibility();
    else if (dice < 122) this.#consume();
    else if (dice < 124) this.#cancel();
    else if (dice < 134) this.#settle();
    else if (dice < 164) await this.world.scheduler.step({ percent: 30, withinMs: 200 });
    else if (dice < 178) await this.#pass();
    else if (dice < 182) await this.#rest();
    else if (dice < 184) this.#flush();
    else if (dice < 192) await this.#clean();
    else if (dice < 193) await this.#purge();
    else if (dice < 194) this.#purgeAll();
    else if (dice < 199) await this.#crash();
    else await this.#restart();
    this.ledger.observe(this.world.storage.durable);
  }

  // Receiving.

  #receive(): void {
    if (this.#receivers.length >= 3) return;
    const random = this.#random;
    const visibilityMs = VISIBILITIES_MS[random.below(VISIBILITIES_MS.length)] as number;
    const options = { max: 1 + random.below(5), visibilityMs, waitMs: random.chance(40) ? 5000 : 0 };
    const isAttempt = this.#isFifo && random.chance(30);
    const attemptId = `try ${random.below(3)}`;
    const receiver: Receiver = {
      options: isAttempt ? { ...options, attemptId } : options,
      waiting: undefined,
      earlier: isAttempt ? this.#attempts.get(attemptId) : undefined,
    };
    this.#receivers.push(receiver);
    const life = this.#life;
    receiver.waiting = this.world.queues.receive(QUEUE, receiver.options, (answer) => {
      if (life === this.#life) this.#answered(receiver, answer);
    });
  }

  #answered(receiver: Receiver, answer: ReceiveAnswer): void {
    const { ledger } = this;
    ledger.check(this.#receivers.includes(receiver), 'a receiver is answered who does not wait');
    this.#receivers = this.#receivers.filter((one) => one !== receiver);
    const { options } = receiver;
    if (typeof answer === 'string') {
      const isFull = ledger.inFlight.max >= ledger.options.inFlightMax;
      ledger.check(answer === 'full' && isFull && !this.#isFifo, `a receiver is told ${answer}`);
      return;
    }

    const batch = answer.map(({ message, receives }) => ({ text: message.body.toString(), receives }));
    const untilMs = this.#nowMs + options.visibilityMs;
    const again = options.attemptId === undefined ? undefined : this.#attempts.get(options.attemptId);
    const wanted = again?.isAsItWas(this.#nowMs) ?? 'no';
    const isAgain = again !== undefined && wanted !== 'no' && again.isSame(batch);
    ledger.check(wanted !== 'yes' || isAgain || again !== receiver.earlier, 'who tries again does not get the same');
    if (!isAgain && batch.length === 0 && options.waitMs === 0)
      ledger.check(ledger.available === undefined, `nobody gets ${ledger.available?.number}`);
    ledger.check(isAgain || batch.length <= options.max, 'a receiver gets more than it wants');
    const got = isAgain ? again.extended(untilMs) : ledger.handedOut(batch, untilMs);
    answer.forEach(({ id, receives }, at) => {
      if (got[at] !== undefined) this.#handles.push({ known: got[at], id, receives, at: this.world.storage.appended });
    });
    if (this.#isFifo) for (const known of got) known.journal(this.world.storage.appended, untilMs);
    if (options.attemptId !== undefined && got.length > 0)
      this.#attempts.set(options.attemptId, this.#sends.attempt(got, untilMs));
  }

  #stopWaiting(): void {
    const [receiver] = this.#receivers.splice(this.#random.below(Math.max(1, this.#receivers.length)), 1);
    receiver?.waiting?.cancel();
  }

  // Removing.

  #handle(): Handle | undefined {
    const { length } = this.#handles;
    const isOld = this.#random.chance(25);
    return this.#handles[isOld ? this.#random.below(Math.max(1, length)) : length - 1 - this.#random.below(4)];
  }

  #remove(): void {
    const handle = this.#handle();
    if (handle === undefined || handle.known.isRemoving) return;
    const { known, id, receives } = handle;
    const before = { ...known };
    // The next message of its group may be handed out before this returns.
    const mayBeFifo = this.#isFifo && known.receivesMax >= receives && known.hold !== undefined;
    if (!this.#isFifo || mayBeFifo) known.isRemoving = true;
    const life = this.#life;
    const answered = this.world.queues.remove(QUEUE, id, receives);
    const done = (outcome: string): void => {
      if (life !== this.#life) return;
      known.isRemoving = false;
      // It was decided before or after the purge that came between, and nobody knows which.
      if (known.fate === 'purged' && before.fate === undefined) return;
      this.#removed(handle, before, outcome);
    };
    if (answered instanceof Promise) void answered.then(done);
    else done(answered);
  }

  #removed({ known, receives }: Handle, before: Partial<Known>, outcome: string): void {
    const { ledger } = this;
    const { number } = known;
    if (outcome === 'gone') {
      ledger.check(known.mayBeGone(this.#nowMs), `${number} is said to be gone`);
      ledger.lost(known);
      return;
    }
    ledger.check(known.mayBeHere, `${number} is there although it was ${known.fate}`);
    if (outcome === 'removed') {
      if (this.#isFifo) {
        const { receivesMin = 0, receivesMax = 0 } = before;
        const isOwn = receives >= receivesMin && receives <= receivesMax && before.hold !== undefined;
        ledger.check(isOwn && this.#nowMs <= (before.hold?.notAfterMs ?? 0), `${number} is removed by an old handle`);
      }
      known.ended('removed', this.world.storage.appended);
      this.#inHand = this.#inHand.filter((one) => one.known !== known);
      return;
    }
    ledger.check(this.#isFifo, 'only FIFO queues have handles that are out of date');
    const isOwn = before.receivesMin === receives && before.receivesMax === receives;
    ledger.check(!isOwn || this.#nowMs >= (before.hold?.notBeforeMs ?? 0), `${number} can not be removed`);
    if (known.isUnsure) known.seen();
  }

  #changeVisibility(): void {
    const handle = this.#handle();
    if (handle === undefined) return;
    const { known, id, receives } = handle;
    const { ledger } = this;
    const nowMs = this.#nowMs;
    const visibilityMs = this.#random.chance(40) ? 0 : 1000 * this.#random.below(60);
    const untilMs = nowMs + visibilityMs;
    const { hold, receivesMin, receivesMax, mayBeHere, isRemoving } = known;
    const isConsumers = hold?.notBeforeMs === Number.POSITIVE_INFINITY;
    const canBeOwn = mayBeHere && receives <= receivesMax && nowMs <= (hold?.notAfterMs ?? 0) && !isConsumers;
    const mustBeOwn = known.isHere && receives === receivesMin && receives === receivesMax && known.isHeld(nowMs);
    // It may be received again before this returns.
    if (canBeOwn) known.hold = { notBeforeMs: untilMs, notAfterMs: untilMs, isDelay: false };
    const handed = known.receivesMax;
    const told = { at: Number.POSITIVE_INFINITY, untilMs, receives };
    known.journalled.push(told);
    const outcome = this.world.queues.changeVisibility(QUEUE, id, receives, visibilityMs);
    const isChanged = outcome === 'changed';
    ledger.check(isChanged ? canBeOwn : !mustBeOwn || isConsumers, `visibility of ${known.number}: ${outcome}`);
    if (!isChanged) {
      known.journalled = known.journalled.filter((one) => one !== told);
      if (known.receivesMax === handed && canBeOwn) known.hold = hold;
      if (outcome === 'gone') {
        ledger.check(known.mayBeGone(nowMs) || isRemoving, `${known.number} is said to be gone`);
        if (!isRemoving) ledger.lost(known);
      } else known.seen();
      return;
    }
    known.seen();
    if (known.receivesMax === handed) {
      known.receivesMin = receives;
      known.receivesMax = receives;
    }
    told.at = this.world.storage.appended;
  }

  // Consumers.

  #consume(): void {
    if (this.#consumers.length >= 2) return;
    const spec = { prefetch: 1 + this.#random.below(3), noAck: this.#random.chance(15) };
    const consumer = new TestConsumer(this.world, QUEUE, spec, ({ id, text, deliveries }) => {
      const [known] = this.ledger.handedOut([{ text, receives: deliveries + 1 }], Number.POSITIVE_INFINITY);
      if (known === undefined) return;
      if (spec.noAck) known.ended('removed', Number.POSITIVE_INFINITY);
      else this.#inHand.push({ known, id });
    });
    this.#consumers.push(consumer);
  }

  #cancel(): void {
    const [consumer] = this.#consumers.splice(this.#random.below(Math.max(1, this.#consumers.length)), 1);
    consumer?.cancel();
  }

  #settle(): void {
    const some = this.#inHand.filter(({ known }) => !known.isRemoving && this.#random.chance(50));
    const isAccepted = this.#random.chance(60);
    this.#inHand = this.#inHand.filter((one) => !some.includes(one));
    for (const { known } of some) {
      if (isAccepted) known.ended('removed', Number.POSITIVE_INFINITY);
      else known.hold = undefined;
    }
    const ids = some.map(({ id }) => id);
    const settled = this.world.queues.settle(QUEUE, ids, isAccepted ? 'accepted' : 'requeued');
    this.ledger.check(settled === ids.length, 'what consumers had in hand was not');
  }

  // The world.

  async #pass(): Promise<void> {
    const random = this.#random;
    await this.#settleEvents();
    const ms = [50, 500, 3000, 20_000][random.below(4)] as number;
    await this.world.scheduler.advance(random.chance(3) ? 300_000 : 1 + random.below(ms));
  }

  async #settleEvents(): Promise<void> {
    let events = 0;
    await this.world.scheduler.settle(() => {
      events += 1;
      if (events > EVENTS_MAX) throw new Error('the node turns in circles');
      return false;
    });
  }

  /** Nothing is pending: nobody waits who could be served, and what is counted is exact. */
  async #rest(): Promise<void> {
    const { ledger, world } = this;
    await this.#settleEvents();
    await world.scheduler.advance(1);
    this.#sends.rested();
    ledger.expire();
    const { available } = ledger;
    if (available !== undefined) {
      ledger.check(this.#receivers.length === 0, `receivers wait while ${available.number} is ready`);
      for (const { noAck, prefetch, unsettled } of world.queues.consumers(QUEUE))
        ledger.check(!noAck && unsettled >= prefetch, `consumers wait while ${available.number} is ready`);
    }
    const counted = world.queues.pollCounts(QUEUE);
    for (const [name, { min, max }] of Object.entries(ledger.counts)) {
      const count = counted[name as keyof typeof counted];
      ledger.check(count >= min && count <= max, `${count} are ${name}, not ${min} to ${max}`);
    }
    ledger.counted(counted.ready + counted.inFlight + counted.delayed);
  }

  /** What was settled so far is on its way to the disk. */
  #flush(): void {
    this.world.queues.flushSettled();
    this.ledger.journalled(this.world.storage.appended);
  }

  async #clean(): Promise<void> {
    while (await this.world.scheduler.until(this.world.storage.clean()));
  }

  /** What is ready goes. */
  async #purge(): Promise<void> {
    await this.#rest();
    const nowMs = this.#nowMs;
    for (const known of this.ledger.known.values()) {
      if (!known.mayBeHere || known.isHeld(nowMs)) continue;
      if (known.hold !== undefined && nowMs <= known.hold.notAfterMs) {
        known.isUnsure = true;
        known.lastFate = 'purged';
      } else known.ended('purged', Number.POSITIVE_INFINITY);
    }
    this.world.queues.purge(QUEUE);
  }

  #purgeAll(): void {
    this.#inHand = [];
    this.#sends.purgeAll();
  }

  async #restart(): Promise<void> {
    const { storage } = this.world;
    this.#flush();
    await this.world.restart();
    await this.#isBack(storage.durable);
  }

  async #crash(): Promise<void> {
    await this.world.scheduler.idle();
    const { durable } = this.world.storage;
    this.ledger.observe(durable);
    await this.world.crash();
    await this.#isBack(durable);
  }

  async #isBack(durable: number): Promise<void> {
    this.#life += 1;
    this.#receivers = [];
    this.#consumers = [];
    this.#inHand = [];
    this.#attempts.clear();
    this.#handles = this.#handles.flatMap((one) => (one.at <= durable ? [{ ...one, at: -1 }] : []));
    for (const known of this.ledger.known.values()) known.crashed(durable, this.#nowMs);
    this.#sends.crashed(durable);
    if (this.#random.chance(50)) await this.#rest();
  }

  /** Takes all there is, when nothing is held any more: everything is somewhere, and nothing twice. */
  async #drain(): Promise<void> {
    const { world, ledger } = this;
    await world.scheduler.advance(LONG_MS);
    await this.#rest();
    const isKept = new Set<string>(await this.#take(DEAD_QUEUE));
    const found = await this.#take(QUEUE);
    for (const text of await this.#take(DEAD_QUEUE)) isKept.add(text);
    ledger.check(new Set(found).size === found.length, 'a message is there twice');
    for (const text of found) {
      const known = ledger.find(text);
      ledger.check(known?.mayBeHere ?? false, `${known?.number} is there although it was ${known?.fate}`);
    }
    for (const known of ledger.known.values()) {
      if (found.includes(known.text) || !known.isKept || known.isTransient || isKept.has(known.text)) continue;
      const isGone = known.lastFate !== undefined && known.lastFate !== 'redriven';
      ledger.check(isGone, `${known.number} is lost (${known.lastFate})`);
    }
  }

  async #take(queue: typeof QUEUE): Promise<string[]> {
    const texts: string[] = [];
    this.world.onRedrive = () => {};
    for (;;) {
      const got = await this.world.scheduler.until(Promise.resolve(this.world.queues.get(queue, true)));
      if (got === undefined) return texts;
      texts.push(got.message.body.toString());
    }
  }
}

/** Throws what is wrong with the run of this seed. */
export async function runPolledHistory(seed: number, steps: number, kind: 'standard' | 'fifo'): Promise<void> {
  try {
    await new PolledHistory(seed, kind === 'fifo').run(steps);
  } catch (error) {
    (error as Error).message = `seed ${seed}: ${(error as Error).message}`;
    throw error;
  }
}
