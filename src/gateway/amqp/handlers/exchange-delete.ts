/** exchange.delete: one that does not exist is no error. */
import { defineHandler, reply } from '../handler.ts';
import { callerOf } from './names.ts';

export const exchangeDelete = defineHandler('exchange.delete', 'durable', ({ exchange: name, ifUnused }, channel) => {
  const { vhost, services } = channel.session;
  services.catalog.deleteExchange({ vhost, name, ifUnused }, callerOf(channel));
  return reply('exchange.delete-ok', {});
});
