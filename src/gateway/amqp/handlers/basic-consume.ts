/**
 * basic.consume: begins deliveries from a queue, or of direct replies. They start once consume-ok is written. `noLocal` is
 * accepted and means nothing, as in RabbitMQ; so do arguments that are not known, but not those of another type of queue.
 */
import type { Queue } from '../../../catalog/amqp/model.ts';
import { typeName } from '../../../message/field-text.ts';
import { integerOf } from '../../../message/field-value.ts';
import type { Channel } from '../channel.ts';
import { Consumer, type ConsumerFacts, Pause } from '../consumer.ts';
import { REPLY_TO } from '../direct-replies.ts';
import { AmqpError } from '../errors.ts';
import { defineHandler, reply } from '../handler.ts';
import type { DecodedMethod } from '../protocol/methods.ts';
import { ReplyCode } from '../protocol/reply-codes.ts';
import { callerOf, queueName } from './names.ts';

type Request = DecodedMethod<'basic.consume'>;

const TAG_BYTES = 16;
const PRIORITY = 'x-priority';
const STREAM_OFFSET = 'x-stream-offset';

export const basicConsume = defineHandler('basic.consume', 'nothing', (request, channel) => {
  const tag = newTag(request.consumerTag, channel);
  channel.session.hasConsumed = true;
  if (request.queue === REPLY_TO) return consumeReplies(request, tag, channel);
  const { session, deliveries } = channel;
  const { catalog, queues, congestion } = session.services;
  const name = queueName(request.queue, channel);
  session.permissions.checkRead('queue', name);
  const queue = catalog.requireQueue(session.vhost, name, callerOf(channel));
  const facts = consumerFacts(request, tag, queue, channel);
  const consumer = new Consumer(facts, queue.settings.type === 'quorum', deliveries, queues, congestion);
  const { noAck, prefetch, priority, exclusive } = facts;
  const spec = { noAck, prefetch, priority, exclusive, arguments: facts.arguments, paused: true, sink: consumer };
  consumer.attach(queues.consume(queue.id, spec));
  deliveries.joined(consumer);
  return reply('basic.consume-ok', { consumerTag: tag }, () => consumer.resume(Pause.STARTING));
});

/** @throws AmqpError for a tag that is taken, and at the bound */
function newTag(wanted: string, channel: Channel): string {
  const { consumers } = channel.deliveries;
  const { settings, random } = channel.session.services;
  if (wanted !== '' && (consumers.has(wanted) || channel.replyConsumer?.tag === wanted)) {
    throw new AmqpError(ReplyCode.NOT_ALLOWED, `attempt to reuse consumer tag '${wanted}'`);
  }
  if (consumers.size >= settings.consumersMax) {
    const text = `reached maximum (${settings.consumersMax}) of consumers per channel`;
    throw new AmqpError(ReplyCode.NOT_ALLOWED, text);
  }
  return wanted === '' ? `amq.ctag-${random.bytes(TAG_BYTES).toString('base64url')}` : wanted;
}

function consumeReplies({ noAck }: Request, tag: string, channel: Channel) {
  if (!noAck) throw new AmqpError(ReplyCode.PRECONDITION_FAILED, 'reply consumer cannot acknowledge');
  if (channel.replyConsumer !== undefined) {
    throw new AmqpError(ReplyCode.PRECONDITION_FAILED, 'reply consumer already set');
  }
  channel.consumeReplies(tag);
  return reply('basic.consume-ok', { consumerTag: tag });
}

function consumerFacts(request: Request, tag: string, queue: Queue, channel: Channel): ConsumerFacts {
  const { noAck, exclusive, arguments: given } = request;
  const priority = given.get(PRIORITY);
  if (priority !== undefined && integerOf(priority) === undefined) {
    throw invalidArgument(PRIORITY, queue, `: "expected integer, got ${typeName(priority)}"`);
  }
  const { type } = queue.settings;
  if (type !== 'stream' && given.has(STREAM_OFFSET)) {
    throw invalidArgument(STREAM_OFFSET, queue, ` of queue type rabbit_${type}_queue`);
  }
  return {
    tag,
    queue: { id: queue.id, name: queue.name },
    noAck,
    exclusive,
    prefetch: noAck ? 0 : channel.prefetch,
    priority: integerOf(priority) ?? 0,
    arguments: given,
  };
}

/** In RabbitMQ's words. */
function invalidArgument(name: string, { name: queue, vhost }: Queue, why: string): AmqpError {
  return new AmqpError(
    ReplyCode.PRECONDITION_FAILED,
    `invalid arg '${name}' for queue '${queue}' in vhost '${vhost}'${why}`,
  );
}
