/**
 * What a policy is: settings for the queues and exchanges of a vhost whose names match its pattern. Of each scope the
 * matching one of the highest priority counts; an operator policy and a policy count together.
 */

/** An operator policy bounds what policies and arguments ask for. */
export type PolicyScope = 'policy' | 'operator_policy';

export const POLICY_TARGETS = ['all', 'exchanges', 'queues', 'classic_queues', 'quorum_queues', 'streams'] as const;
export type PolicyTarget = (typeof POLICY_TARGETS)[number];

/** By the names of arguments without their `x-`. */
export type PolicyDefinition = Readonly<Record<string, string | number>>;

export interface Policy {
  readonly scope: PolicyScope;
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly priority: number;
  readonly applyTo: PolicyTarget;
  readonly definition: PolicyDefinition;
}
