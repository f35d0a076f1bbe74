/** How attributes and tags of a queue are changed: what its redrive policy names must be there and agree. */
import type { SqsFacts } from '../../catalog/amqp/sqs-facts.ts';
import { AwsError, invalidParameter } from './protocol/aws-error.ts';
import { queueFacts } from './queue-facts.ts';
import type { SqsQueue } from './queue-view.ts';
import { parseQueueArn } from './rules/queue-arn.ts';
import type { QueueAttributes } from './rules/queue-attributes.ts';
import { type QueueSettings, queueSettings, withAttributes } from './rules/queue-settings.ts';
import {
  allowsSource,
  checkDeadLetterQueue,
  formatRedrivePolicy,
  type RedriveAllowPolicy,
} from './rules/redrive-policy.ts';
import type { SqsServices } from './services.ts';

/** Changes nothing if all is so already. Throws `AwsError`. */
export function changeAttributes(services: SqsServices, queue: SqsQueue, changes: QueueAttributes): void {
  const attributes = withAttributes(queue.attributes, changes);
  if (changes.get('RedrivePolicy')) checkRedrive(services, queue.name, attributes);
  if (isSame(attributes, queue.attributes)) return;
  setFacts(services, queue, attributes, queue.tags);
}

/** Changes nothing if all is so already. */
export function changeTags(services: SqsServices, queue: SqsQueue, tags: ReadonlyMap<string, string>): void {
  if (!isSame(tags, queue.tags)) setFacts(services, queue, queue.attributes, tags);
}

/** That of the queue of this name with these attributes. Throws `AwsError`. */
export function checkRedrive(services: SqsServices, name: string, attributes: QueueAttributes): void {
  const { views } = services;
  const settings: QueueSettings = queueSettings(attributes);
  const { redrivePolicy, fifo } = settings;
  if (redrivePolicy === undefined) return;
  const target = views.find(parseQueueArn(redrivePolicy.deadLetterTargetArn)?.name ?? '');
  checkDeadLetterQueue(redrivePolicy, { fifo }, target && { fifo: target.fifo !== undefined });
  const allowed = target?.settings.redriveAllowPolicy;
  if (allowsSource(allowed && inOurTerms(services, allowed), views.arnOf(name))) return;
  const reason = 'The dead-letter queue does not allow this queue as its source: see its RedriveAllowPolicy';
  throw invalidParameter(formatRedrivePolicy(redrivePolicy), 'RedrivePolicy', reason);
}

/** ARNs may name any region and account. */
function inOurTerms({ views }: SqsServices, policy: RedriveAllowPolicy): RedriveAllowPolicy {
  const ours = (arn: string): string => views.arnOf(parseQueueArn(arn)?.name ?? '');
  return { ...policy, sourceQueueArns: policy.sourceQueueArns.map(ours) };
}

/** What is to be encrypted needs a key. Throws `AwsError`. */
export function checkKey({ queues }: SqsServices, { settings }: SqsFacts): void {
  if (!settings.encrypted || queues.canEncrypt()) return;
  throw new AwsError(
    'KmsNotFound',
    'The node has no key to encrypt the queue with: see its settings encryption-key and encryption-key-file.',
  );
}

function setFacts(
  services: SqsServices,
  { id, queue }: SqsQueue,
  attributes: QueueAttributes,
  tags: ReadonlyMap<string, string>,
): void {
  const { catalog, clock } = services;
  const facts = queueFacts({ attributes, tags, current: queue.settings }, clock.nowMs());
  checkKey(services, facts);
  if (!catalog.setSqs(id, facts)) throw new AwsError('QueueDoesNotExist');
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}
