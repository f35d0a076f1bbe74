/** A Kafka topic is a stream queue as soon as an AMQP client asks for one of its name. */
import type { FieldTable } from '../../message/field-table.ts';
import { type AmqpCatalogContext, NOBODY } from './context.ts';
import { declareQueue } from './declare-queue.ts';
import type { LiveQueue, LiveVhost } from './live.ts';
import { ROOT_VHOST } from './model.ts';

const STREAM: FieldTable = new Map([['x-queue-type', { type: 'longstr', value: 'stream' }]]);

/** Undefined if there is no such topic. @throws DomainError as `declareQueue` */
export function adoptTopic(context: AmqpCatalogContext, vhost: LiveVhost, name: string): LiveQueue | undefined {
  const { topics } = context;
  if (vhost.name !== ROOT_VHOST || topics.createStream === undefined || !topics.isTopic(name)) return undefined;
  const what = { vhost: vhost.name, name, durable: true, exclusive: false, autoDelete: false, arguments: STREAM };
  declareQueue(context, what, NOBODY);
  return vhost.queues.get(name);
}
