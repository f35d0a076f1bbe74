/** basic.recover and basic.recover-async: what is unsettled goes back to its queues. To the same consumer only is not offered. */
import type { Channel } from '../channel.ts';
import { AmqpError } from '../errors.ts';
import { defineHandler, reply } from '../handler.ts';
import { ReplyCode } from '../protocol/reply-codes.ts';

export const basicRecover = defineHandler('basic.recover', 'nothing', ({ requeue }, channel) => {
  recover(channel, requeue);
  return reply('basic.recover-ok', {});
});

export const basicRecoverAsync = defineHandler('basic.recover-async', 'nothing', ({ requeue }, channel) => {
  recover(channel, requeue);
  return undefined;
});

function recover({ deliveries }: Channel, requeue: boolean): void {
  if (!requeue) throw new AmqpError(ReplyCode.NOT_IMPLEMENTED, 'requeue=false');
  deliveries.recover();
}
