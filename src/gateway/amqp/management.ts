/**
 * The AMQP gateway as the management API needs it: who is connected, what has been done, and messages in and out for a user that is
 * not connected. A message is published by the same rules as any other; it is returned to nobody.
 */
import type { LogId } from '../../base/brand.ts';
import type { BasicProperties } from '../../message/amqp-properties.ts';
import { decodeProperties, encodeProperties } from '../../message/amqp-properties-codec.ts';
import type { Message } from '../../message/message.ts';
import { Permissions } from '../../security/permissions.ts';
import type { User } from '../../security/user.ts';
import type { AmqpServer } from './amqp-server.ts';
import { type ChannelStats, newChannelStats } from './channel-stats.ts';
import {
  type ChannelFacts,
  type ConnectionFacts,
  type ConsumerView,
  channelFacts,
  connectionFacts,
  consumerView,
} from './connection-facts.ts';
import { contentOf } from './content.ts';
import { amqpErrorOf } from './errors.ts';
import { Publisher } from './publisher.ts';
import { addStats, type Totals } from './totals.ts';

export interface Publication {
  readonly vhost: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: BasicProperties;
  readonly body: Buffer;
}

export type PublishOutcome =
  | { readonly outcome: 'routed' | 'unroutable' | 'full' | 'unavailable' }
  /** What a client would be told: code, name and text. */
  | { readonly outcome: 'refused'; readonly text: string };

/** Takes what is returned, and forgets it. */
const NOBODY = { output: { writer: { return: () => {} }, wrote: () => {} }, hasConsumed: true, isHeldBack: false };

export class AmqpManagement {
  readonly #server: AmqpServer;

  constructor(server: AmqpServer) {
    this.#server = server;
  }

  connections(): Iterable<ConnectionFacts> {
    return this.#server.connections();
  }

  connectionNamed(name: string): ConnectionFacts | undefined {
    const connection = this.#server.connectionNamed(name);
    return connection && connectionFacts(connection);
  }

  connectionById(id: string): ConnectionFacts | undefined {
    const connection = this.#server.connection(id);
    return connection && connectionFacts(connection);
  }

  closeConnection(name: string, reason: string): boolean {
    return this.#server.closeConnection(name, reason);
  }

  /** The consumers of one queue, wherever they are. */
  *consumersOf(queue: LogId): Iterable<{ connection: ConnectionFacts; channel: ChannelFacts; consumer: ConsumerView }> {
    for (const connection of this.#server.all()) {
      for (const channel of connection.running?.channels.all() ?? []) {
        for (const consumer of channel.deliveries.consumers.values()) {
          if (consumer.facts.queue.id !== queue) continue;
          const [facts, ofChannel] = [connectionFacts(connection), channelFacts(channel)];
          yield { connection: facts, channel: ofChannel, consumer: consumerView(consumer) };
        }
      }
    }
  }

  /** By vhost, over all channels that there have been. */
  counters(): ReadonlyMap<string, Readonly<ChannelStats>> {
    const byVhost = this.#server.services.totals.ended();
    for (const { running } of this.#server.all()) {
      if (running === undefined) continue;
      const total = byVhost.get(running.session.vhost) ?? newChannelStats();
      for (const { deliveries } of running.channels.all()) addStats(total, deliveries.stats);
      byVhost.set(running.session.vhost, total);
    }
    return byVhost;
  }

  get churn(): Readonly<Pick<Totals, 'connectionsOpened' | 'connectionsClosed' | 'channelsOpened' | 'channelsClosed'>> {
    return this.#server.services.totals;
  }

  /** What it appends is `durability.appended` when it returns. */
  publish({ vhost, exchange, routingKey, properties, body }: Publication, user: User): PublishOutcome {
    const { services } = this.#server;
    if (!services.pressure.hasSpace || services.pressure.overloaded) return { outcome: 'unavailable' };
    const { messageBytesMax } = services.settings;
    if (body.length > messageBytesMax) {
      const text = `message size ${body.length} is larger than configured max size ${messageBytesMax}`;
      return { outcome: 'refused', text: `406 PRECONDITION_FAILED - ${text}` };
    }
    const permissions = new Permissions(services.security, user.name, vhost);
    const stats = newChannelStats();
    const publisher = new Publisher(0, { ...NOBODY, services, vhost, permissions, login: { user } }, stats);
    const method = { method: 'basic.publish', exchange, routingKey, mandatory: true, immediate: false } as const;
    try {
      const bytes = encodeProperties(properties);
      if (!publisher.publish(method, bytes, body, false)) return { outcome: 'full' };
    } catch (error) {
      const refusal = amqpErrorOf(error, 'basic.publish');
      if (refusal === undefined) throw error;
      return { outcome: 'refused', text: `${refusal.code} ${refusal.replyText}` };
    }
    return { outcome: stats.returned > 0 ? 'unroutable' : 'routed' };
  }

  /** Whatever protocol the message came by. */
  contentOf(message: Message): { properties: BasicProperties; body: Buffer } {
    const { properties, body } = contentOf(message);
    return { properties: decodeProperties(properties), body };
  }
}
