/** The records that rebuild the AMQP catalog from nothing: what others refer to comes first. */
import { fieldTableToJson } from '../../message/field-table-json.ts';
import type { LiveBinding, LiveExchange, LiveQueue, LiveVhost } from './live.ts';
import type { AmqpCatalogRecord, BindingFields, ExchangeDeclared, QueueDeclared } from './records.ts';
import { sqsFactsToJson } from './sqs-facts.ts';

export function snapshotRecords(
  nextQueueId: number,
  secret: Buffer | undefined,
  vhosts: Iterable<LiveVhost>,
): AmqpCatalogRecord[] {
  const records: AmqpCatalogRecord[] = [{ type: 'queue_ids_used', nextQueueId }];
  if (secret !== undefined) records.push({ type: 'secret_set', base64: secret.toString('base64') });
  for (const vhost of vhosts) addVhost(records, vhost);
  return records;
}

function addVhost(records: AmqpCatalogRecord[], vhost: LiveVhost): void {
  const { name, description, tags, defaultQueueType = null, limits, policies } = vhost;
  const { maxQueues = null, maxConnections = null } = limits;
  records.push({ type: 'vhost_set', vhost: name, description, tags, defaultQueueType });
  records.push({ type: 'vhost_limits_set', vhost: name, maxQueues, maxConnections });
  for (const table of [policies.policy, policies.operator_policy]) {
    for (const policy of table.all()) records.push({ type: 'policy_set', ...policy });
  }
  for (const exchange of vhost.exchanges.values()) if (!exchange.predeclared) records.push(exchangeRecord(exchange));
  for (const queue of vhost.queues.values()) records.push(queueRecord(queue));
  for (const { outgoing } of vhost.exchanges.values()) {
    for (const binding of outgoing?.values() ?? []) records.push({ type: 'bound', ...bindingFields(binding) });
  }
}

function exchangeRecord(exchange: LiveExchange): ExchangeDeclared {
  const { vhost, name, type: exchangeType, durable, autoDelete, internal } = exchange;
  const what = { type: 'exchange_declared', vhost, name, exchangeType, durable, autoDelete, internal } as const;
  return { ...what, arguments: fieldTableToJson(exchange.arguments) };
}

function queueRecord(queue: LiveQueue): QueueDeclared {
  const { vhost, name, id: queueId, settings, durable, autoDelete, exclusiveOwner = null, createdAtMs, sqs } = queue;
  const what = { type: 'queue_declared', vhost, name, queueId, queueType: settings.type } as const;
  const args = fieldTableToJson(queue.arguments);
  const record = { ...what, durable, autoDelete, exclusiveOwner, arguments: args, createdAtMs };
  return sqs === undefined ? record : { ...record, sqs: sqsFactsToJson(sqs) };
}

function bindingFields(binding: LiveBinding): BindingFields {
  const { source, destinationType, destination, routingKey } = binding;
  const { vhost, name } = source;
  const ends = { vhost, source: name, destinationType, destination: destination.name };
  return { ...ends, routingKey, arguments: fieldTableToJson(binding.arguments) };
}
