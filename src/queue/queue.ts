/**
 * One queue: lanes of messages by priority, consumers that take them, and what they have in hand. Delivery state is volatile,
 * a crash puts everything unsettled back; what is settled is for good once the lane's journal record is durable.
 *
 *   ready --deliver--> in flight --accepted--------------------------------> settled
 *     ^                    |-------requeued--> ready, at its old place
 *     |                    '-------rejected, or requeued too often --> leaving
 *     '-- (at publish)  ready --expired, over the length limit ------> leaving --dead-lettered or dropped--> settled
 */
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import type { Consumer, ConsumerId, ConsumerSpec } from './consumer.ts';
import { Consumers } from './consumers.ts';
import type { DeadLetters } from './dead-letters.ts';
import { Deadline } from './deadline.ts';
import type { Deduplication } from './deduplication.ts';
import { type DepartedQueue, Departures, type RedrivePort } from './departures.ts';
import { InFlight } from './in-flight.ts';
import type { KeptBytes } from './kept-bytes.ts';
import type { Lane } from './lane.ts';
import { idOf, laneOf, type MessageId, offsetOf } from './message-id.ts';
import type { PollCounts, ReceiveAnswer, ReceiveOptions, SendOptions, Sent, Waiting } from './polling.ts';
import { type PolledQueue, Polls } from './polls.ts';
import { QueueStats } from './queue-stats.ts';
import type { QueueView } from './queue-view.ts';
import { type StoredMessage, withinLifeOf } from './stored-message.ts';

export type Outcome = 'accepted' | 'requeued' | 'rejected';

export interface Got {
  readonly id: MessageId;
  readonly message: StoredMessage;
  readonly deliveries: number;
  /** How many are ready behind it. */
  readonly readyLeft: number;
}

export interface QueueDeps {
  readonly clock: Clock;
  readonly deadLetters: DeadLetters;
  readonly sharedSlabs: KeptBytes;
  /** Of a FIFO queue. */
  readonly deduplication: Deduplication | undefined;
  readonly inFlightMax: number;
  readonly deduplicationMax: number;
  /** Something that was sent or removed is to be journalled with the next group. */
  flushSoon(): void;
  readonly redrive: RedrivePort;
  /** The queue is to be deleted: its last consumer went, or nobody used it for as long as it may live. */
  unused(why: 'auto_delete' | 'expired'): void;
}

export class Queue implements PolledQueue, DepartedQueue {
  readonly view: QueueView;
  readonly polls: Polls;
  readonly stats = new QueueStats();
  readonly #deps: QueueDeps;
  readonly #lanes: readonly Lane[];
  readonly #consumers: Consumers;
  readonly #departures: Departures;
  readonly #unusedExpiry: Deadline;
  /** Waiting for a message that is being read from disk. */
  #getters: { readonly noAck: boolean; readonly answer: (got: Got | undefined) => void }[] = [];
  #unackedBytes = 0;
  #isDispatching = false;
  /** The only message that is ready has just come and lives no longer than this moment. */
  #isAtOnce = false;
  #isGone = false;

  /** `lanes` by ascending priority. */
  constructor(view: QueueView, lanes: readonly Lane[], deps: QueueDeps) {
    this.view = view;
    this.#lanes = lanes;
    this.#deps = deps;
    this.#consumers = new Consumers(view.settings.singleActiveConsumer);
    this.#departures = new Departures(this, deps);
    this.#unusedExpiry = new Deadline(deps.clock, () => deps.unused('expired'));
    this.polls = new Polls(deps.clock, this, deps.inFlightMax);
  }

