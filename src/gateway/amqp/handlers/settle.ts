/** Settling deliveries: at once, or with the commit of a transaction. */
import type { Outcome } from '../../../queue/queue.ts';
import type { Channel } from '../channel.ts';

/** @throws AmqpError unknown delivery tag */
export function settle(channel: Channel, tag: number, multiple: boolean, outcome: Outcome): void {
  const { deliveries, mode } = channel;
  if (mode.name === 'tx') mode.transaction.settle({ deliveries: deliveries.hold(tag, multiple), outcome });
  else deliveries.settle(tag, multiple, outcome);
}
