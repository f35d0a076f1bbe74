/** `/api/channels`: the channels of the connections that the requester may see. */
import { checkOwner } from '../access.ts';
import type { ConnectionView } from '../amqp-port.ts';
import { type Answer, json } from '../answer.ts';
import { objectNotFound } from '../api-error.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { rangeOf } from '../rates/range.ts';
import { resource } from '../resource.ts';
import { channelFacts, channelName, consumerFacts, type PlacedChannel } from './connection-facts.ts';
import { existingConnection, visibleConnections } from './connections.ts';
import { Activities } from './consumers.ts';

export const CHANNELS = resource('/channels', { GET: ['management', listChannels] });
export const CHANNELS_OF_VHOST = resource('/vhosts/:vhost/channels', { GET: ['vhostVisible', listChannels] });
export const CHANNELS_OF_CONNECTION = resource('/connections/:name/channels', {
  GET: ['management', listOfConnection],
});
export const CHANNEL = resource('/channels/:channel', { GET: ['management', showChannel] });

function listChannels(call: Call): Promise<Answer> {
  return answer(call, visibleConnections(call));
}

function listOfConnection(call: Call): Promise<Answer> {
  return answer(call, [existingConnection(call)]);
}

function answer(call: Call, connections: Iterable<ConnectionView>): Promise<Answer> {
  return list(call, {
    items: channelsOf(connections),
    facts: (placed: PlacedChannel) => channelFacts(placed, call.services),
    key: (placed) => [placed.connection.vhost, placed.connection.name, String(placed.channel.number).padStart(5, '0')],
    name: channelName,
  });
}

function* channelsOf(connections: Iterable<ConnectionView>): Iterable<PlacedChannel> {
  for (const connection of connections) for (const channel of connection.channels) yield { connection, channel };
}

function showChannel(call: Call): Answer {
  const { services } = call;
  const placed = existingChannel(call);
  const activities = new Activities(services);
  return json({
    ...channelFacts(placed, services, rangeOf(call, 'msg_rates')),
    consumer_details: placed.channel.consumers.map((consumer) => {
      const placedConsumer = { ...placed, consumer };
      return consumerFacts(placedConsumer, activities.of(placedConsumer), services);
    }),
    publishes: [],
    deliveries: [],
  });
}

function existingChannel(call: Call): PlacedChannel {
  const name = param(call, 'channel');
  const [, connectionName = '', number = ''] = /^(.*) \((\d{1,5})\)$/s.exec(name) ?? [];
  const connection = call.services.amqp.connectionNamed(connectionName);
  const channel = connection?.channels.find((each) => each.number === Number(number));
  if (connection === undefined || channel === undefined) throw objectNotFound();
  checkOwner(call, connection.user);
  return { connection, channel };
}
