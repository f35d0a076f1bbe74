/**
 * Conditions of a statement, over what is known of a request. Supported are the operators on strings, ARNs, booleans and IP
 * addresses, `Null`, and `…IfExists`. Dates, numbers, binaries, sets (`ForAllValues:`) and policy variables are not: a
 * statement with such a condition never matches, be it one that allows or one that denies.
 */
import { matchesGlob } from './glob.ts';
import { isInRange, parseIpRange } from './ip-range.ts';

/** What is known of a request, by lower-case key: `aws:sourceip`, `aws:securetransport`, `aws:principalarn`, … */
export type RequestContext = ReadonlyMap<string, string>;

export type Condition = (context: RequestContext) => boolean;

/** Whether one value of the policy fits the value of the request. */
type Comparison = (expected: string, actual: string) => boolean;

interface Operator {
  readonly compare: Comparison;
  /** It holds if no value fits, or the request knows nothing of the key. */
  readonly negated: boolean;
}

const equal: Comparison = (expected, actual) => expected === actual;
const equalIgnoringCase: Comparison = (expected, actual) => expected.toLowerCase() === actual.toLowerCase();

const inRange: Comparison = (expected, actual) => {
  const range = parseIpRange(expected);
  return range !== undefined && isInRange(range, actual);
};

/** Each of the six parts by itself; a `*` does not reach over a colon, but in the last part. */
const arnLike: Comparison = (expected, actual) => {
  const patterns = arnParts(expected);
  const parts = arnParts(actual);
  return patterns.length === parts.length && patterns.every((pattern, i) => matchesGlob(pattern, parts[i] ?? ''));
};

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equal, negated: false },
  StringNotEquals: { compare: equal, negated: true },
  StringEqualsIgnoreCase: { compare: equalIgnoringCase, negated: false },
  StringNotEqualsIgnoreCase: { compare: equalIgnoringCase, negated: true },
  StringLike: { compare: matchesGlob, negated: false },
  StringNotLike: { compare: matchesGlob, negated: true },
  ArnEquals: { compare: arnLike, negated: false },
  ArnNotEquals: { compare: arnLike, negated: true },
  ArnLike: { compare: arnLike, negated: false },
  ArnNotLike: { compare: arnLike, negated: true },
  Bool: { compare: equalIgnoringCase, negated: false },
  IpAddress: { compare: inRange, negated: false },
  NotIpAddress: { compare: inRange, negated: true },
};

const never: Condition = () => false;

/** One key of one operator, and the values of which one must fit. */
export function newCondition(operatorName: string, key: string, values: readonly string[]): Condition {
  const contextKey = key.toLowerCase();
  if (values.some((value) => value.includes('${'))) return never;
  if (operatorName === 'Null') {
    return (context) => values.some((value) => (value.toLowerCase() === 'true') !== context.has(contextKey));
  }
  const ifExists = operatorName.endsWith('IfExists');
  const name = ifExists ? operatorName.slice(0, -'IfExists'.length) : operatorName;
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) return never;
  const { compare, negated } = operator;
  return (context) => {
    const actual = context.get(contextKey);
    if (actual === undefined) return ifExists || negated;
    return values.some((expected) => compare(expected, actual)) !== negated;
  };
}
