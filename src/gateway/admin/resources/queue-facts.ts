/** What is said of a queue. Of what RabbitMQ says and this node has no such thing as, nothing is said. */

import { effectiveDefinition } from '../../../catalog/amqp/effective-policy.ts';
import type { Queue } from '../../../catalog/amqp/model.ts';
import { tableJson } from '../amqp-json.ts';
import { measured, messageStats } from '../rates/measured.ts';
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
  return {
    name: queue.name,
    vhost: queue.vhost,
    type: queue.settings.type,
    durable: queue.durable,
    auto_delete: queue.autoDelete,
    exclusive: queue.exclusiveOwner !== undefined,
    arguments: tableJson(queue.arguments),
    node: node.name,
    state: 'running',
    ...(queue.settings.type === 'classic' ? {} : { leader: node.name, members: [node.name], online: [node.name] }),
  };
}

/** With `enable_queue_totals`. */
export function queueTotals(queue: Queue, services: AdminServices) {
  return { ...declaredQueue(queue, services), ...lengths(services.queues.counts(queue.id)) };
}

export function queueFacts(queue: Queue, services: AdminServices, ranges: QueueRanges = {}) {
  const { queues, rates } = services;
  const counts = queues.counts(queue.id);
  const stats = queues.stats(queue.id);
  return {
    ...declaredQueue(queue, services),
    policy: queue.policy?.name ?? null,
    operator_policy: queue.operatorPolicy?.name ?? null,
    effective_policy_definition: effectiveDefinition(queue.policy, queue.operatorPolicy),
    consumers: counts.consumers,
    ...measured(rates.queueLengths, queue.id, lengths(counts), ranges.lengths),
    message_bytes: counts.readyBytes + counts.unackedBytes,
    message_bytes_ready: counts.readyBytes,
    message_bytes_unacknowledged: counts.unackedBytes,
    ...(stats === undefined ? {} : messageStats(rates.queueRates, queue.id, queueRates(stats), ranges.rates)),
  };
}
