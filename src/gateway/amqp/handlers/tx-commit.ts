/**
 * tx.commit: publishes and settles what the transaction holds, all of it or, after a crash, none. If a queue refuses a message the
 * rest is done nevertheless and the client is told so, as by RabbitMQ.
 */
import { AmqpError } from '../errors.ts';
import { defineHandler, reply } from '../handler.ts';
import { ReplyCode } from '../protocol/reply-codes.ts';
import { requireTransaction } from './require-transaction.ts';

export const txCommit = defineHandler('tx.commit', 'durable', (_request, channel) => {
  const { publishes, settlements } = requireTransaction(channel).take();
  let isComplete = true;
  const { atomically, queues } = channel.session.services;
  atomically(() => {
    for (const publish of publishes) if (!channel.publisher.publishHeld(publish)) isComplete = false;
    for (const { deliveries, outcome } of settlements) channel.deliveries.settleHeld(deliveries, outcome);
    // Settlements are journalled lazily otherwise, and a crash could come in between.
    if (settlements.length > 0) queues.flushSettled();
  });
  if (!isComplete) throw new AmqpError(ReplyCode.PRECONDITION_FAILED, 'partial tx completion');
  return reply('tx.commit-ok', {});
});
