/** channel.flow: a client may not stop deliveries with it; basic.qos and basic.cancel are for that. */
import { AmqpError } from '../errors.ts';
import { defineHandler, reply } from '../handler.ts';
import { ReplyCode } from '../protocol/reply-codes.ts';

export const channelFlow = defineHandler('channel.flow', 'nothing', ({ active }) => {
  if (!active) throw new AmqpError(ReplyCode.NOT_IMPLEMENTED, 'active=false');
  return reply('channel.flow-ok', { active });
});
