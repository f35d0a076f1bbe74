/** exchange.declare: makes an exchange, or makes sure that there is one like it. */
import { defineHandler, reply } from '../handler.ts';
import { callerOf } from './names.ts';

export const exchangeDeclare = defineHandler('exchange.declare', 'durable', (request, channel) => {
  const { exchange: name, type, passive, durable, autoDelete, internal, arguments: given } = request;
  const { vhost, services } = channel.session;
  if (passive) services.catalog.requireExchange(vhost, name);
  else {
    const wanted = { vhost, name, type, durable, autoDelete, internal, arguments: given };
    services.catalog.declareExchange(wanted, callerOf(channel));
  }
  return reply('exchange.declare-ok', {});
});
