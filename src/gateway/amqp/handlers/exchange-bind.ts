/** exchange.bind and exchange.unbind, RabbitMQ's extension: from exchange to exchange. */
import type { Channel } from '../channel.ts';
import { defineHandler, reply } from '../handler.ts';
import type { DecodedMethod } from '../protocol/methods.ts';
import { checkedBinding, type WantedBinding } from './binding.ts';
import { callerOf } from './names.ts';

export const exchangeBind = defineHandler('exchange.bind', 'durable', (request, channel) => {
  channel.session.services.catalog.bind(wanted(request, channel), callerOf(channel));
  return reply('exchange.bind-ok', {});
});

export const exchangeUnbind = defineHandler('exchange.unbind', 'durable', (request, channel) => {
  channel.session.services.catalog.unbind(wanted(request, channel), callerOf(channel));
  return reply('exchange.unbind-ok', {});
});

function wanted(request: DecodedMethod<'exchange.bind' | 'exchange.unbind'>, channel: Channel): WantedBinding {
  const { source, destination, routingKey, arguments: given } = request;
  return checkedBinding(channel, { source, destinationType: 'exchange', destination, routingKey, arguments: given });
}
