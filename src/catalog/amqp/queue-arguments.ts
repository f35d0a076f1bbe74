/**
 * Which arguments a queue may be declared with: their types and ranges, and which type of queue takes which. Refuses what
 * RabbitMQ refuses, in its words (Erlang terms included). Arguments that nobody knows are accepted.
 */
import type { FieldTable, FieldValue } from '../../message/field-table.ts';
import { typeName, valueText } from '../../message/field-text.ts';
import { integerOf } from '../../message/field-value.ts';
import { maxAgeMs } from './max-age.ts';
import { OVERFLOWS, QUEUE_TYPES, type QueueShape, type QueueType } from './queue-settings.ts';
import { preconditionFailed } from './refusals.ts';

/** Gives RabbitMQ's complaint; undefined if there is none. */
type Check = (value: FieldValue, args: FieldTable) => string | undefined;

interface ArgumentRule {
  readonly types: readonly QueueType[];
  readonly check: Check;
}

/** Ten years. */
const EXPIRY_MS_MAX = 315_360_000_000;
const PRIORITY_MAX = 255;

const integer: Check = (value) =>
  integerValue(value) === undefined ? `"expected integer, got ${typeName(value)}"` : undefined;

const zero: Check = (value) => (Number(integerValue(value)) === 0 ? '{value_zero,0}' : undefined);

const negative: Check = (value) => {
  const number = integerValue(value);
  return number !== undefined && number < 0 ? `{value_negative,${number}}` : undefined;
};

const above =
  (max: number, complaint: string): Check =>
  (value) => {
    const number = integerValue(value);
    return number !== undefined && number > max ? `{${complaint},${number}}` : undefined;
  };

