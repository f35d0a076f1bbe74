/** Setting and deleting policies and operator policies. */
import { type AmqpCatalogContext, existingVhost } from './context.ts';
import type { PolicyScope } from './policy.ts';
import { checkedPolicy, type NewPolicy } from './policy-check.ts';
import { invalidRequest, limitExceeded } from './refusals.ts';

/** Sets it whole, new or not. @throws DomainError `not_found`, `invalid_request`, `limit_exceeded` */
export function putPolicy(context: AmqpCatalogContext, scope: PolicyScope, wanted: NewPolicy): void {
  const table = existingVhost(context, wanted.vhost).policies[scope];
  const policy = checkedPolicy(scope, wanted);
  const { policiesMax, argumentBytesMax } = context.settings;
  if (JSON.stringify(policy.definition).length > argumentBytesMax) {
    throw invalidRequest(`the definition of policy '${policy.name}' has more than ${argumentBytesMax} characters`);
  }
  if (table.get(policy.name) === undefined && context.state.policyCount >= policiesMax) {
    throw limitExceeded(`policy '${policy.name}'`, policiesMax, 'policies');
  }
  context.journal.commit([{ type: 'policy_set', ...policy }]);
  context.logger.info({ vhost: policy.vhost, policy: policy.name, scope }, 'policy set');
}

/** Whether there was one. @throws DomainError `not_found` for the vhost */
export function deletePolicy(context: AmqpCatalogContext, scope: PolicyScope, vhost: string, name: string): boolean {
  if (existingVhost(context, vhost).policies[scope].get(name) === undefined) return false;
  context.journal.commit([{ type: 'policy_deleted', scope, vhost, name }]);
  context.logger.info({ vhost, policy: name, scope }, 'policy deleted');
  return true;
}
