/** tx.select: from now on publishes and settlements wait for a commit. */
import { defineHandler, reply } from '../handler.ts';

export const txSelect = defineHandler('tx.select', 'nothing', (_request, channel) => {
  channel.selectTransactions();
  return reply('tx.select-ok', {});
});
