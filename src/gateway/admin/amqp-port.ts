/**
 * What the management API asks of the AMQP gateway: who is connected, and messages in and out. Gateways don't know each other;
 * the composition gives the one to the other.
 */
import type { LogId } from '../../base/brand.ts';
import type { FieldTable } from '../../message/field-table.ts';
import type { Message } from '../../message/message.ts';
import type { ConsumerId } from '../../queue/consumer.ts';
import type { User } from '../../security/user.ts';

/** Counters that only grow. */
export interface ChannelCounters {
  readonly published: number;
  readonly confirmed: number;
  readonly returned: number;
  readonly unroutable: number;
  readonly delivered: number;
  readonly deliveredNoAck: number;
  readonly redelivered: number;
  readonly got: number;
  readonly gotNoAck: number;
  readonly gotEmpty: number;
  readonly acknowledged: number;
}

export interface ConsumerView {
  /** What its queue knows it by; undefined while it is being attached. */
  readonly id: ConsumerId | undefined;
  readonly tag: string;
  readonly queue: { readonly id: LogId; readonly name: string };
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly prefetch: number;
  readonly arguments: FieldTable;
}

export interface ChannelView {
  readonly number: number;
  readonly isConfirming: boolean;
  readonly isTransactional: boolean;
  readonly prefetch: number;
  readonly globalPrefetch: number;
  readonly unsettled: number;
  readonly unconfirmed: number;
  readonly uncommitted: number;
  readonly uncommittedSettlements: number;
  readonly consumers: readonly ConsumerView[];
  readonly stats: ChannelCounters;
}

export interface ConnectionView {
  /** `client:port -> server:port`. */
  readonly name: string;
  readonly id: string;
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly address: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly protocol: string;
  readonly state: string;
  /** Empty until the connection is open, like the vhost and the mechanism. */
  readonly user: string;
  readonly vhost: string;
  readonly mechanism: string;
  readonly clientProperties: FieldTable;
  readonly frameMax: number;
  readonly channelMax: number;
  readonly heartbeatMs: number;
  readonly connectedAtMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly channels: readonly ChannelView[];
}

/** A consumer and where it is. */
export interface PlacedConsumer {
  readonly connection: ConnectionView;
  readonly channel: ChannelView;
  readonly consumer: ConsumerView;
}

/** One that is undefined is absent. */
export interface MessageProperties {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly headers: FieldTable | undefined;
  readonly deliveryMode: number | undefined;
  readonly priority: number | undefined;
  readonly correlationId: string | undefined;
  readonly replyTo: string | undefined;
  readonly expiration: string | undefined;
  readonly messageId: string | undefined;
  /** Seconds since the Unix epoch. */
  readonly timestamp: bigint | undefined;
  readonly type: string | undefined;
  readonly userId: string | undefined;
  readonly appId: string | undefined;
  readonly clusterId: string | undefined;
}

export interface Publication {
  readonly vhost: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: MessageProperties;
  readonly body: Buffer;
}

export type PublishOutcome =
  | { readonly outcome: 'routed' }
  | { readonly outcome: 'unroutable' }
  /** A queue has no room and its policy is to say so. */
  | { readonly outcome: 'full' }
  /** The node takes no messages now: there is no room on the disk, or too much waits for it. */
  | { readonly outcome: 'unavailable' }
  /** As an AMQP client would be told: code, name and text. */
  | { readonly outcome: 'refused'; readonly text: string };

/** What there has been since the node started. */
export interface Churn {
  readonly connectionsOpened: number;
  readonly connectionsClosed: number;
  readonly channelsOpened: number;
  readonly channelsClosed: number;
}

export const NO_CHANNELS: ChannelCounters = {
  published: 0,
  confirmed: 0,
  returned: 0,
  unroutable: 0,
  delivered: 0,
  deliveredNoAck: 0,
  redelivered: 0,
  got: 0,
  gotNoAck: 0,
  gotEmpty: 0,
  acknowledged: 0,
};

export interface AmqpPort {
  connections(): Iterable<ConnectionView>;
  connectionNamed(name: string): ConnectionView | undefined;
  connectionById(id: string): ConnectionView | undefined;
  /** Those of one queue. */
  consumersOf(queue: LogId): Iterable<PlacedConsumer>;
  /** False if there is none of that name. */
  closeConnection(name: string, reason: string): boolean;
  /** By vhost, over all channels that there have been; a vhost that none was in is missing. */
  counters(): ReadonlyMap<string, ChannelCounters>;
  readonly churn: Churn;
  /** What it appends is `durability.appended` when it returns. */
  publish(publication: Publication, user: User): PublishOutcome;
  /** Whatever protocol the message came by. */
  contentOf(message: Message): { readonly properties: MessageProperties; readonly body: Buffer };
}
