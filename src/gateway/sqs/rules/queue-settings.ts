/**
 * What the attributes of a queue mean: how they are changed, compared, shown and read. All that change them throw `AwsError`.
 */
import { AwsError, echoed, invalidAttributeValue } from '../protocol/aws-error.ts';
import {
  canonicalValue,
  isQueueAttribute,
  QUEUE_ATTRIBUTES,
  type QueueAttributeName,
  type QueueAttributes,
  ruleOf,
} from './queue-attributes.ts';
import {
  parseRedriveAllowPolicy,
  parseRedrivePolicy,
  type RedriveAllowPolicy,
  type RedrivePolicy,
} from './redrive-policy.ts';

export interface QueueSettings {
  readonly fifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  readonly maximumMessageBytes: number;
  readonly messageRetentionSeconds: number;
  readonly delaySeconds: number;
  readonly receiveWaitTimeSeconds: number;
  readonly redrivePolicy: RedrivePolicy | undefined;
  readonly redriveAllowPolicy: RedriveAllowPolicy | undefined;
  readonly policy: string | undefined;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly fifoThroughputLimit: 'perQueue' | 'perMessageGroupId';
}

/** What only the queue itself knows. Times are in seconds since the epoch. */
export type LiveAttributes = Readonly<
  Record<
    | 'ApproximateNumberOfMessages'
    | 'ApproximateNumberOfMessagesNotVisible'
    | 'ApproximateNumberOfMessagesDelayed'
    | 'CreatedTimestamp'
    | 'LastModifiedTimestamp',
    number
  > & { QueueArn: string }
>;

const NAMES = Object.keys(QUEUE_ATTRIBUTES) as QueueAttributeName[];

/** The requested attributes of a queue that is to be created, in their canonical spelling. */
export function attributesToCreate(requested: ReadonlyMap<string, string> | undefined): QueueAttributes {
  const fifo = requested?.get('FifoQueue')?.toLowerCase();
  // Only true is ever said; a queue of the other kind has no such attribute.
  if (fifo !== undefined && fifo !== 'true') throw unknownAttribute('FifoQueue');
  return canonicalAttributes(requested ?? new Map(), fifo === 'true');
}

/** The requested changes of a queue, in their canonical spelling. */
export function attributesToSet(requested: ReadonlyMap<string, string>, current: QueueAttributes): QueueAttributes {
  const fifo = isFifo(current);
  if (fifo && requested.has('FifoQueue') && requested.get('FifoQueue')?.toLowerCase() !== 'true') {
    throw invalidAttributeValue('FifoQueue', 'Modifying queue type is not supported.');
  }
  return canonicalAttributes(requested, fifo);
}

function canonicalAttributes(requested: ReadonlyMap<string, string>, fifo: boolean): QueueAttributes {
  const attributes = new Map<QueueAttributeName, string>();
  for (const [name, value] of requested) {
    if (!isQueueAttribute(name) || ruleOf(name).kind === 'readOnly') throw unknownAttribute(name);
    if (ruleOf(name).fifoOnly && !fifo) throw onlyOfFifo(name);
    attributes.set(name, canonicalValue(name, value));
  }
  return attributes;
}

