/** The numbers of each kind of object, by RabbitMQ's names, and where they come from. */

import type { QueueStats } from '../../../queue/queue-stats.ts';
import type { QueueCounts } from '../../../queue/queues.ts';
import type { ChannelCounters, Churn, ConnectionView } from '../amqp-port.ts';
import type { Numbers } from './meter.ts';

const DELIVERIES = ['deliver', 'deliver_no_ack', 'get', 'get_no_ack', 'deliver_get', 'redeliver', 'ack'] as const;

/** Message rates of a queue. */
export const QUEUE_RATES = ['publish', ...DELIVERIES] as const;
export const LENGTHS = ['messages', 'messages_ready', 'messages_unacknowledged'] as const;
/** Of a channel, a vhost, and the node. */
export const CHANNEL_RATES = [
  'publish',
  'confirm',
  'return_unroutable',
  'drop_unroutable',
  'get_empty',
  ...DELIVERIES,
] as const;
export const BYTES = ['recv_oct', 'send_oct'] as const;
export const CHURN = [
  'connection_created',
  'connection_closed',
  'channel_created',
  'channel_closed',
  'queue_created',
  'queue_declared',
  'queue_deleted',
] as const;

export type QueueRate = (typeof QUEUE_RATES)[number];
export type Length = (typeof LENGTHS)[number];
export type ChannelRate = (typeof CHANNEL_RATES)[number];
export type ByteCount = (typeof BYTES)[number];
export type ChurnCount = (typeof CHURN)[number];

export function queueRates(stats: Readonly<QueueStats>): Numbers<QueueRate> {
  const { published, delivered, deliveredNoAck, got, gotNoAck, redelivered, acknowledged } = stats;
  return {
    publish: published,
    deliver: delivered,
    deliver_no_ack: deliveredNoAck,
    get: got,
    get_no_ack: gotNoAck,
    deliver_get: delivered + deliveredNoAck + got + gotNoAck,
    redeliver: redelivered,
    ack: acknowledged,
  };
}

export function lengths({ ready, unacked }: Pick<QueueCounts, 'ready' | 'unacked'>): Numbers<Length> {
  return { messages: ready + unacked, messages_ready: ready, messages_unacknowledged: unacked };
}

export function channelRates(counters: ChannelCounters): Numbers<ChannelRate> {
  const { delivered, deliveredNoAck, got, gotNoAck } = counters;
  return {
    publish: counters.published,
    confirm: counters.confirmed,
    return_unroutable: counters.returned,
    drop_unroutable: counters.unroutable,
    get_empty: counters.gotEmpty,
    deliver: delivered,
    deliver_no_ack: deliveredNoAck,
    get: got,
    get_no_ack: gotNoAck,
    deliver_get: delivered + deliveredNoAck + got + gotNoAck,
    redeliver: counters.redelivered,
    ack: counters.acknowledged,
  };
}

export function byteCounts({
  receivedBytes,
  sentBytes,
}: Pick<ConnectionView, 'receivedBytes' | 'sentBytes'>): Numbers<ByteCount> {
  return { recv_oct: receivedBytes, send_oct: sentBytes };
}

export interface QueueChurn {
  readonly created: number;
  readonly deleted: number;
}

export function churnCounts(churn: Churn, queues: QueueChurn): Numbers<ChurnCount> {
  return {
    connection_created: churn.connectionsOpened,
    connection_closed: churn.connectionsClosed,
    channel_created: churn.channelsOpened,
    channel_closed: churn.channelsClosed,
    queue_created: queues.created,
    queue_declared: queues.created,
    queue_deleted: queues.deleted,
  };
}

export function sum<Name extends string>(names: readonly Name[], all: Iterable<Numbers<Name>>): Numbers<Name> {
  const total = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  for (const numbers of all) for (const name of names) total[name] += numbers[name];
  return total;
}
