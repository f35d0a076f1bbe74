/** queue.purge: drops what is ready; what was delivered and is not settled stays. */
import { defineHandler, reply } from '../handler.ts';
import { callerOf, queueName } from './names.ts';

export const queuePurge = defineHandler('queue.purge', 'durable', ({ queue }, channel) => {
  const { vhost, services, permissions } = channel.session;
  const name = queueName(queue, channel);
  permissions.checkRead('queue', name);
  const { id } = services.catalog.requireQueue(vhost, name, callerOf(channel));
  return reply('queue.purge-ok', { messageCount: services.queues.purge(id) });
});
