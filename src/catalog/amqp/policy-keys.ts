/**
 * The settings that policies may have: which values each takes, what RabbitMQ's complaints call it, which queues it means
 * something to, and whether operators may set it too. Those that have no effect on one node are checked and kept.
 */
import { maxAgeMs } from './max-age.ts';
import { OVERFLOWS, QUEUE_TYPES, type QueueType } from './queue-settings.ts';

export interface PolicyKey {
  /** `X is not a valid <noun>`. */
  readonly noun: string;
  readonly allows: (value: unknown) => boolean;
  readonly operator: boolean;
  /** A policy without any setting for a type of queue is none for its queues. */
  readonly queues: readonly QueueType[];
}

const EVERY: readonly QueueType[] = QUEUE_TYPES;
const MESSAGES: readonly QueueType[] = ['classic', 'quorum'];

const text = (value: unknown): boolean => typeof value === 'string';
const integerFrom =
  (min: number) =>
  (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= min;
const oneOf =
  (...allowed: readonly unknown[]) =>
  (value: unknown): boolean =>
    allowed.includes(value);
const age = (value: unknown): boolean => typeof value === 'string' && maxAgeMs(value) !== undefined;

const key = (noun: string, queues: readonly QueueType[], allows: (value: unknown) => boolean): PolicyKey => ({
  noun,
  allows,
  operator: false,
  queues,
});
const operatorKey = (...what: Parameters<typeof key>): PolicyKey => ({ ...key(...what), operator: true });

export const POLICY_KEYS: ReadonlyMap<string, PolicyKey> = new Map([
  ['alternate-exchange', key('alternate exchange name', EVERY, text)],
  ['dead-letter-exchange', key('dead letter exchange name', MESSAGES, text)],
  ['dead-letter-routing-key', key('dead letter routing key', MESSAGES, text)],
  ['dead-letter-strategy', key('dead letter strategy', ['quorum'], oneOf('at-most-once', 'at-least-once'))],
  ['message-ttl', operatorKey('message TTL', MESSAGES, integerFrom(0))],
  ['expires', operatorKey('queue expiry', MESSAGES, integerFrom(1))],
  ['max-length', operatorKey('maximum length', MESSAGES, integerFrom(0))],
  ['max-length-bytes', operatorKey('maximum length in bytes', EVERY, integerFrom(0))],
  ['max-in-memory-length', operatorKey('maximum memory in messages', ['quorum'], integerFrom(0))],
  ['max-in-memory-bytes', operatorKey('maximum memory in bytes', ['quorum'], integerFrom(0))],
  ['overflow', operatorKey('overflow value', MESSAGES, oneOf(...OVERFLOWS))],
  ['delivery-limit', operatorKey('delivery limit', ['quorum'], integerFrom(-1))],
  ['queue-mode', key('queue-mode value', ['classic'], oneOf('default', 'lazy'))],
  ['queue-version', operatorKey('queue-version value', ['classic'], oneOf(1, 2))],
  ['queue-leader-locator', key('queue leader locator value', EVERY, oneOf('client-local', 'balanced'))],
  ['consumer-timeout', key('consumer timeout', MESSAGES, integerFrom(0))],
  ['max-age', key('max age', ['stream'], age)],
  ['stream-max-segment-size-bytes', key('segment size', ['stream'], integerFrom(0))],
  ['stream-filter-size-bytes', key('filter size', ['stream'], integerFrom(0))],
  ['initial-cluster-size', key('cluster size', ['stream'], integerFrom(0))],
  ['target-group-size', operatorKey('target group size', ['quorum'], integerFrom(1))],
]);
