/**
 * What is said of a queue. Of what RabbitMQ says and this node has no such thing as, nothing is said. Lists say it ten thousand
 * times: each is one literal, in which what is undefined is left out of the JSON. Nothing is null: rabbitmqadmin fails at that.
 */
import type { LogId } from '../../../base/brand.ts';
import { effectiveDefinition } from '../../../catalog/amqp/effective-policy.ts';
import type { Queue } from '../../../catalog/amqp/model.ts';
import type { QueueStats } from '../../../queue/queue-stats.ts';
import { tableJson } from '../amqp-json.ts';
import type { Range } from '../rates/meter.ts';
import { lengths, queueRates } from '../rates/numbers.ts';
import type { AdminServices } from '../services.ts';

/** How much of the past is wanted. */
export interface QueueRanges {
  readonly rates?: Range | undefined;
  readonly lengths?: Range | undefined;
}

/** What was declared: asked for with `disable_stats`. */
export function declaredQueue(queue: Queue, { node }: AdminServices) {
  const { type } = queue.settings;
  const replicas = type === 'classic' ? undefined : [node.name];
  return {
    name: queue.name,
    vhost: queue.vhost,
    type,
    durable: queue.durable,
    auto_delete: queue.autoDelete,
    exclusive: queue.exclusiveOwner !== undefined,
    arguments: tableJson(queue.arguments),
    node: node.name,
    state: 'running',
    leader: replicas?.[0],
    members: replicas,
    online: replicas,
  };
}

/** With `enable_queue_totals`. */
export function queueTotals(queue: Queue, services: AdminServices) {
  return { ...declaredQueue(queue, services), ...lengths(services.queues.counts(queue.id)) };
}

export function queueFacts(queue: Queue, services: AdminServices, ranges: QueueRanges = {}) {
  const { queues, rates, node } = services;
  const { id } = queue;
  const { ready, unacked, consumers, readyBytes, unackedBytes } = queues.counts(id);
  const { type } = queue.settings;
  const replicas = type === 'classic' ? undefined : [node.name];
  return {
    name: queue.name,
    vhost: queue.vhost,
    type,
    durable: queue.durable,
    auto_delete: queue.autoDelete,
    exclusive: queue.exclusiveOwner !== undefined,
    arguments: tableJson(queue.arguments),
    node: node.name,
    state: 'running',
    leader: replicas?.[0],
    members: replicas,
    online: replicas,
    policy: queue.policy?.name,
    operator_policy: queue.operatorPolicy?.name,
    effective_policy_definition: effectiveDefinition(queue.policy, queue.operatorPolicy),
    consumers,
    messages: ready + unacked,
    messages_details: rates.queueLengths.details(id, 'messages', ranges.lengths),
    messages_ready: ready,
    messages_ready_details: rates.queueLengths.details(id, 'messages_ready', ranges.lengths),
    messages_unacknowledged: unacked,
    messages_unacknowledged_details: rates.queueLengths.details(id, 'messages_unacknowledged', ranges.lengths),
    message_bytes: readyBytes + unackedBytes,
    message_bytes_ready: readyBytes,
    message_bytes_unacknowledged: unackedBytes,
    message_stats: messageStats(id, queues.stats(id), services, ranges.rates),
  };
}

/** Undefined while nothing has happened. */
function messageStats(
  id: LogId,
  stats: Readonly<QueueStats> | undefined,
  { rates: { queueRates: meter } }: AdminServices,
  range: Range | undefined,
) {
  if (stats === undefined) return undefined;
  const { publish, deliver_get, deliver, deliver_no_ack, get, get_no_ack, redeliver, ack } = queueRates(stats);
  if (publish + deliver_get + ack === 0 && range === undefined) return undefined;
  return {
    publish,
    publish_details: meter.details(id, 'publish', range),
    deliver,
    deliver_details: meter.details(id, 'deliver', range),
    deliver_no_ack,
    deliver_no_ack_details: meter.details(id, 'deliver_no_ack', range),
    get,
    get_details: meter.details(id, 'get', range),
    get_no_ack,
    get_no_ack_details: meter.details(id, 'get_no_ack', range),
    deliver_get,
    deliver_get_details: meter.details(id, 'deliver_get', range),
    redeliver,
    redeliver_details: meter.details(id, 'redeliver', range),
    ack,
    ack_details: meter.details(id, 'ack', range),
  };
}
