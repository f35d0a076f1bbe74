/** queue.delete: one that does not exist is no error. Its consumers are told, if they asked to be. */
import { defineHandler, reply } from '../handler.ts';
import { callerOf, queueName } from './names.ts';

export const queueDelete = defineHandler('queue.delete', 'durable', ({ queue, ifUnused, ifEmpty }, channel) => {
  const { vhost, services } = channel.session;
  let messageCount = 0;
  services.catalog.deleteQueue(
    { vhost, name: queueName(queue, channel), ifUnused, ifEmpty },
    callerOf(channel),
    ({ id }) => {
      const { ready, consumers } = services.queues.counts(id);
      messageCount = ready;
      return { messages: ready, consumers };
    },
  );
  return reply('queue.delete-ok', { messageCount });
});
