/** tx.rollback: forgets what was published and puts back among the unsettled what was settled. Nothing is delivered again. */
import { defineHandler, reply } from '../handler.ts';
import { requireTransaction } from './require-transaction.ts';

export const txRollback = defineHandler('tx.rollback', 'nothing', (_request, channel) => {
  const { settlements } = requireTransaction(channel).take();
  for (const { deliveries } of settlements) channel.deliveries.restoreHeld(deliveries);
  return reply('tx.rollback-ok', {});
});
