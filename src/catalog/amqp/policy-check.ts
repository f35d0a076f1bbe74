/** What a policy may say. Refuses what RabbitMQ refuses: unknown settings, values out of range, patterns that are none. */
import { Pattern } from '../../base/pattern/pattern.ts';
import { PatternError } from '../../base/pattern/syntax.ts';
import { checkLength } from './names.ts';
import { POLICY_TARGETS, type Policy, type PolicyDefinition, type PolicyScope, type PolicyTarget } from './policy.ts';
import { POLICY_KEYS } from './policy-keys.ts';
import { invalidRequest } from './refusals.ts';

/** As it comes from a person: nothing is certain but the JSON types. */
export interface NewPolicy {
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly priority: number;
  readonly applyTo: string;
  readonly definition: Readonly<Record<string, unknown>>;
}

/** @throws DomainError `invalid_request` */
export function checkedPolicy(scope: PolicyScope, wanted: NewPolicy): Policy {
  const { vhost, name, pattern, priority } = wanted;
  if (name === '') throw invalidRequest('a policy needs a name');
  checkLength('policy name', name);
  checkPattern(pattern);
  if (!Number.isSafeInteger(priority)) {
    throw invalidRequest(`priority should be a number, actually was ${JSON.stringify(priority)}`);
  }
  const applyTo = checkedTarget(wanted.applyTo);
  return { scope, vhost, name, pattern, priority, applyTo, definition: checkedDefinition(scope, wanted.definition) };
}

function checkPattern(pattern: string): void {
  try {
    new Pattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw invalidRequest(`pattern should be regular expression but is invalid: ${error.message}`);
  }
}

function checkedTarget(name: string): PolicyTarget {
  const target = POLICY_TARGETS.find((known) => known === name);
  if (target !== undefined) return target;
  const known = POLICY_TARGETS.map((each) => `'${each}'`).join(', ');
  throw invalidRequest(`apply-to '${name}' unrecognised; should be one of ${known}`);
}

function checkedDefinition(scope: PolicyScope, definition: Readonly<Record<string, unknown>>): PolicyDefinition {
  const entries = Object.entries(definition);
  if (entries.length === 0) throw invalidRequest('no policy provided');
  const unknown = entries.filter(([name]) => !isKnown(scope, name)).map(([name]) => name);
  if (unknown.length > 0) throw invalidRequest(`${unknown.join(', ')} are not recognised policy settings`);
  for (const [name, value] of entries) {
    const key = POLICY_KEYS.get(name);
    if (key?.allows(value)) continue;
    throw invalidRequest(`${JSON.stringify(value)} is not a valid ${key?.noun ?? name}`);
  }
  return Object.fromEntries(entries) as PolicyDefinition;
}

function isKnown(scope: PolicyScope, name: string): boolean {
  const key = POLICY_KEYS.get(name);
  return key !== undefined && (key.operator || scope === 'policy');
}
