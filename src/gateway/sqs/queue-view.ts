/**
 * Queues as SQS knows them: which of the node's queues it sees at all, and what their attributes mean, read once after every
 * change. Seen are queues of vhost `/` that outlive connections, are no streams, and have a name that SQS allows.
 */
import type { LogId } from '../../base/brand.ts';
import { type Queue, ROOT_VHOST } from '../../catalog/amqp/model.ts';
import type { SqsFacts } from '../../catalog/amqp/sqs-facts.ts';
import { parsePolicy } from '../../security/policy/parse-policy.ts';
import type { Policy } from '../../security/policy/policy.ts';
import { formatQueueArn } from './rules/queue-arn.ts';
import type { QueueAttributes } from './rules/queue-attributes.ts';
import { isLegalQueueName } from './rules/queue-name.ts';
import { type QueueSettings, queueSettings } from './rules/queue-settings.ts';

export interface SqsQueue {
  readonly id: LogId;
  readonly name: string;
  readonly arn: string;
  /** What orders and deduplicates, as it was when the queue was created. */
  readonly fifo: 'queue' | 'messageGroup' | undefined;
  readonly attributes: QueueAttributes;
  readonly tags: ReadonlyMap<string, string>;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly settings: QueueSettings;
  readonly policy: Policy | undefined;
  /** What the catalog has. */
  readonly queue: Queue;
}

/** What the views need of the catalog. */
export interface QueueSource {
  queue(vhost: string, name: string): Queue | undefined;
}

const NO_ATTRIBUTES: QueueAttributes = new Map();
const NO_TAGS: ReadonlyMap<string, string> = new Map();

export class QueueViews {
  readonly #catalog: QueueSource;
  readonly #place: { readonly region: string; readonly accountId: string };
  readonly #views = new WeakMap<Queue, { readonly facts: SqsFacts | undefined; readonly view: SqsQueue }>();

  constructor(catalog: QueueSource, place: { readonly region: string; readonly accountId: string }) {
    this.#catalog = catalog;
    this.#place = place;
  }

  /** Undefined if SQS sees none of that name. */
  find(name: string): SqsQueue | undefined {
    const queue = this.#catalog.queue(ROOT_VHOST, name);
    return queue === undefined ? undefined : this.viewOf(queue);
  }

  /** Undefined if SQS does not see it. */
  viewOf(queue: Queue): SqsQueue | undefined {
    const known = this.#views.get(queue);
    if (known !== undefined && known.facts === queue.sqs) return known.view;
    if (!isSeen(queue)) return undefined;
    const view = this.#newView(queue);
    this.#views.set(queue, { facts: queue.sqs, view });
    return view;
  }

  arnOf(name: string): string {
    return formatQueueArn({ ...this.#place, name });
  }

  #newView(queue: Queue): SqsQueue {
    const { id, name, createdAtMs, sqs } = queue;
    const attributes = (sqs?.attributes as QueueAttributes | undefined) ?? NO_ATTRIBUTES;
    const settings = queueSettings(attributes);
    return {
      id,
      name,
      arn: this.arnOf(name),
      fifo: queue.settings.fifo,
      attributes,
      tags: sqs?.tags ?? NO_TAGS,
      createdAtMs,
      modifiedAtMs: sqs?.modifiedAtMs ?? createdAtMs,
      settings,
      policy: settings.policy === undefined ? undefined : parsePolicy(settings.policy),
      queue,
    };
  }
}

function isSeen({ vhost, name, durable, exclusiveOwner, settings }: Queue): boolean {
  if (vhost !== ROOT_VHOST || !durable || exclusiveOwner !== undefined) return false;
  return settings.type !== 'stream' && isLegalQueueName(name, settings.fifo !== undefined);
}
