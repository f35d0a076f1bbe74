/**
 * Who may do what. A request that need not be signed may do everything. The account that queues belong to may do what the policy of
 * the queue does not deny; others may do what it allows.
 */
import { evaluatePolicy } from '../../security/policy/evaluate-policy.ts';
import { accessDenied } from './authentication.ts';
import type { Action } from './protocol/operations.ts';
import type { SqsQueue } from './queue-view.ts';
import { policyActionOf } from './rules/queue-policy.ts';
import type { SqsCaller } from './sqs-caller.ts';

const NO_CONTEXT: ReadonlyMap<string, string> = new Map();

/** Throws `AwsError`. @param ownerId the account that the queues belong to */
export function checkQueueAccess(action: Action, queue: SqsQueue, caller: SqsCaller, ownerId: string): void {
  const { principal, context = NO_CONTEXT } = caller;
  if (principal === undefined) return;
  const { arn: resource, policy } = queue;
  const request = { principal, action: policyActionOf(action), resource, context };
  const verdict = policy === undefined ? 'none' : evaluatePolicy(policy, request);
  if (verdict === 'allow' || (verdict === 'none' && principal.accountId === ownerId)) return;
  throw accessDenied(resource);
}

/** What concerns no queue that is there. Throws `AwsError`. */
export function checkAccountAccess(resource: string, { principal }: SqsCaller, ownerId: string): void {
  if (principal !== undefined && principal.accountId !== ownerId) throw accessDenied(resource);
}
