/**
 * A policy of a resource in the language of IAM: statements that allow or deny principals actions. What is in it is decided
 * when it is read (`parse-policy.ts`); asking it (`evaluate-policy.ts`) only matches texts.
 */
import type { Condition } from './condition.ts';

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly principals: PrincipalMatch;
  readonly actions: PatternMatch;
  readonly resources: PatternMatch;
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly statements: readonly Statement[];
}

/** Patterns with `*` and `?`; `not` is that of NotAction and NotResource. */
export interface PatternMatch {
  readonly not: boolean;
  readonly patterns: readonly string[];
}

export interface PrincipalMatch {
  /** That of NotPrincipal. */
  readonly not: boolean;
  readonly everyone: boolean;
  /** Every principal of these accounts. */
  readonly accountIds: readonly string[];
  readonly arns: readonly string[];
}

/** Who asks. Nobody is undefined. */
export interface Principal {
  readonly accountId: string;
  readonly arn: string;
}
