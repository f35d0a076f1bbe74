/** queue.delete: one that does not exist is no error. Its consumers are told, if they asked to be. */
import { defineHandler, reply } from '../handler.ts';
import { callerOf, queueName } from './names.ts';

export const queueDelete = defineHandler('queue.delete', 'durable', ({ queue, ifUnused, ifEmpty }, channel) => {
  const { vhost, services } = channel.session;
  const { catalog, queues } = services;
  const name = queueName(queue, channel);
  const id = catalog.queue(vhost, name)?.id;
  const messageCount = id === undefined ? 0 : queues.counts(id).ready;
  catalog.deleteQueue({ vhost, name, ifUnused, ifEmpty }, callerOf(channel), (found) => {
    const { ready, consumers } = queues.counts(found.id);
    return { messages: ready, consumers };
  });
  return reply('queue.delete-ok', { messageCount });
});
