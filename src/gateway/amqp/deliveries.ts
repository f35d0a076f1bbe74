/**
 * What one channel is given and what it settles: consumers, delivery tags, unsettled deliveries, and the limits on them. The limit of
 * the whole channel (`basic.qos` with global) counts what consumers were given; that of a consumer is its queue's business.
 *
 * Bounds: unsettled deliveries; at the bound consumers that acknowledge get nothing more, and basic.get is refused.
 */
import type { LogId } from '../../base/brand.ts';
import type { MessageId } from '../../queue/message-id.ts';
import type { Got, Outcome } from '../../queue/queue.ts';
import type { StoredMessage } from '../../queue/stored-message.ts';
import { type ChannelStats, newChannelStats } from './channel-stats.ts';
import { type Consumer, type ConsumerOwner, Pause } from './consumer.ts';
import { contentOf, withDeliveryCount } from './content.ts';
import { AmqpError } from './errors.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import type { Session } from './session.ts';
import { type Delivery, Unsettled } from './unsettled.ts';

export class Deliveries implements ConsumerOwner {
  readonly unsettled = new Unsettled();
  readonly consumers = new Map<string, Consumer>();
  readonly stats: ChannelStats = newChannelStats();
  readonly #number: number;
  readonly #session: Session;
  #nextTag = 1;
  /** Deliveries that consumers were given and that are not settled, or whose settlement waits for a commit. */
  #inHand = 0;
  /** Deliveries whose settlement waits for a commit. */
  #held = 0;
  /** 0: none. */
  #limit = 0;
  /** Consumers are paused for the limit or the bound. */
  #isLimited = false;
  /** Who was resumed last, so that each gets its turn. */
  #turn = 0;

  constructor(channelNumber: number, session: Session) {
    this.#number = channelNumber;
    this.#session = session;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How many deliveries consumers of this channel may have in hand together; 0: as many as they like. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#checkLimit();
  }

