/** queue.bind and queue.unbind. */
import type { Channel } from '../channel.ts';
import { defineHandler, reply } from '../handler.ts';
import type { DecodedMethod } from '../protocol/methods.ts';
import { checkedBinding, type WantedBinding } from './binding.ts';
import { bindingKey, callerOf, queueName } from './names.ts';

export const queueBind = defineHandler('queue.bind', 'durable', (request, channel) => {
  channel.session.services.catalog.bind(wanted(request, channel), callerOf(channel));
  return reply('queue.bind-ok', {});
});

export const queueUnbind = defineHandler('queue.unbind', 'durable', (request, channel) => {
  channel.session.services.catalog.unbind(wanted(request, channel), callerOf(channel));
  return reply('queue.unbind-ok', {});
});

function wanted(request: DecodedMethod<'queue.bind' | 'queue.unbind'>, channel: Channel): WantedBinding {
  const { queue, exchange: source, routingKey, arguments: given } = request;
  return checkedBinding(channel, {
    source,
    destinationType: 'queue',
    destination: queueName(queue, channel),
    routingKey: bindingKey(queue, routingKey, channel),
    arguments: given,
  });
}
