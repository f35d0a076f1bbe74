/** The records that rebuild the AMQP catalog from nothing: what others refer to comes first. */
import { fieldTableToJson } from '../../message/field-table-json.ts';
import type { LiveBinding, LiveExchange, LiveQueue, LiveVhost } from './live.ts';
import type { AmqpCatalogRecord, BindingFields, ExchangeDeclared, QueueDeclared } from './records.ts';

export function snapshotRecords(nextQueueId: number, vhosts: Iterable<LiveVhost>): AmqpCatalogRecord[] {
  const records: AmqpCatalogRecord[] = [{ type: 'queue_ids_used', nextQueueId }];
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
  const { vhost, name, id: queueId, settings, durable, autoDelete, exclusiveOwner = null } = queue;
  const what = { type: 'queue_declared', vhost, name, queueId, queueType: settings.type } as const;
  return { ...what, durable, autoDelete, exclusiveOwner, arguments: fieldTableToJson(queue.arguments) };
}

function bindingFields(binding: LiveBinding): BindingFields {
  const { source, destinationType, destination, routingKey } = binding;
  const { vhost, name } = source;
  const ends = { vhost, source: name, destinationType, destination: destination.name };
  return { ...ends, routingKey, arguments: fieldTableToJson(binding.arguments) };
}
