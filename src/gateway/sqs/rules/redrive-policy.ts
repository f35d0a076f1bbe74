/** The two documents of dead-letter queues: where a queue sends what is received too often, and who may send here. */
import { type AwsError, echoed, invalidAttributeValue, invalidParameter } from '../protocol/aws-error.ts';
import { parseQueueArn } from './queue-arn.ts';

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  /** Of `byQueue`. */
  readonly sourceQueueArns: readonly string[];
}

const RECEIVE_COUNT_MAX = 1000;
const SOURCES_MAX = 10;
const PERMISSIONS = ['allowAll', 'denyAll', 'byQueue'];

type Json = Readonly<Record<string, unknown>>;

/** Throws `AwsError`. */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const document = parsed(text);
  if (document === undefined) {
    throw invalidAttributeValue('RedrivePolicy', 'Redrive policy is not a valid JSON map.');
  }
  const { maxReceiveCount, deadLetterTargetArn, ...rest } = document;
  const invalid = (reason: string): AwsError => invalidParameter(text, 'RedrivePolicy', reason);
  const lacks = (name: string) => invalid(`Redrive policy does not contain mandatory attribute: ${name}`);
  if (maxReceiveCount === undefined) throw lacks('maxReceiveCount');
  if (deadLetterTargetArn === undefined) throw lacks('deadLetterTargetArn');
  // Some clients write the number as text.
  const count = /^\d{1,4}$/.test(String(maxReceiveCount)) ? Number(maxReceiveCount) : 0;
  if (count < 1 || count > RECEIVE_COUNT_MAX) {
    const shown = echoed(JSON.stringify(maxReceiveCount));
    const range = `valid values are from 1 to ${RECEIVE_COUNT_MAX} both inclusive`;
    throw invalid(`Invalid value for maxReceiveCount: ${shown}, ${range}`);
  }
  if (typeof deadLetterTargetArn !== 'string' || !deadLetterTargetArn.startsWith('arn:')) {
    throw invalid('Invalid value for deadLetterTargetArn');
  }
  if (parseQueueArn(deadLetterTargetArn) === undefined) {
    throw invalid('Only SQS queues are valid resources for deadLetterTargetArn');
  }
  if (Object.keys(rest).length > 0) {
    throw invalid('Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn]');
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

/** Throws `AwsError`, unless the target exists and is of the kind of its source. */
export function checkDeadLetterQueue(
  policy: RedrivePolicy,
  source: { readonly fifo: boolean },
  target: { readonly fifo: boolean } | undefined,
): void {
  const invalid = (reason: string) => invalidParameter(formatRedrivePolicy(policy), 'RedrivePolicy', reason);
  if (target === undefined) throw invalid('Dead letter target does not exist');
  if (target.fifo !== source.fifo) throw invalid('Dead-letter queue must be same type of queue as the source');
}

export function formatRedrivePolicy({ deadLetterTargetArn, maxReceiveCount }: RedrivePolicy): string {
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
}

/** Throws `AwsError`. */
export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const { redrivePermission, sourceQueueArns, ...rest } = parsed(text) ?? { redrivePermission: undefined };
  const named = sourceQueueArns === undefined ? [] : sourceQueueArns;
  if (
    !PERMISSIONS.includes(redrivePermission as string) ||
    Object.keys(rest).length > 0 ||
    !Array.isArray(named) ||
    named.some((arn) => typeof arn !== 'string')
  ) {
    const reason = "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.";
    throw invalidAttributeValue('RedriveAllowPolicy', reason);
  }
  const policy = { redrivePermission, sourceQueueArns: named } as RedriveAllowPolicy;
  const complaint = sourcesComplaint(policy, sourceQueueArns !== undefined);
  if (complaint === undefined) return policy;
  throw invalidParameter(text, 'RedriveAllowPolicy', `Amazon SQS can't create the redrive allow policy. ${complaint}`);
}

function sourcesComplaint({ redrivePermission, sourceQueueArns }: RedriveAllowPolicy, given: boolean) {
  if (redrivePermission !== 'byQueue') {
    return given ? 'To specify one or more source queue ARNs, you must set redrivePermission to byQueue' : undefined;
  }
  if (sourceQueueArns.length === 0) {
    return 'When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values';
  }
  return sourceQueueArns.length > SOURCES_MAX
    ? `The maximum number of source queue ARNs you can specify is ${SOURCES_MAX}`
    : undefined;
}

export function formatRedriveAllowPolicy({ redrivePermission, sourceQueueArns }: RedriveAllowPolicy): string {
  return JSON.stringify(
    redrivePermission === 'byQueue' ? { redrivePermission, sourceQueueArns } : { redrivePermission },
  );
}

/** Whether this queue may be the dead-letter queue of that one. Without a policy it may. */
export function allowsSource(policy: RedriveAllowPolicy | undefined, sourceArn: string): boolean {
  if (policy === undefined || policy.redrivePermission === 'allowAll') return true;
  return policy.redrivePermission === 'byQueue' && policy.sourceQueueArns.includes(sourceArn);
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
