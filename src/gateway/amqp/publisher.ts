/**
 * Takes the messages that one channel publishes: checks, routes, hands them to the queues, and knows what the publisher is told.
 * A message to an exchange that does not exist, or that the user may not write to, closes the channel. One that no queue gets is
 * returned if it is mandatory, and confirmed: nothing went wrong.
 */
import type { Exchange } from '../../catalog/amqp/model.ts';
import { rewriteProperties } from '../../message/amqp-properties-codec.ts';
import type { Message } from '../../message/message.ts';
import type { Route } from '../../routing/route.ts';
import type { RoutedExchange } from '../../routing/router.ts';
import type { ChannelStats } from './channel-stats.ts';
import type { Confirms } from './confirms.ts';
import type { PublishMethod } from './content-assembly.ts';
import { isReplyName } from './direct-replies.ts';
import { AmqpError } from './errors.ts';
import type { FrameWriter } from './protocol/frame-writer.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import { PropertiesInspector, type PublishedProperties } from './published-properties.ts';
import { RoutableMessage } from './routable-message.ts';
import type { Session } from './session.ts';
import type { HeldPublish, Transaction } from './transaction.ts';

/** What a channel promises its publisher. */
export type PublishMode =
  | { readonly name: 'plain' }
  | { readonly name: 'confirm'; readonly confirms: Confirms }
  | { readonly name: 'tx'; readonly transaction: Transaction };

const IMPERSONATOR = 'impersonator';
const NO_ROUTE = 'NO_ROUTE';

/** What a publisher needs of the connection it publishes for. */
export interface PublishingSession
  extends Pick<Session, 'services' | 'vhost' | 'permissions' | 'hasConsumed' | 'isHeldBack'> {
  readonly login: Pick<Session['login'], 'user'>;
  /** Where messages are returned to. */
  readonly output: { readonly writer: Pick<FrameWriter, 'return'>; wrote(): void };
}

export class Publisher {
  mode: PublishMode = { name: 'plain' };
  /** The name that stands in reply-to for the channel's direct reply consumer, if it has one. */
  directReplyName: string | undefined;
  readonly #number: number;
  readonly #session: PublishingSession;
  readonly #stats: ChannelStats;
  readonly #properties = new PropertiesInspector();
  readonly #routable = new RoutableMessage();
  /** Of the last message: the next one mostly goes there too. */
  #exchange: RoutedExchange | undefined;

  constructor(channelNumber: number, session: PublishingSession, stats: ChannelStats) {
    this.#number = channelNumber;
    this.#session = session;
    this.#stats = stats;
  }

  /**
   * False if a queue refused it.
   * @param isLent the body is there during the call only. @throws AmqpError, DomainError, DecodeError
   */
  publish(method: PublishMethod, propertyBytes: Buffer, body: Buffer, isLent: boolean): boolean {
    const { exchange: name, routingKey, mandatory } = method;
    if (method.immediate) throw new AmqpError(ReplyCode.NOT_IMPLEMENTED, 'immediate=true');
    this.#session.permissions.checkWrite('exchange', name);
    const ref = this.#resolve(name);
    const exchange = ref.requirePublishable();
    const properties = this.#properties.inspect(propertyBytes);
    this.#check(properties, exchange, routingKey);
    const message: Message = {
      origin: 'amqp',
      exchange: name,
      routingKey,
      properties: properties.wantsDirectReply ? this.#withReplyName(properties) : properties.kept,
      body,
      isLent,
      persistent: properties.persistent,
      priority: properties.priority,
      ttlMs: properties.ttlMs,
    };
    const { mode } = this;
    this.#stats.published += 1;
    if (mode.name === 'tx') {
      mode.transaction.hold({ ref, message, moreKeys: properties.moreKeys, mandatory });
      return true;
    }
    const isAccepted = this.#send(ref, message, properties.moreKeys, mandatory);
    if (mode.name === 'confirm') mode.confirms.add(this.#session.services.durability.appended, isAccepted);
    return isAccepted;
  }

  /** Publishes what a transaction held. False if a queue refused it. */
  publishHeld({ ref, message, moreKeys, mandatory }: HeldPublish): boolean {
    return this.#send(ref, message, moreKeys, mandatory);
  }

  #resolve(name: string): RoutedExchange {
    if (this.#exchange?.name !== name)
      this.#exchange = this.#session.services.router.resolve(this.#session.vhost, name);
    return this.#exchange;
  }

  #check({ userId, moreKeys }: PublishedProperties, exchange: Exchange, routingKey: string): void {
    const { user } = this.#session.login;
    if (exchange.type === 'topic') {
      this.#session.permissions.checkTopicWrite(exchange.name, routingKey);
      for (const key of moreKeys) this.#session.permissions.checkTopicWrite(exchange.name, key);
    }
    if (userId === undefined || userId === user.name || user.tags.includes(IMPERSONATOR)) return;
    const text = `user_id property set to '${userId}' but authenticated user was '${user.name}'`;
    throw new AmqpError(ReplyCode.PRECONDITION_FAILED, text);
  }

  #withReplyName({ kept }: PublishedProperties): Buffer {
    if (this.directReplyName === undefined) {
      throw new AmqpError(ReplyCode.PRECONDITION_FAILED, 'fast reply consumer does not exist');
    }
    return rewriteProperties(kept, { replyTo: this.directReplyName });
  }

  #send(ref: RoutedExchange, message: Message, moreKeys: readonly string[], mandatory: boolean): boolean {
    const { queues, directReplies, congestion } = this.#session.services;
    if (ref.name === '' && isReplyName(message.routingKey)) {
      if (!directReplies.deliver(message)) this.#unroutable(message, mandatory);
      return true;
    }
    this.#routable.properties = message.properties;
    const route: Route | undefined =
      moreKeys.length === 0
        ? ref.route(message.routingKey, this.#routable)
        : ref.routeAll([message.routingKey, ...moreKeys], this.#routable);
    if (route !== undefined && route.delays.length > 0) return this.#sendLater(route, message, moreKeys);
    if (route === undefined || route.queues.length === 0) {
      this.#unroutable(message, mandatory);
      return true;
    }
    const isAccepted = queues.publish(route.queues, message);
    if (!this.#session.hasConsumed && congestion.isHolding(route.queues)) this.#session.isHeldBack = true;
    return isAccepted;
  }

  /** Some exchange on the way delays the message. False if it can't be kept, or a queue that gets it at once refuses it. */
  #sendLater(route: Route, message: Message, moreKeys: readonly string[]): boolean {
    const { queues } = this.#session.services;
    const routingKeys = [message.routingKey, ...moreKeys];
    let isAccepted = queues.publish(route.queues, message);
    for (const { exchange, delayMs } of route.delays) {
      const target = { vhost: this.#session.vhost, exchange, routingKeys };
      if (!queues.delay(message, target, delayMs)) isAccepted = false;
    }
    return isAccepted;
  }

  #unroutable(message: Message, mandatory: boolean): void {
    if (!mandatory) {
      this.#stats.unroutable += 1;
      return;
    }
    const { output } = this.#session;
    this.#stats.returned += 1;
    output.writer.return(this.#number, ReplyCode.NO_ROUTE, NO_ROUTE, message);
    output.wrote();
  }
}
