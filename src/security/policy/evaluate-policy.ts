/**
 * What a policy says of a request: a statement that denies wins over all that allow; `none` if no statement matches, and then
 * it is up to the owner of the resource.
 */
import type { RequestContext } from './condition.ts';
import { matchesGlob } from './glob.ts';
import type { PatternMatch, Policy, Principal, PrincipalMatch, Statement } from './policy.ts';

export interface PolicyRequest {
  readonly principal: Principal | undefined;
  /** `sqs:SendMessage`. */
  readonly action: string;
  /** The ARN of the resource. */
  readonly resource: string;
  readonly context: RequestContext;
}

export function evaluatePolicy(policy: Policy, request: PolicyRequest): 'allow' | 'deny' | 'none' {
  const effects = policy.statements.filter((statement) => applies(statement, request)).map(({ effect }) => effect);
  if (effects.includes('Deny')) return 'deny';
  return effects.includes('Allow') ? 'allow' : 'none';
}

function applies(statement: Statement, request: PolicyRequest): boolean {
  return (
    matchesPrincipal(statement.principals, request.principal) &&
    // Names of actions have no case; the patterns were brought to lower case when they were read.
    matchesOne(statement.actions, request.action.toLowerCase()) &&
    matchesOne(statement.resources, request.resource) &&
    statement.conditions.every((condition) => condition(request.context))
  );
}

function matchesPrincipal(match: PrincipalMatch, principal: Principal | undefined): boolean {
  const named =
    match.everyone ||
    (principal !== undefined && (match.accountIds.includes(principal.accountId) || match.arns.includes(principal.arn)));
  return named !== match.not;
}

function matchesOne(match: PatternMatch, text: string): boolean {
  return match.patterns.some((pattern) => matchesGlob(pattern, text)) !== match.not;
}