/** The first complaint of several. */
const all =
  (...checks: readonly Check[]): Check =>
  (value, args) => {
    for (const check of checks) {
      const complaint = check(value, args);
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  };

const nonNegative = all(integer, negative);
const positive = all(nonNegative, zero);
const lifetime = all(integer, negative, above(EXPIRY_MS_MAX, 'value_too_large'));

const boolean: Check = (value) => (value.type === 'bool' ? undefined : unacceptable(value));

const text: Check = (value) => (value.type === 'longstr' ? undefined : unacceptable(value));

const word =
  (allowed: readonly string[], complaint: string): Check =>
  (value) =>
    value.type !== 'longstr' ? unacceptable(value) : allowed.includes(value.value) ? undefined : complaint;

const maxAge: Check = (value) => {
  if (value.type !== 'longstr') return unacceptable(value);
  return maxAgeMs(value.value) === undefined ? 'invalid_max_age' : undefined;
};

const queueMode: Check = (value) => {
  if (value.type !== 'longstr') return unacceptable(value);
  return ['default', 'lazy'].includes(value.value) ? undefined : `"unsupported queue mode '${value.value}'"`;
};

const queueVersion: Check = (value) =>
  ['1', '2'].includes(valueText(value)) ? undefined : `"unsupported queue version '${valueText(value)}'"`;

const withDeadLetterExchange: Check = (_value, args) =>
  args.has('x-dead-letter-exchange') ? undefined : 'routing_key_but_no_dlx_defined';

const queueType: Check = (value) => {
  if (value.type !== 'longstr') return unacceptable(value);
  return isQueueType(value.value) ? undefined : `"unsupported queue type '${value.value}'"`;
};

const EVERY: readonly QueueType[] = QUEUE_TYPES;
const QUEUES: readonly QueueType[] = ['classic', 'quorum'];

/** In the order in which RabbitMQ complains. */
const RULES: ReadonlyMap<string, ArgumentRule> = new Map<string, ArgumentRule>([
  ['x-expires', { types: QUEUES, check: all(integer, zero, lifetime) }],
  ['x-message-ttl', { types: QUEUES, check: lifetime }],
  ['x-dead-letter-exchange', { types: QUEUES, check: text }],
  ['x-dead-letter-routing-key', { types: QUEUES, check: all(text, withDeadLetterExchange) }],
  [
    'x-dead-letter-strategy',
    { types: ['quorum'], check: word(['at-most-once', 'at-least-once'], 'invalid_dlx_strategy') },
  ],
  ['x-max-length', { types: QUEUES, check: nonNegative }],
  ['x-max-length-bytes', { types: EVERY, check: nonNegative }],
  ['x-max-in-memory-length', { types: ['quorum'], check: nonNegative }],
  ['x-max-in-memory-bytes', { types: ['quorum'], check: nonNegative }],
  ['x-max-priority', { types: ['classic'], check: all(nonNegative, above(PRIORITY_MAX, 'max_value_exceeded')) }],
  ['x-overflow', { types: QUEUES, check: word(OVERFLOWS, 'invalid_overflow') }],
  ['x-queue-mode', { types: ['classic'], check: queueMode }],
  ['x-queue-version', { types: ['classic'], check: all(nonNegative, queueVersion) }],
  ['x-single-active-consumer', { types: QUEUES, check: boolean }],
  ['x-delivery-limit', { types: ['quorum'], check: integer }],
  ['x-quorum-initial-group-size', { types: ['quorum'], check: positive }],
  ['x-quorum-target-group-size', { types: ['quorum'], check: positive }],
  ['x-max-age', { types: ['stream'], check: maxAge }],
  ['x-stream-max-segment-size-bytes', { types: ['stream'], check: nonNegative }],
  ['x-stream-filter-size-bytes', { types: ['stream'], check: nonNegative }],
  ['x-initial-cluster-size', { types: ['stream'], check: positive }],
  [
    'x-queue-leader-locator',
    { types: EVERY, check: word(['client-local', 'balanced', 'random', 'least-leaders'], 'invalid_queue_locator_arg') },
  ],
]);

export function isQueueType(name: string): name is QueueType {
  return (QUEUE_TYPES as readonly string[]).includes(name);
}

/** The arguments that a second declaration of such a queue must repeat; the type itself is compared apart. */
export function comparedArguments(type: QueueType): Iterable<string> {
  return COMPARED[type];
}

const COMPARED = Object.fromEntries(
  QUEUE_TYPES.map((type) => [type, [...RULES].filter(([, rule]) => rule.types.includes(type)).map(([name]) => name)]),
) as Record<QueueType, string[]>;

/** @param queue as texts name it. @throws DomainError `precondition_failed` */
export function checkQueueTypeArgument(queue: string, args: FieldTable): void {
  const declared = args.get('x-queue-type');
  const complaint = declared === undefined ? undefined : queueType(declared, args);
  if (complaint !== undefined) throw invalid('x-queue-type', queue, complaint);
}

/** @param queue as texts name it. @throws DomainError `precondition_failed` */
export function checkQueueArguments(queue: string, type: QueueType, args: FieldTable): void {
  if (args.size === 0) return;
  for (const [name, rule] of RULES) {
    const value = args.get(name);
    if (value === undefined || !rule.types.includes(type)) continue;
    const complaint = rule.check(value, args);
    if (complaint !== undefined) throw invalid(name, queue, complaint);
  }
  for (const name of args.keys()) {
    const rule = RULES.get(name);
    if (rule === undefined || rule.types.includes(type)) continue;
    throw preconditionFailed(`invalid arg '${name}' for ${queue} of queue type ${moduleName(type)}`);
  }
}

/** What survives its connection and its node can't belong to a connection, nor be forgotten at a restart. */
export function checkQueueShape(queue: string, { type, durable, exclusive, autoDelete }: QueueShape): void {
  if (type === 'classic') return;
  const property = autoDelete ? 'auto-delete' : exclusive ? 'exclusive-owner' : durable ? undefined : 'non-durable';
  if (property !== undefined) throw preconditionFailed(`invalid property '${property}' for ${queue}`);
}

/** RabbitMQ's name for the kind of queue. */
export function moduleName(type: QueueType): string {
  return `rabbit_${type}_queue`;
}

function invalid(name: string, queue: string, complaint: string) {
  return preconditionFailed(`invalid arg '${name}' for ${queue}: ${complaint}`);
}

function unacceptable(value: FieldValue): string {
  return `{unacceptable_type,${typeName(value)}}`;
}

/** Of any width, also beyond what a number holds exactly. */
function integerValue(value: FieldValue): number | bigint | undefined {
  return value.type === 'int64' ? value.value : integerOf(value);
}
