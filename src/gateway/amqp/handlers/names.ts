/** What stands behind names that clients leave out, and whose request the catalog is asked to serve. */
import type { Caller } from '../../../catalog/amqp/context.ts';
import type { Channel } from '../channel.ts';
import { AmqpError } from '../errors.ts';
import { ReplyCode } from '../protocol/reply-codes.ts';

/** The empty name is the queue that was declared last on this channel. @throws AmqpError if there is none */
export function queueName(name: string, channel: Channel): string {
  if (name !== '') return name;
  if (channel.lastQueue === '') throw new AmqpError(ReplyCode.NOT_FOUND, 'no previously declared queue');
  return channel.lastQueue;
}

/** Where queue and routing key are both left out, the routing key is the queue's name (AMQP 0-9-1 §1.7.2.3). */
export function bindingKey(queue: string, routingKey: string, channel: Channel): string {
  return queue === '' && routingKey === '' ? queueName(queue, channel) : routingKey;
}

export function callerOf({ session }: Channel): Caller {
  return session;
}
