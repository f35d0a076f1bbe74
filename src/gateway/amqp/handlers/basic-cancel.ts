/** basic.cancel: a consumer ends. What it was given stays unsettled; one that does not exist is no error. */
import { defineHandler, reply } from '../handler.ts';

export const basicCancel = defineHandler('basic.cancel', 'nothing', ({ consumerTag }, channel) => {
  const consumer = channel.deliveries.consumers.get(consumerTag);
  if (consumer !== undefined) channel.deliveries.cancel(consumer);
  else if (channel.replyConsumer?.tag === consumerTag) channel.cancelReplies();
  return reply('basic.cancel-ok', { consumerTag });
});
