/** basic.get: one message, or the answer that there is none. Only a message that must be read from disk is waited for. */
import type { LogId } from '../../../base/brand.ts';
import type { Got } from '../../../queue/queue.ts';
import type { Channel } from '../channel.ts';
import { type Answer, defineHandler, reply } from '../handler.ts';
import { callerOf, queueName } from './names.ts';

export const basicGet = defineHandler('basic.get', 'nothing', ({ queue: wanted, noAck }, channel) => {
  const { session, deliveries } = channel;
  const { catalog, queues } = session.services;
  session.hasConsumed = true;
  const name = queueName(wanted, channel);
  session.permissions.checkRead('queue', name);
  const { id, settings } = catalog.requireQueue(session.vhost, name, callerOf(channel));
  if (!noAck) deliveries.checkRoom();
  const answer = (got: Got | undefined): Answer => {
    if (got === undefined) {
      deliveries.stats.gotEmpty += 1;
      return reply('basic.get-empty', {});
    }
    if (channel.isClosing) giveBack(channel, id, got, noAck);
    else deliveries.got(got, id, noAck, settings.type === 'quorum');
    return undefined;
  };
  const got = queues.get(id, noAck);
  return got instanceof Promise ? got.then(answer) : answer(got);
});

/** The channel was closed while the message was being read. */
function giveBack({ session }: Channel, queue: LogId, { id }: Got, noAck: boolean): void {
  if (!noAck) session.services.queues.settleOne(queue, id, 'requeued');
}
