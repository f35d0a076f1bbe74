/**
 * queue.declare: makes a queue, or makes sure that there is one like it; one that does not outlive the node is there at once. Names of direct replies are answered for as if they were
 * queues, which tells whether somebody still waits for the answer.
 */
import { DomainError } from '../../../base/errors.ts';
import type { Channel } from '../channel.ts';
import { isReplyName, REPLY_TO } from '../direct-replies.ts';
import { defineHandler, type Reply, reply, volatileIf } from '../handler.ts';
import type { DecodedMethod } from '../protocol/methods.ts';
import { callerOf } from './names.ts';

type Request = DecodedMethod<'queue.declare'>;

export const queueDeclare = defineHandler('queue.declare', 'durable', (request, channel) => {
  const { services } = channel.session;
  if (request.queue === REPLY_TO || isReplyName(request.queue)) return declareReplies(request.queue, channel);
  const { name, id, settings } = declared(request, channel);
  channel.lastQueue = name;
  services.queues.touch(id);
  const { ready, consumers } = services.queues.counts(id);
  const answer = reply('queue.declare-ok', { queue: name, messageCount: ready, consumerCount: consumers });
  return volatileIf(!settings.durable, answer);
});

function declared({ queue, passive, durable, exclusive, autoDelete, arguments: given }: Request, channel: Channel) {
  const { vhost, services } = channel.session;
  const { catalog } = services;
  const caller = callerOf(channel);
  if (passive) return catalog.requireQueue(vhost, queue, caller);
  return catalog.declareQueue({ vhost, name: queue, durable, exclusive, autoDelete, arguments: given }, caller).queue;
}

function declareReplies(name: string, channel: Channel): Reply {
  const { vhost, services } = channel.session;
  if (name !== REPLY_TO && !services.directReplies.has(name)) {
    throw new DomainError('not_found', `no queue '${name}' in vhost '${vhost}'`);
  }
  channel.lastQueue = name;
  return reply('queue.declare-ok', { queue: name, messageCount: 0, consumerCount: 1 });
}
