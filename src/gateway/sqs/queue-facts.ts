/** What the catalog is to keep of a queue: its attributes and tags, and what follows from the attributes for everybody. */
import type { SqsSettings } from '../../catalog/amqp/queue-settings.ts';
import type { SqsFacts } from '../../catalog/amqp/sqs-facts.ts';
import { parseQueueArn } from './rules/queue-arn.ts';
import type { QueueAttributes } from './rules/queue-attributes.ts';
import { type QueueSettings, queueSettings } from './rules/queue-settings.ts';

const MS_PER_SECOND = 1000;

export interface FactsSource {
  readonly attributes: QueueAttributes;
  readonly tags: ReadonlyMap<string, string>;
  /** Of the queue before the change; undefined: it is created. */
  readonly current: SqsSettings | undefined;
}

export function queueFacts({ attributes, tags, current }: FactsSource, nowMs: number): SqsFacts {
  const settings = queueSettings(attributes);
  const { redrivePolicy } = settings;
  return {
    attributes,
    tags,
    modifiedAtMs: nowMs,
    settings: {
      retentionMs: retentionMs(attributes, settings, current),
      redriveQueue: redrivePolicy && parseQueueArn(redrivePolicy.deadLetterTargetArn)?.name,
      redriveReceives: redrivePolicy?.maxReceiveCount,
      // Whatever is said of the scope later: it is that of the queue's creation.
      fifo: current === undefined ? fifoOf(settings) : current.fifo,
      encrypted: attributes.has('KmsMasterKeyId') || attributes.get('SqsManagedSseEnabled') === 'true',
    },
  };
}

/** Queues that SQS did not create keep their messages until it says something else; its own have its default. */
function retentionMs(
  attributes: QueueAttributes,
  { messageRetentionSeconds }: QueueSettings,
  current: SqsSettings | undefined,
): number | undefined {
  if (current !== undefined && !attributes.has('MessageRetentionPeriod')) return current.retentionMs;
  return messageRetentionSeconds * MS_PER_SECOND;
}

function fifoOf({ fifo, deduplicationScope }: QueueSettings): SqsSettings['fifo'] {
  return fifo ? deduplicationScope : undefined;
}