  deliver(consumer: Consumer, id: MessageId, message: StoredMessage, deliveries: number): void {
    const { output } = this.#session;
    const tag = this.#nextTag++;
    if (consumer.noAck) this.stats.deliveredNoAck += 1;
    else {
      this.#inHand += 1;
      this.#remember(tag, consumer.facts.queue.id, id, consumer);
      this.stats.delivered += 1;
    }
    if (deliveries > 0) this.stats.redelivered += 1;
    let content = contentOf(message);
    if (deliveries > 0 && consumer.countsDeliveries) content = withDeliveryCount(content, deliveries);
    output.writer.deliver(this.#number, consumer.encodedTag, tag, deliveries > 0, content);
    output.wrote();
    if (!consumer.noAck && this.#isAtLimit) this.#pauseLimited();
    if (output.isCongested) {
      output.stoppedDeliveries();
      this.#pauseCongested(consumer);
    }
  }

  #pauseCongested(consumer: Consumer): void {
    consumer.pause(Pause.CONGESTED);
    this.#session.hasCongested = true;
  }

  /** Writes get-ok. */
  got({ id, message, deliveries, readyLeft }: Got, queue: LogId, noAck: boolean, countsDeliveries: boolean): void {
    const { output } = this.#session;
    const tag = this.#nextTag++;
    if (noAck) this.stats.gotNoAck += 1;
    else {
      this.stats.got += 1;
      this.#remember(tag, queue, id, undefined);
    }
    if (deliveries > 0) this.stats.redelivered += 1;
    let content = contentOf(message);
    if (deliveries > 0 && countsDeliveries) content = withDeliveryCount(content, deliveries);
    output.writer.getOk(this.#number, tag, deliveries > 0, readyLeft, content);
    output.wrote();
  }

  /** A tag for what is settled as it is sent. */
  nextTag(): number {
    return this.#nextTag++;
  }

  #remember(tag: number, queue: LogId, id: MessageId, consumer: Consumer | undefined): void {
    const { settings, clock } = this.#session.services;
    const deliveredMs = settings.consumerTimeoutMs > 0 ? clock.monotonicMs() : 0;
    this.unsettled.add({ tag, queue, id, consumer, deliveredMs });
  }

  /** @throws AmqpError if the channel has as many unsettled deliveries as it may */
  checkRoom(): void {
    const { unsettledMax } = this.#session.services.settings;
    if (this.unsettled.size + this.#held < unsettledMax) return;
    throw new AmqpError(
      ReplyCode.PRECONDITION_FAILED,
      `the channel has ${unsettledMax} unacknowledged deliveries already`,
    );
  }

  /** @throws AmqpError unknown delivery tag */
  settle(tag: number, multiple: boolean, outcome: Outcome): void {
    if (multiple) this.#settleAll(this.#takeThrough(tag), outcome);
    else {
      const delivery = this.unsettled.take(tag) ?? unknownTag(tag);
      this.#count(delivery, outcome);
      this.#session.services.queues.settleOne(delivery.queue, delivery.id, outcome);
      if (this.#isLimited) this.#checkLimit();
    }
  }

  /** Takes deliveries to be settled when a transaction is committed. @throws AmqpError unknown delivery tag */
  hold(tag: number, multiple: boolean): Delivery[] {
    const taken = multiple ? this.#takeThrough(tag) : [this.unsettled.take(tag) ?? unknownTag(tag)];
    this.#held += taken.length;
    return taken;
  }

  settleHeld(deliveries: readonly Delivery[], outcome: Outcome): void {
    this.#held -= deliveries.length;
    this.#settleAll(deliveries, outcome);
  }

  /** What was held is unsettled as before. */
  restoreHeld(deliveries: readonly Delivery[]): void {
    this.#held -= deliveries.length;
    this.unsettled.restore(deliveries);
  }

  /** Gives back everything that is unsettled, to whoever is next. */
  recover(): void {
    this.#settleAll(this.unsettled.takeAll(), 'requeued');
  }

  #takeThrough(tag: number): Delivery[] {
    return (tag === 0 ? this.unsettled.takeAll() : this.unsettled.takeThrough(tag)) ?? unknownTag(tag);
  }

  #settleAll(deliveries: readonly Delivery[], outcome: Outcome): void {
    for (const delivery of deliveries) this.#count(delivery, outcome);
    const { queues } = this.#session.services;
    for (const [queue, ids] of byQueue(deliveries)) queues.settle(queue, ids, outcome);
    if (this.#isLimited) this.#checkLimit();
  }

  #count({ consumer }: Delivery, outcome: Outcome): void {
    if (consumer !== undefined) this.#inHand -= 1;
    if (outcome === 'accepted') this.stats.acknowledged += 1;
  }

  /** The client has caught up reading. */
  relieved(): void {
    for (const consumer of this.consumers.values()) {
      if (!this.#session.output.isCongested) consumer.resume(Pause.CONGESTED);
      else if (consumer.isPausedFor(Pause.CONGESTED)) this.#session.hasCongested = true;
    }
  }

  cancelled(consumer: Consumer): void {
    const { output } = this.#session;
    const { tag } = consumer.facts;
    this.consumers.delete(tag);
    consumer.ended();
    if (!this.#session.understands('consumer_cancel_notify')) return;
    output.writer.method(this.#number, 'basic.cancel', { consumerTag: tag, nowait: true });
    output.wrote();
  }

  /** Ends one consumer; what it was given stays unsettled. */
  cancel(consumer: Consumer): void {
    const { facts, id } = consumer;
    this.consumers.delete(facts.tag);
    consumer.ended();
    if (id !== undefined) this.#session.services.queues.cancel(facts.queue.id, id);
  }

  /** Ends all consumers and gives back what was not settled. */
  release(): void {
    for (const consumer of [...this.consumers.values()]) this.cancel(consumer);
    this.recover();
  }

  get #isAtLimit(): boolean {
    if (this.#limit !== 0 && this.#inHand >= this.#limit) return true;
    return this.unsettled.size + this.#held >= this.#session.services.settings.unsettledMax;
  }

  #checkLimit(): void {
    if (this.#isAtLimit) this.#pauseLimited();
    else if (this.#isLimited) this.#resumeLimited();
  }

  #pauseLimited(): void {
    this.#isLimited = true;
    for (const consumer of this.consumers.values()) if (!consumer.noAck) consumer.pause(Pause.LIMITED);
  }

  /** One after the other, beginning behind the one that was first the last time, until the limit is reached again. */
  #resumeLimited(): void {
    this.#isLimited = false;
    const consumers = [...this.consumers.values()];
    this.#turn += 1;
    for (let i = 0; i < consumers.length && !this.#isAtLimit; i += 1) {
      consumers[(this.#turn + i) % consumers.length]?.resume(Pause.LIMITED);
    }
    if (this.#isAtLimit) this.#pauseLimited();
  }

  /** A new consumer begins as limited as the others are, and waits as they do for a client that does not read. */
  joined(consumer: Consumer): void {
    this.consumers.set(consumer.facts.tag, consumer);
    if (this.#isLimited && !consumer.noAck) consumer.pause(Pause.LIMITED);
    if (this.#session.output.isCongested) this.#pauseCongested(consumer);
  }
}

function byQueue(deliveries: readonly Delivery[]): Map<LogId, MessageId[]> {
  const groups = new Map<LogId, MessageId[]>();
  for (const { queue, id } of deliveries) {
    const ids = groups.get(queue);
    if (ids === undefined) groups.set(queue, [id]);
    else ids.push(id);
  }
  return groups;
}

function unknownTag(tag: number): never {
  throw new AmqpError(ReplyCode.PRECONDITION_FAILED, `unknown delivery tag ${tag}`);
}
