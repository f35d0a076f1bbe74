/** basic.qos: how much may be in hand; `global` is of the channel, else of each consumer that comes later (as RabbitMQ has it). */
import { AmqpError } from '../errors.ts';
import { defineHandler, reply } from '../handler.ts';
import { ReplyCode } from '../protocol/reply-codes.ts';

export const basicQos = defineHandler('basic.qos', 'nothing', ({ prefetchSize, prefetchCount, global }, channel) => {
  if (prefetchSize !== 0) throw new AmqpError(ReplyCode.NOT_IMPLEMENTED, `prefetch_size!=0 (${prefetchSize})`);
  if (global) channel.deliveries.limit = prefetchCount;
  else channel.prefetch = prefetchCount;
  return reply('basic.qos-ok', {});
});
