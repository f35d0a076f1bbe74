/**
 * Everything that holds for a queue, as its users want it: plain numbers, booleans and words, one object shape. Arguments
 * and policies come together here and nowhere else: of two numeric limits the smaller holds; of other settings the
 * argument holds before the policy. No limit is `undefined`.
 */

import type { FieldTable } from '../../message/field-table.ts';
import { integerOf } from '../../message/field-value.ts';
import { maxAgeMs } from './max-age.ts';
import type { PolicyDefinition } from './policy.ts';

export const QUEUE_TYPES = ['classic', 'quorum', 'stream'] as const;
export type QueueType = (typeof QUEUE_TYPES)[number];

export const OVERFLOWS = ['drop-head', 'reject-publish', 'reject-publish-dlx'] as const;
export type Overflow = (typeof OVERFLOWS)[number];

/** Smaller ids are those of the node and of Kafka's partitions. */
export const QUEUE_LOG_ID_MIN = 2 ** 30;

/** The largest id of the storage format is its own. */
export const QUEUE_IDS_END = 2 ** 32 - 1;

const QUORUM_DELIVERY_LIMIT = 20;

/** What can't change after the declaration. */
export interface QueueShape {
  readonly type: QueueType;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
}

export interface QueueSettings extends QueueShape {
  readonly messageTtlMs: number | undefined;
  readonly expiresMs: number | undefined;
  readonly maxLength: number | undefined;
  readonly maxLengthBytes: number | undefined;
  readonly overflow: Overflow;
  readonly deadLetterExchange: string | undefined;
  readonly deadLetterRoutingKey: string | undefined;
  /** The highest priority that messages are told apart by; 0: none. */
  readonly maxPriority: number;
  readonly singleActiveConsumer: boolean;
  /** Deliveries after the first, before a message is dead-lettered. */
  readonly deliveryLimit: number | undefined;
  readonly streamMaxAgeMs: number | undefined;
  readonly streamMaxLengthBytes: number | undefined;
  readonly streamSegmentBytes: number | undefined;
  /** Messages that came longer ago are gone. Unlike `messageTtlMs` it holds for those that are there already when it changes. */
  readonly retentionMs: number | undefined;
  /** The queue, in the same vhost, that takes what was received `redriveReceives` times and not deleted. */
  readonly redriveQueue: string | undefined;
  readonly redriveReceives: number | undefined;
  /** Messages of one group are handed out in order, and one of them at a time; within which a deduplication id is looked for. */
  readonly fifo: 'queue' | 'messageGroup' | undefined;
  /** Bodies and properties are encrypted on disk. */
  readonly encrypted: boolean;
}

/** Settings that nothing but attributes of SQS decides. */
export type SqsSettings = Pick<
  QueueSettings,
  'retentionMs' | 'redriveQueue' | 'redriveReceives' | 'fifo' | 'encrypted'
>;

const NOTHING_OF_SQS: SqsSettings = {
  retentionMs: undefined,
  redriveQueue: undefined,
  redriveReceives: undefined,
  fifo: undefined,
  encrypted: false,
};

/**
 * @param policy what the queue's policies say together
 * @param sqs what attributes of SQS say
 */
export function queueSettings(
  shape: QueueShape,
  args: FieldTable,
  policy: PolicyDefinition,
  sqs: SqsSettings = NOTHING_OF_SQS,
): QueueSettings {
  const sources: Sources = { args, policy };
  const isStream = shape.type === 'stream';
  const limit = (name: string): number | undefined => (isStream ? undefined : smallest(sources, name));
  const word = (name: string): string | undefined => (isStream ? undefined : first(sources, name));
  return {
    type: shape.type,
    durable: shape.durable,
    exclusive: shape.exclusive,
    autoDelete: shape.autoDelete,
    messageTtlMs: limit('message-ttl'),
    expiresMs: limit('expires'),
    maxLength: limit('max-length'),
    maxLengthBytes: limit('max-length-bytes'),
    overflow: (word('overflow') as Overflow | undefined) ?? 'drop-head',
    deadLetterExchange: word('dead-letter-exchange'),
    deadLetterRoutingKey: word('dead-letter-routing-key'),
    maxPriority: shape.type === 'classic' ? (integerOf(args.get('x-max-priority')) ?? 0) : 0,
    singleActiveConsumer: isTrue(args, 'x-single-active-consumer'),
    deliveryLimit: shape.type === 'quorum' ? deliveryLimit(sources) : undefined,
    streamMaxAgeMs: isStream ? streamMaxAge(sources) : undefined,
    streamMaxLengthBytes: isStream ? smallest(sources, 'max-length-bytes') : undefined,
    streamSegmentBytes: isStream ? ownInteger(sources, 'stream-max-segment-size-bytes') : undefined,
    retentionMs: sqs.retentionMs,
    redriveQueue: sqs.redriveQueue,
    redriveReceives: sqs.redriveReceives,
    fifo: sqs.fifo,
    encrypted: sqs.encrypted,
  };
}

export function sameSettings(a: QueueSettings, b: QueueSettings): boolean {
  return (Object.keys(a) as (keyof QueueSettings)[]).every((key) => a[key] === b[key]);
}

interface Sources {
  readonly args: FieldTable;
  readonly policy: PolicyDefinition;
}

function argumentInteger({ args }: Sources, name: string): number | undefined {
  return args.size === 0 ? undefined : integerOf(args.get(`x-${name}`));
}

function policyInteger({ policy }: Sources, name: string): number | undefined {
  const value = policy[name];
  return typeof value === 'number' ? value : undefined;
}

function smallest(sources: Sources, name: string): number | undefined {
  return smaller(argumentInteger(sources, name), policyInteger(sources, name));
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function ownInteger(sources: Sources, name: string): number | undefined {
  return argumentInteger(sources, name) ?? policyInteger(sources, name);
}

function first({ args, policy }: Sources, name: string): string | undefined {
  const own = args.size === 0 ? undefined : args.get(`x-${name}`);
  if (own?.type === 'longstr') return own.value;
  const value = policy[name];
  return typeof value === 'string' ? value : undefined;
}

function isTrue(args: FieldTable, name: string): boolean {
  const own = args.get(name);
  return own?.type === 'bool' && own.value;
}

/** A negative limit is none, and gives way to one that is. */
function deliveryLimit(sources: Sources): number | undefined {
  const own = argumentInteger(sources, 'delivery-limit');
  const ruled = policyInteger(sources, 'delivery-limit');
  const limit = combinedDeliveryLimit(own, ruled) ?? QUORUM_DELIVERY_LIMIT;
  return limit < 0 ? undefined : limit;
}

export function combinedDeliveryLimit(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b);
}

function streamMaxAge({ args, policy }: Sources): number | undefined {
  const own = args.get('x-max-age');
  const ruled = policy['max-age'];
  return smaller(
    own?.type === 'longstr' ? maxAgeMs(own.value) : undefined,
    typeof ruled === 'string' ? maxAgeMs(ruled) : undefined,
  );
}
