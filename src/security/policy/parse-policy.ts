/**
 * Reads the JSON of a policy. Refuses what is not a policy: members that the language does not know, effects and versions that
 * it does not have, statements that say nothing of whom, what or where, and more of anything than the bounds below.
 */
import { type Condition, newCondition } from './condition.ts';
import type { PatternMatch, Policy, PrincipalMatch, Statement } from './policy.ts';

export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(
    /** `statements`: there are too many of them. */
    readonly kind: 'malformed' | 'statements',
    message: string,
  ) {
    super(message);
  }
}

export const STATEMENTS_MAX = 20;
const POLICY_CHARS_MAX = 20_480;
/** Of principals, actions, resources and values of conditions in one statement. */
const VALUES_MAX = 100;

const VERSIONS = ['2008-10-17', '2012-10-17'];
const POLICY_MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const PRINCIPAL_KINDS = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
const ACCOUNT_ROOT = /^arn:[a-z-]+:iam::(\d{12}):root$/;

type Json = Readonly<Record<string, unknown>>;

/** Throws `PolicyError`. */
export function parsePolicy(text: string): Policy {
  if (text.length > POLICY_CHARS_MAX) throw malformed(`more than ${POLICY_CHARS_MAX} characters`);
  const document = object(json(text), POLICY_MEMBERS, 'the policy');
  if (document.Version !== undefined && !VERSIONS.includes(String(document.Version))) throw malformed('its Version');
  if (document.Id !== undefined && typeof document.Id !== 'string') throw malformed('its Id');
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  if (statements.length === 0) throw malformed('there is no statement');
  if (statements.length > STATEMENTS_MAX) {
    throw new PolicyError(
      'statements',
      `${statements.length} statements were found in the submitted policy, max allowed is ${STATEMENTS_MAX}`,
    );
  }
  return { statements: statements.map(statementOf) };
}

function statementOf(value: unknown): Statement {
  const statement = object(value, STATEMENT_MEMBERS, 'a statement');
  const { Effect: effect, Sid: sid } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('an Effect is neither Allow nor Deny');
  if (sid !== undefined && typeof sid !== 'string') throw malformed('a Sid is not text');
  return {
    effect,
    principals: principalsOf(statement),
    actions: patternsOf(statement, 'Action'),
    resources: patternsOf(statement, 'Resource'),
    conditions: conditionsOf(statement.Condition),
  };
}

function principalsOf(statement: Json): PrincipalMatch {
  const [not, value] = eitherOf(statement, 'Principal');
  const accountIds: string[] = [];
  const arns: string[] = [];
  let everyone = value === '*';
  if (!everyone) {
    const named = object(value, PRINCIPAL_KINDS, 'a Principal');
    // Services and federated users do not exist here, so that naming them is legal and matches nobody.
    for (const kind of Object.keys(named)) texts(named[kind], 'Principal');
    for (const principal of named.AWS === undefined ? [] : texts(named.AWS, 'Principal')) {
      const accountId = /^\d{12}$/.test(principal) ? principal : ACCOUNT_ROOT.exec(principal)?.[1];
      if (principal === '*') everyone = true;
      else if (accountId !== undefined) accountIds.push(accountId);
      else arns.push(principal);
    }
  }
  return { not, everyone, accountIds, arns };
}

function patternsOf(statement: Json, name: 'Action' | 'Resource'): PatternMatch {
  const [not, value] = eitherOf(statement, name);
  const patterns = texts(value, name);
  if (patterns.length === 0) throw malformed(`an ${name} names nothing`);
  return { not, patterns: name === 'Action' ? patterns.map((pattern) => pattern.toLowerCase()) : patterns };
}

function conditionsOf(value: unknown): Condition[] {
  if (value === undefined) return [];
  return Object.entries(object(value, undefined, 'a Condition')).flatMap(([operator, keys]) =>
    Object.entries(object(keys, undefined, 'a Condition')).map(([key, values]) =>
      newCondition(operator, key, texts(values, 'Condition')),
    ),
  );
}

/** The value of a member or of its opposite, of which there must be one. */
function eitherOf(statement: Json, name: string): [not: boolean, value: unknown] {
  const value = statement[name];
  const notValue = statement[`Not${name}`];
  if ((value === undefined) === (notValue === undefined)) throw malformed(`a statement needs one ${name}`);
  return value === undefined ? [true, notValue] : [false, value];
}

function texts(value: unknown, what: string): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > VALUES_MAX) throw malformed(`a statement has more than ${VALUES_MAX} values of ${what}`);
  return values.map((item) => {
    if (typeof item === 'string') return item;
    if (what === 'Condition' && (typeof item === 'boolean' || typeof item === 'number')) return String(item);
    throw malformed(`a value of ${what} is not text`);
  });
}

function object(value: unknown, members: readonly string[] | undefined, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(`${what} is not an object`);
  const unknown = members && Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined) throw malformed(`${what} has no ${unknown}`);
  return value as Json;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('it is not JSON');
  }
}

function malformed(why: string): PolicyError {
  return new PolicyError('malformed', `The policy is malformed: ${why}.`);
}
