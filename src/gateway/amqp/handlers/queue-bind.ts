/** queue.bind and queue.unbind. A binding lasts no longer than its queue. */
import type { Channel } from '../channel.ts';
import { defineHandler, type Reply, reply, volatileIf } from '../handler.ts';
import type { DecodedMethod } from '../protocol/methods.ts';
import { checkedBinding, type WantedBinding } from './binding.ts';
import { bindingKey, callerOf, queueName } from './names.ts';

export const queueBind = defineHandler('queue.bind', 'durable', (request, channel) => {
  const binding = wanted(request, channel);
  channel.session.services.catalog.bind(binding, callerOf(channel));
  return answered(binding, channel, reply('queue.bind-ok', {}));
});

export const queueUnbind = defineHandler('queue.unbind', 'durable', (request, channel) => {
  const binding = wanted(request, channel);
  channel.session.services.catalog.unbind(binding, callerOf(channel));
  return answered(binding, channel, reply('queue.unbind-ok', {}));
});

function answered({ vhost, destination }: WantedBinding, { session }: Channel, answer: Reply): Reply {
  const queue = session.services.catalog.queue(vhost, destination);
  return volatileIf(queue !== undefined && !queue.settings.durable, answer);
}

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
