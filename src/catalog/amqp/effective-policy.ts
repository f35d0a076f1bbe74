/** A policy and an operator policy together: of two numeric limits the smaller one, of other settings the operator's. */
import type { Policy, PolicyDefinition } from './policy.ts';
import { combinedDeliveryLimit } from './queue-settings.ts';

const NONE: PolicyDefinition = {};
const LIMITS = new Set([
  'message-ttl',
  'expires',
  'max-length',
  'max-length-bytes',
  'max-in-memory-length',
  'max-in-memory-bytes',
]);

/** What holds for a thing that has these policies. */
export function effectiveDefinition(policy: Policy | undefined, operatorPolicy: Policy | undefined): PolicyDefinition {
  if (operatorPolicy === undefined) return policy?.definition ?? NONE;
  if (policy === undefined) return operatorPolicy.definition;
  const merged: Record<string, string | number> = { ...policy.definition };
  for (const [name, value] of Object.entries(operatorPolicy.definition)) {
    merged[name] = mergedValue(name, merged[name], value);
  }
  return merged;
}

function mergedValue(name: string, own: string | number | undefined, operators: string | number): string | number {
  if (typeof own !== 'number' || typeof operators !== 'number') return operators;
  if (name === 'delivery-limit') return combinedDeliveryLimit(own, operators) ?? operators;
  return LIMITS.has(name) ? Math.min(own, operators) : operators;
}
