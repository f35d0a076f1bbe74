/**
 * The attributes of queues: one table of what each is, what it may be, and what it is when nobody says. Attributes travel and
 * are kept as texts; `queueSettings` reads them.
 */
import { invalidAttributeValue } from '../protocol/aws-error.ts';
import { checkPolicy } from './queue-policy.ts';
import {
  formatRedriveAllowPolicy,
  formatRedrivePolicy,
  parseRedriveAllowPolicy,
  parseRedrivePolicy,
} from './redrive-policy.ts';

interface IntegerRule {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  readonly default: string;
}

interface ChoiceRule {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
}

/** A text that the empty text removes. */
interface TextRule {
  readonly kind: 'text';
  /** Gives the text that is kept; throws `AwsError`. */
  readonly canonical: (text: string) => string;
}

interface Scope {
  /** Means something for FIFO queues only. */
  readonly fifoOnly?: boolean;
}

/** Says what is, and cannot be set. */
interface ReadOnlyRule {
  readonly kind: 'readOnly';
}

export type AttributeRule = (IntegerRule | ChoiceRule | TextRule | ReadOnlyRule) & Scope;

const KEY_ID_CHARS_MAX = 2048;

function integer(min: number, max: number, defaultValue: number): AttributeRule {
  return { kind: 'integer', min, max, default: String(defaultValue) };
}

function choice(choices: readonly string[], defaultValue: string, scope: Scope = {}): AttributeRule {
  return { kind: 'choice', choices, default: defaultValue, ...scope };
}

function text(canonical: (value: string) => string): AttributeRule {
  return { kind: 'text', canonical };
}

const BOOLEAN = ['true', 'false'];
const FIFO_ONLY: Scope = { fifoOnly: true };
const READ_ONLY: AttributeRule = { kind: 'readOnly' };

export const QUEUE_ATTRIBUTES = {
  Policy: text(checkPolicy),
  VisibilityTimeout: integer(0, 43_200, 30),
  MaximumMessageSize: integer(1024, 1_048_576, 1_048_576),
  MessageRetentionPeriod: integer(60, 1_209_600, 345_600),
  DelaySeconds: integer(0, 900, 0),
  ReceiveMessageWaitTimeSeconds: integer(0, 20, 0),
  RedrivePolicy: text((value) => formatRedrivePolicy(parseRedrivePolicy(value))),
  RedriveAllowPolicy: text((value) => formatRedriveAllowPolicy(parseRedriveAllowPolicy(value))),
  /** Only ever true: a queue that is not FIFO has no such attribute. */
  FifoQueue: choice(['true'], 'true', FIFO_ONLY),
  ContentBasedDeduplication: choice(BOOLEAN, 'false', FIFO_ONLY),
  DeduplicationScope: choice(['queue', 'messageGroup'], 'queue', FIFO_ONLY),
  FifoThroughputLimit: choice(['perQueue', 'perMessageGroupId'], 'perQueue', FIFO_ONLY),
  KmsMasterKeyId: text(checkKeyId),
  KmsDataKeyReusePeriodSeconds: integer(60, 86_400, 300),
  /** Unlike at AWS a queue is encrypted only if it asks for it. */
  SqsManagedSseEnabled: choice(BOOLEAN, 'false'),
  ApproximateNumberOfMessages: READ_ONLY,
  ApproximateNumberOfMessagesNotVisible: READ_ONLY,
  ApproximateNumberOfMessagesDelayed: READ_ONLY,
  CreatedTimestamp: READ_ONLY,
  LastModifiedTimestamp: READ_ONLY,
  QueueArn: READ_ONLY,
} as const satisfies Record<string, AttributeRule>;

export type QueueAttributeName = keyof typeof QUEUE_ATTRIBUTES;

/** Attributes by name, as they are kept: those that somebody set. */
export type QueueAttributes = ReadonlyMap<QueueAttributeName, string>;

export function ruleOf(name: QueueAttributeName): AttributeRule {
  return QUEUE_ATTRIBUTES[name];
}

export function isQueueAttribute(name: string): name is QueueAttributeName {
  return Object.hasOwn(QUEUE_ATTRIBUTES, name);
}

/** The one spelling of a value, in which it is kept and compared. Throws `AwsError`. */
export function canonicalValue(name: QueueAttributeName, value: string): string {
  const rule = ruleOf(name);
  switch (rule.kind) {
    case 'integer': {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
      if (number < rule.min || number > rule.max) throw invalidAttributeValue(name);
      return String(number);
    }
    case 'choice': {
      // Python's clients write True.
      const choice = rule.choices === BOOLEAN || name === 'FifoQueue' ? value.toLowerCase() : value;
      if (!rule.choices.includes(choice)) throw invalidAttributeValue(name);
      return choice;
    }
    case 'text':
      return value === '' ? '' : rule.canonical(value);
    case 'readOnly':
      throw invalidAttributeValue(name);
  }
}

function checkKeyId(keyId: string): string {
  if (keyId.length > KEY_ID_CHARS_MAX) throw invalidAttributeValue('KmsMasterKeyId');
  return keyId;
}
