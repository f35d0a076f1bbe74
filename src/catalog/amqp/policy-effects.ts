/** What the policies of a vhost, and attributes, make of its queues and exchanges. Each `refresh` tells whether anything came of it. */
import { effectiveDefinition } from './effective-policy.ts';
import { ALTERNATE_EXCHANGE } from './exchange-arguments.ts';
import { type LiveExchange, LiveQueue, type LiveVhost, type Policies, type QueueFields } from './live.ts';
import type { PolicyScope } from './policy.ts';
import type { PolicySubject } from './policy-table.ts';
import { type QueueType, queueSettings, sameSettings } from './queue-settings.ts';

export function newQueue(vhost: LiveVhost, fields: QueueFields, type: QueueType): LiveQueue {
  const policies = policiesFor(vhost, type, fields.name);
  return new LiveQueue(fields, policies, settingsOf(fields, type, policies));
}

export function refreshQueue(vhost: LiveVhost, queue: LiveQueue): boolean {
  const { type } = queue.settings;
  const policies = policiesFor(vhost, type, queue.name);
  queue.policy = policies.policy;
  queue.operatorPolicy = policies.operatorPolicy;
  const settings = settingsOf(queue, type, policies);
  if (sameSettings(settings, queue.settings)) return false;
  queue.settings = settings;
  return true;
}

export function refreshExchange(vhost: LiveVhost, exchange: LiveExchange): boolean {
  const policies = policiesFor(vhost, 'exchange', exchange.name);
  exchange.policy = policies.policy;
  exchange.operatorPolicy = policies.operatorPolicy;
  const before = exchange.alternateExchange;
  exchange.alternateExchange = alternateOf(exchange, policies);
  return exchange.alternateExchange !== before;
}

/** Whether the policy of that name holds for the thing now, or may hold once policies are matched anew. */
export function isConcerned(
  vhost: LiveVhost,
  scope: PolicyScope,
  policyName: string,
  subject: PolicySubject,
  thing: LiveQueue | LiveExchange,
): boolean {
  const present = scope === 'policy' ? thing.policy : thing.operatorPolicy;
  return present?.name === policyName || vhost.policies[scope].concerns(policyName, subject, thing.name);
}

function policiesFor({ policies }: LiveVhost, subject: PolicySubject, name: string): Policies {
  return {
    policy: policies.policy.match(subject, name),
    operatorPolicy: policies.operator_policy.match(subject, name),
  };
}

function settingsOf(fields: QueueFields, type: QueueType, { policy, operatorPolicy }: Policies) {
  const { durable, autoDelete, exclusiveOwner, sqs } = fields;
  const shape = { type, durable, autoDelete, exclusive: exclusiveOwner !== undefined };
  return queueSettings(shape, fields.arguments, effectiveDefinition(policy, operatorPolicy), sqs?.settings);
}

function alternateOf(exchange: LiveExchange, { policy, operatorPolicy }: Policies): string | undefined {
  const own = exchange.arguments.get(ALTERNATE_EXCHANGE);
  if (own?.type === 'longstr') return own.value;
  const ruled = effectiveDefinition(policy, operatorPolicy)[ALTERNATE_EXCHANGE];
  return typeof ruled === 'string' ? ruled : undefined;
}