/** The attributes of a queue after these changes, for a new queue from none. The empty text removes what it can. */
export function withAttributes(current: QueueAttributes, changes: QueueAttributes): QueueAttributes {
  if (changes.get('SqsManagedSseEnabled') === 'true' && changes.get('KmsMasterKeyId')) {
    throw new AwsError(
      'InvalidAttributeName',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
  }
  const attributes = new Map(current);
  for (const [name, value] of changes) {
    if (value === '') attributes.delete(name);
    else attributes.set(name, value);
  }
  // One kind of encryption takes the place of the other.
  if (changes.get('KmsMasterKeyId')) attributes.set('SqsManagedSseEnabled', 'false');
  else if (changes.get('SqsManagedSseEnabled') === 'true') attributes.delete('KmsMasterKeyId');
  if (valueIn(attributes, 'FifoThroughputLimit') === 'perMessageGroupId') {
    if (valueIn(attributes, 'DeduplicationScope') !== 'messageGroup') {
      const reason = 'perMessageGroupId is allowed only when the value of DeduplicationScope is messageGroup.';
      throw invalidAttributeValue('FifoThroughputLimit', reason);
    }
  }
  return attributes;
}

/**
 * For CreateQueue of a name that exists: the queue is the wanted one if it has the attributes that are asked for, whatever
 * its others are.
 */
export function checkSameAttributes(requested: QueueAttributes, current: QueueAttributes): void {
  for (const [name, value] of requested) {
    const currentValue = valueIn(current, name) ?? '';
    if (value === currentValue || (name === 'Policy' && equalJson(value, currentValue))) continue;
    throw new AwsError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${name}`,
    );
  }
}

/** What GetQueueAttributes answers. */
export function shownAttributes(
  current: QueueAttributes,
  live: LiveAttributes,
  wanted: readonly string[] | undefined,
): Map<string, string> {
  const shown = new Map<string, string>();
  for (const name of wanted ?? []) {
    if (name === 'All') for (const each of NAMES) show(shown, current, live, each);
    else if (isQueueAttribute(name)) show(shown, current, live, name);
    else throw unknownAttribute(name);
  }
  return shown;
}

function show(shown: Map<string, string>, current: QueueAttributes, live: LiveAttributes, name: QueueAttributeName) {
  const value = name in live ? String(live[name as keyof LiveAttributes]) : valueIn(current, name);
  const hidden = name === 'KmsDataKeyReusePeriodSeconds' && !current.has('KmsMasterKeyId');
  if (value !== undefined && !hidden) shown.set(name, value);
}

export function queueSettings(attributes: QueueAttributes): QueueSettings {
  const number = (name: QueueAttributeName) => Number(valueIn(attributes, name));
  const redrivePolicy = attributes.get('RedrivePolicy');
  const redriveAllowPolicy = attributes.get('RedriveAllowPolicy');
  return {
    fifo: isFifo(attributes),
    visibilityTimeoutSeconds: number('VisibilityTimeout'),
    maximumMessageBytes: number('MaximumMessageSize'),
    messageRetentionSeconds: number('MessageRetentionPeriod'),
    delaySeconds: number('DelaySeconds'),
    receiveWaitTimeSeconds: number('ReceiveMessageWaitTimeSeconds'),
    redrivePolicy: redrivePolicy === undefined ? undefined : parseRedrivePolicy(redrivePolicy),
    redriveAllowPolicy: redriveAllowPolicy === undefined ? undefined : parseRedriveAllowPolicy(redriveAllowPolicy),
    policy: attributes.get('Policy'),
    contentBasedDeduplication: attributes.get('ContentBasedDeduplication') === 'true',
    deduplicationScope: attributes.get('DeduplicationScope') === 'messageGroup' ? 'messageGroup' : 'queue',
    fifoThroughputLimit:
      attributes.get('FifoThroughputLimit') === 'perMessageGroupId' ? 'perMessageGroupId' : 'perQueue',
  };
}

/** The value that was set or else the default; undefined if the queue has no such attribute. */
function valueIn(attributes: QueueAttributes, name: QueueAttributeName): string | undefined {
  const rule = ruleOf(name);
  if (rule.fifoOnly && !isFifo(attributes)) return undefined;
  return attributes.get(name) ?? ('default' in rule ? rule.default : undefined);
}

function isFifo(attributes: QueueAttributes): boolean {
  return attributes.get('FifoQueue') === 'true';
}

/** Whether two documents say the same, in whatever order. */
function equalJson(a: string, b: string): boolean {
  return b !== '' && ordered(JSON.parse(a)) === ordered(JSON.parse(b));
}

function ordered(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(ordered).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${ordered(member)}`);
  return `{${members.sort().join()}}`;
}

function onlyOfFifo(name: QueueAttributeName): AwsError {
  if (name === 'FifoQueue' || name === 'ContentBasedDeduplication') return unknownAttribute(name);
  return new AwsError('InvalidAttributeName', `You can specify the ${name} only when FifoQueue is set to true.`);
}

function unknownAttribute(name: string): AwsError {
  return new AwsError('InvalidAttributeName', `Unknown Attribute ${echoed(name)}.`);
}
