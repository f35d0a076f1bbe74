/** What is said of connections, their channels and their consumers. */
import { tableJson } from '../amqp-json.ts';
import type { ChannelView, ConnectionView, ConsumerView } from '../amqp-port.ts';
import { measured, messageStats } from '../rates/measured.ts';
import type { Range } from '../rates/meter.ts';
import { byteCounts, channelRates } from '../rates/numbers.ts';
import { channelKey } from '../rates/rates.ts';
import type { AdminServices } from '../services.ts';

export interface PlacedChannel {
  readonly connection: ConnectionView;
  readonly channel: ChannelView;
}

export function channelName({ connection, channel }: PlacedChannel): string {
  return `${connection.name} (${channel.number})`;
}

export function connectionFacts(connection: ConnectionView, { node, rates }: AdminServices, range?: Range) {
  const { clientProperties } = connection;
  const given = clientProperties.get('connection_name');
  return {
    name: connection.name,
    ...(given?.type === 'longstr' ? { user_provided_name: given.value } : {}),
    node: node.name,
    type: 'network',
    protocol: connection.protocol,
    state: connection.state,
    user: connection.user,
    user_who_performed_action: connection.user,
    vhost: connection.vhost,
    auth_mechanism: connection.mechanism,
    peer_host: connection.peerAddress,
    peer_port: connection.peerPort,
    host: connection.address,
    port: connection.port,
    ssl: connection.isEncrypted,
    channels: connection.channels.length,
    channel_max: connection.channelMax,
    frame_max: connection.frameMax,
    timeout: Math.round(connection.heartbeatMs / 1000),
    connected_at: connection.connectedAtMs,
    client_properties: tableJson(clientProperties),
    ...measured(rates.connectionBytes, connection.id, byteCounts(connection), range),
  };
}

export function channelFacts(placed: PlacedChannel, { node, rates }: AdminServices, range?: Range) {
  const { connection, channel } = placed;
  return {
    name: channelName(placed),
    number: channel.number,
    node: node.name,
    state: connection.state,
    user: connection.user,
    user_who_performed_action: connection.user,
    vhost: connection.vhost,
    connection_details: connectionDetails(connection),
    confirm: channel.isConfirming,
    transactional: channel.isTransactional,
    prefetch_count: channel.prefetch,
    global_prefetch_count: channel.globalPrefetch,
    consumer_count: channel.consumers.length,
    messages_unacknowledged: channel.unsettled,
    messages_unconfirmed: channel.unconfirmed,
    messages_uncommitted: channel.uncommitted,
    acks_uncommitted: channel.uncommittedSettlements,
    ...messageStats(rates.channelRates, channelKey(connection, channel), channelRates(channel.stats), range),
  };
}

export function connectionDetails({ name, peerAddress, peerPort }: ConnectionView) {
  return { name, peer_host: peerAddress, peer_port: peerPort };
}

export interface PlacedConsumer extends PlacedChannel {
  readonly consumer: ConsumerView;
}

/** @param activity what the queue says of it, if it still knows it */
export function consumerFacts(placed: PlacedConsumer, activity: Activity, { node }: AdminServices) {
  const { connection, channel, consumer } = placed;
  return {
    consumer_tag: consumer.tag,
    queue: { name: consumer.queue.name, vhost: connection.vhost },
    ack_required: !consumer.noAck,
    exclusive: consumer.exclusive,
    prefetch_count: consumer.prefetch,
    active: activity !== 'waiting',
    activity_status: activity,
    arguments: tableJson(consumer.arguments),
    channel_details: {
      name: channelName(placed),
      number: channel.number,
      connection_name: connection.name,
      node: node.name,
      peer_host: connection.peerAddress,
      peer_port: connection.peerPort,
      user: connection.user,
    },
  };
}

/** `single_active` and `waiting`: of a queue with a single active consumer. */
export type Activity = 'up' | 'single_active' | 'waiting';
