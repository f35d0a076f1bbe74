/** confirm.select, RabbitMQ's extension: from now on each publish is answered. */
import { defineHandler, reply } from '../handler.ts';

export const confirmSelect = defineHandler('confirm.select', 'nothing', (_request, channel) => {
  channel.selectConfirm();
  return reply('confirm.select-ok', {});
});