  get isFifo(): boolean {
    return this.view.settings.fifo !== undefined;
  }

  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  get ready(): number {
    let ready = 0;
    for (const lane of this.#lanes) ready += lane.ready;
    return ready;
  }

  get readyBytes(): number {
    let bytes = 0;
    for (const lane of this.#lanes) bytes += lane.readyBytes;
    return bytes;
  }

  /** Memory that what is ready takes; 0 if some of it must be read from disk. */
  get readyInMemory(): number {
    let bytes = 0;
    for (const { readyInMemory } of this.#lanes) {
      if (readyInMemory === undefined) return 0;
      bytes += readyInMemory;
    }
    return bytes;
  }

  get unacked(): number {
    let unacked = 0;
    for (const lane of this.#lanes) unacked += lane.inFlight.size;
    return unacked - this.polls.delayed;
  }

  get pollCounts(): PollCounts {
    return { ready: this.ready, inFlight: this.unacked, delayed: this.polls.delayed };
  }

  get unackedBytes(): number {
    return this.#unackedBytes;
  }

  get consumers(): Consumers {
    return this.#consumers;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** False if the queue is full and refuses what comes then. */
  publish(published: StoredMessage): boolean {
    const { settings } = this.view;
    const message = withinLifeOf(settings.messageTtlMs, published);
    if (this.refuses(message)) {
      this.#drop(message);
      return false;
    }
    this.stats.published += 1;
    const lane = this.#lanes[Math.min(message.priority, this.#lanes.length - 1)] as Lane;
    // What may not wait at all is still for a consumer who waits (https://www.rabbitmq.com/docs/ttl).
    this.#isAtOnce = message.expiresAtMs <= message.enqueuedAtMs && this.ready === 0;
    lane.push(message, message.persistent && settings.durable);
    this.#changed();
    this.#isAtOnce = false;
    lane.keepNewest();
    return true;
  }

  /** Whether the queue is full and takes nothing more. */
  refuses(message: StoredMessage): boolean {
    return this.view.settings.overflow !== 'drop-head' && this.#departures.wouldOverflow(message);
  }

  /** What was refused. */
  #drop(message: StoredMessage): void {
    if (this.view.settings.overflow === 'reject-publish-dlx') {
      message.keep(this.#deps.sharedSlabs);
      this.#deps.deadLetters.addRefused(this, message);
    }
    this.stats.dropped += 1;
  }

  /** What is sent by those who poll: it may be delayed, and is nothing new if it was sent before. @throws DomainError limit_exceeded */
  send(sent: StoredMessage, options: SendOptions): Sent {
    const message = withinLifeOf(this.view.settings.messageTtlMs, sent);
    const { deduplication, flushSoon } = this.#deps;
    const { deduplicationKey: key, publicId, delayMs } = options;
    const nowMs = this.#deps.clock.nowMs();
    const before = key === undefined ? undefined : deduplication?.find(key, nowMs);
    if (before !== undefined) return { id: idOf(0, before.offset), publicId: before.publicId, sequence: before.offset };
    if (key !== undefined && (deduplication?.size ?? 0) >= this.#deps.deduplicationMax) {
      throw new DomainError('limit_exceeded', `too much was sent to queue '${this.view.name}' within five minutes`);
    }
    if (this.refuses(message)) {
      this.#drop(message);
      throw new DomainError('limit_exceeded', `queue '${this.view.name}' is full`);
    }
    const lane = this.#lanes[0] as Lane;
    this.stats.published += 1;
    lane.push(message, true);
    const offset = lane.newestOffset;
    lane.told(offset);
    if (delayMs > 0) this.polls.delayNewest(lane, message, delayMs);
    if (key !== undefined && deduplication !== undefined) {
      deduplication.add(key, { publicId, offset, atMs: nowMs });
      flushSoon();
    }
    this.#changed();
    lane.keepNewest();
    return { id: idOf(0, offset), publicId, sequence: offset };
  }

  receive(options: ReceiveOptions, answer: (answer: ReceiveAnswer) => void): Waiting | undefined {
    this.touch();
    return this.polls.receive(options, (answered) => {
      if (typeof answered !== 'string') for (const { message } of answered) message.keep(this.#deps.sharedSlabs);
      answer(answered);
    });
  }

  /** @throws DomainError access_refused */
  consume(id: ConsumerId, spec: ConsumerSpec): void {
    const { vhost, name } = this.view;
    if (this.#consumers.hasExclusive || (spec.exclusive && this.#consumers.size > 0)) {
      throw new DomainError('access_refused', `queue '${name}' in vhost '${vhost}' in exclusive use`);
    }
    this.#consumers.add(id, spec);
    this.touch();
    this.#changed();
  }

  /** What the consumer has in hand stays unsettled. */
  cancel(id: ConsumerId): void {
    if (this.#consumers.remove(id) === undefined) return;
    this.touch();
    if (this.#consumers.size === 0 && this.view.settings.autoDelete) this.#deps.unused('auto_delete');
    else this.#changed();
  }

  setPaused(id: ConsumerId, paused: boolean): void {
    const consumer = this.#consumers.get(id);
    if (consumer === undefined || consumer.paused === paused) return;
    consumer.paused = paused;
    if (!paused) this.#mayTake(consumer);
  }

  #mayTake(consumer: Consumer): void {
    this.#consumers.offer(consumer);
    this.#changed();
  }

  /** False if that message is not in flight. */
  settleOne(id: MessageId, outcome: Outcome): boolean {
    const inFlight = this.#settle(id, outcome);
    if (inFlight === undefined) return false;
    if (outcome !== 'accepted') this.#changed();
    else if (inFlight.consumer !== undefined && this.#consumers.next() !== undefined) this.#changed();
    return true;
  }

  /** As one change: what is requeued is back before anything is delivered again. Answers how many were in flight. */
  settle(ids: readonly MessageId[], outcome: Outcome): number {
    let settled = 0;
    for (const id of ids) if (this.#settle(id, outcome) !== undefined) settled += 1;
    if (settled > 0) this.#changed();
    return settled;
  }

  #settle(id: MessageId, outcome: Outcome): InFlight | undefined {
    const inFlight = this.unhand(id);
    const lane = this.#lanes[laneOf(id)];
    if (lane === undefined || inFlight === undefined) return undefined;
    if (outcome === 'accepted') this.accept(lane, offsetOf(id), inFlight.bytes);
    else if (outcome === 'rejected')
      this.#departures.reject(lane, offsetOf(id), inFlight.bytes, 'rejected', inFlight.deliveries + 1);
    else this.#requeued(lane, id, inFlight);
    return inFlight;
  }

  /** Takes a message out of the hands it is in. */
  unhand(id: MessageId): InFlight | undefined {
    const inFlight = this.#lanes[laneOf(id)]?.inFlight.take(offsetOf(id));
    if (inFlight === undefined) return undefined;
    this.#unackedBytes -= inFlight.bytes;
    this.polls.left(inFlight);
    const { consumer } = inFlight;
    if (consumer !== undefined) {
      consumer.unsettled -= 1;
      this.#consumers.offer(consumer);
    }
    return inFlight;
  }

  accept(lane: Lane, offset: number, bytes: number): void {
    this.stats.acknowledged += 1;
    lane.settle(offset, bytes);
  }

  #requeued(lane: Lane, id: MessageId, inFlight: InFlight): void {
    const { bytes, firstReceivedAtMs } = inFlight;
    const deliveries = inFlight.deliveries + 1;
    const { deliveryLimit } = this.view.settings;
    if (deliveryLimit !== undefined && deliveries > deliveryLimit)
      this.#departures.reject(lane, offsetOf(id), bytes, 'delivery_limit', deliveries);
    else lane.giveBack(offsetOf(id), bytes, { deliveries, firstReceivedAtMs });
  }

  /** The next message; undefined if there is none. A promise if it must be read from disk. */
  get(noAck: boolean): Got | undefined | Promise<Got | undefined> {
    this.touch();
    const got = this.#getNow(noAck);
    if (got !== undefined || !this.#isLoading) return got;
    return new Promise((answer) => this.#getters.push({ noAck, answer }));
  }

  get #isLoading(): boolean {
    for (const lane of this.#lanes) if (lane.isLoading) return true;
    return false;
  }

  #getNow(noAck: boolean): Got | undefined {
    const lane = this.headLane();
    const message = lane?.head();
    if (lane === undefined || message === undefined) return undefined;
    const { headDeliveries } = lane;
    const id = this.#take(lane, message, noAck ? 'settled' : undefined);
    if (noAck) this.stats.gotNoAck += 1;
    else this.stats.got += 1;
    if (headDeliveries > 0) this.stats.redelivered += 1;
    return { id, message, deliveries: headDeliveries, readyLeft: this.ready };
  }

  /** Takes the head of `lane` for somebody who polls. */
  take(lane: Lane, message: StoredMessage, untilMs: number, firstReceivedAtMs: number, nowMs: number): MessageId {
    if (lane.headDeliveries > 0) this.stats.redelivered += 1;
    this.stats.got += 1;
    return this.#take(lane, message, undefined, untilMs, firstReceivedAtMs, nowMs);
  }

  /** Takes the head of `lane` for a consumer, for a getter (undefined), or for good. */
  #take(
    lane: Lane,
    { body }: StoredMessage,
    taker: Consumer | 'settled' | undefined,
    untilMs?: number,
    firstReceivedAtMs = lane.headHistory.firstReceivedAtMs,
    receivedAtMs = 0,
  ): MessageId {
    const { headOffset, headDeliveries } = lane;
    const id = idOf(lane.priority, headOffset);
    lane.take(body.length);
    if (taker === 'settled') {
      lane.settle(headOffset, body.length);
      return id;
    }
    const { length } = body;
    const inFlight = new InFlight(taker, headDeliveries, length, untilMs, firstReceivedAtMs, false, receivedAtMs);
    lane.inFlight.add(headOffset, inFlight);
    this.#unackedBytes += body.length;
    return id;
  }

  /** Drops all that is ready; answers how many messages that were. */
  purge(): number {
    let count = 0;
    for (const lane of this.#lanes) count += lane.purge();
    this.#changed();
    return count;
  }

  /** Drops everything, also what is delayed or in somebody's hands, and forgets what was sent. */
  purgeAll(): void {
    this.polls.removeHeld();
    this.purge();
    this.#deps.deduplication?.clear();
    this.#deps.flushSoon();
  }

  /** A use by which the queue lives on. */
  touch(): void {
    const { expiresMs } = this.view.settings;
    if (expiresMs === undefined || this.#consumers.size > 0) this.#unusedExpiry.clear();
    else this.#unusedExpiry.set(expiresMs);
  }

  /** The settings, or a message from disk, are there. */
  refresh(): void {
    this.polls.loaded();
    this.#changed();
  }

  /** Once, after recovery. */
  recovered(): void {
    this.polls.recovered();
    this.touch();
    this.#changed();
  }

  drop(): void {
    this.#isGone = true;
    this.#departures.drop();
    this.#unusedExpiry.clear();
    for (const lane of this.#lanes) lane.drop();
    this.polls.drop();
    for (const { answer } of this.#getters.splice(0)) answer(undefined);
    for (const consumer of [...this.#consumers.all()]) {
      this.#consumers.remove(consumer.id);
      consumer.spec.sink.cancelled();
    }
  }

  /** Something came, went or may go: serves who waits, then holds to the limits. */
  changed(): void {
    this.#changed();
  }

  #changed(): void {
    if (this.#isDispatching || this.#isGone) return;
    this.#isDispatching = true;
    try {
      if (this.#getters.length > 0) this.#serveGetters();
      this.polls.serve();
      this.#dispatch();
      this.#departures.enforce();
    } finally {
      this.#isDispatching = false;
    }
  }

  #serveGetters(): void {
    for (let first = this.#getters[0]; first !== undefined; first = this.#getters[0]) {
      const got = this.#getNow(first.noAck);
      if (got === undefined && this.#isLoading) return;
      this.#getters.shift();
      got?.message.keep(this.#deps.sharedSlabs);
      first.answer(got);
    }
  }

  #dispatch(): void {
    for (let consumer = this.#consumers.next(); consumer !== undefined; consumer = this.#consumers.next()) {
      const lane = this.headLane();
      const message = lane?.head();
      if (lane === undefined || message === undefined) return;
      const { headDeliveries } = lane;
      const { noAck, sink } = consumer.spec;
      const id = this.#take(lane, message, noAck ? 'settled' : consumer);
      if (noAck) this.stats.deliveredNoAck += 1;
      else {
        consumer.unsettled += 1;
        this.stats.delivered += 1;
      }
      if (headDeliveries > 0) this.stats.redelivered += 1;
      this.#consumers.served(consumer);
      sink.deliver(id, message, headDeliveries);
    }
  }

  /**
   * The lane whose head is next; undefined if there is nothing, if all must wait, or if it is being read. What has expired, and what
   * was received too often, goes.
   */
  headLane(): Lane | undefined {
    for (let i = this.#lanes.length - 1; i >= 0; i -= 1) {
      const lane = this.#lanes[i] as Lane;
      if (lane.ready === 0) continue;
      this.#departures.clearHead(lane, !this.#isAtOnce);
      if (lane.ready > 0) return lane.head() === undefined ? undefined : lane;
    }
    return undefined;
  }
}
