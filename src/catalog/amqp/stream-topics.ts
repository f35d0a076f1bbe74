/**
 * Stream queues and Kafka topics are one thing with two records: here each kind of change to the one is made to the other. A topic
 * without a queue is one that no AMQP client has asked for yet; a stream queue without a topic there is not.
 *
 *   a stream is declared  → the topic is created with its limits as retention, or is there and keeps what it has
 *   a policy changes its limits → so does the topic's retention
 *   the queue is deleted  → the topic is; the topic is deleted → the queue is
 *
 * Whoever owns the journals commits each change together with what it brings about here (`Storage.atomically`).
 */
import type { LogId } from '../../base/brand.ts';
import { DomainError } from '../../base/errors.ts';
import type { Catalog } from '../catalog.ts';
import type { ConfigSetting } from '../config-changes.ts';
import type { CatalogListener, Topic } from '../topic.ts';
import { isInternalTopic } from '../topic-name.ts';
import type { TopicPort } from './context.ts';
import { type AmqpCatalogListener, type Queue, ROOT_VHOST } from './model.ts';
import type { QueueSettings } from './queue-settings.ts';
import { preconditionFailed, resource } from './refusals.ts';

export interface StreamTopicsDeps {
  readonly topics: Catalog;
  /** What AMQP clients may publish, properties included: a topic made for them takes it. */
  readonly messageBytesMax: number;
}

/** What streams may keep. */
interface Limits {
  readonly ageMs: number | undefined;
  readonly bytes: number | undefined;
}

const RETENTION_MS = 'retention.ms';
const RETENTION_BYTES = 'retention.bytes';
const MAX_MESSAGE_BYTES = 'max.message.bytes';
const UNLIMITED = '-1';
const INT32_MAX = 2 ** 31 - 1;

export class StreamTopics implements TopicPort, AmqpCatalogListener, CatalogListener {
  readonly #topics: Catalog;
  readonly #messageBytesMax: number;
  /** Of each stream queue. */
  readonly #limits = new Map<LogId, Limits>();
  /** Undefined during recovery, when all that is to follow from a change follows in the journals. */
  #queues: QueuesOfTopics | undefined;

  constructor({ topics, messageBytesMax }: StreamTopicsDeps) {
    this.#topics = topics;
    this.#messageBytesMax = messageBytesMax;
  }

  /** Once, after recovery. */
  recovered(queues: QueuesOfTopics): void {
    this.#queues = queues;
  }

  isTopic(name: string): boolean {
    return this.#topics.topic(name) !== undefined;
  }

  /** @throws DomainError precondition_failed; what creating a topic throws */
  createStream(name: string, settings: QueueSettings): void {
    const limits = limitsOf(settings);
    const topic = this.#topics.topic(name);
    if (topic !== undefined) checkSame(topic, limits);
    else {
      const configs = [
        { name: RETENTION_MS, value: textOf(limits.ageMs) },
        { name: RETENTION_BYTES, value: textOf(limits.bytes) },
        { name: MAX_MESSAGE_BYTES, value: String(Math.min(this.#messageBytesMax, INT32_MAX)) },
      ];
      this.#topics.createTopic({ name, numPartitions: 1, replicationFactor: -1, configs });
    }
  }

  /** The limits of its arguments the topic has; those of policies it gets now. */
  onQueueDeclared(queue: Queue): void {
    if (queue.settings.type !== 'stream') return;
    const limits = limitsOf(queue.settings);
    this.#limits.set(queue.id, limits);
    if (queue.policy !== undefined || queue.operatorPolicy !== undefined) this.#limit(queue.name, limits);
  }

  onQueueChanged(queue: Queue): void {
    const before = this.#limits.get(queue.id);
    if (before === undefined) return;
    const { ageMs, bytes } = limitsOf(queue.settings);
    this.#limits.set(queue.id, { ageMs, bytes });
    // A limit that is no longer there leaves the topic without one.
    this.#limit(queue.name, {
      ageMs: ageMs === before.ageMs ? undefined : (ageMs ?? Number.POSITIVE_INFINITY),
      bytes: bytes === before.bytes ? undefined : (bytes ?? Number.POSITIVE_INFINITY),
    });
  }

  /** What is undefined stays. */
  #limit(topic: string, { ageMs, bytes }: Limits): void {
    if (this.#queues === undefined) return;
    const settings: ConfigSetting[] = [];
    if (ageMs !== undefined) settings.push({ name: RETENTION_MS, value: textOf(ageMs) });
    if (bytes !== undefined) settings.push({ name: RETENTION_BYTES, value: textOf(bytes) });
    const operations = settings.map((setting) => ({ ...setting, operation: 'SET' as const }));
    if (operations.length > 0) this.#topics.incrementalAlterConfigs({ type: 'topic', name: topic }, operations);
  }

  onQueueDeleted({ id, name }: Queue): void {
    if (!this.#limits.delete(id) || this.#queues === undefined) return;
    if (this.isTopic(name)) this.#topics.deleteTopic({ name });
  }

  onTopicDeleted({ name }: Topic): void {
    const queue = this.#queues?.queue(ROOT_VHOST, name);
    if (queue !== undefined) this.#queues?.removeQueue(queue.id, 'its topic was deleted');
  }
}

/** What is asked of the AMQP catalog. */
export interface QueuesOfTopics {
  queue(vhost: string, name: string): Queue | undefined;
  removeQueue(id: LogId, why: string): boolean;
}

function limitsOf({ streamMaxAgeMs, streamMaxLengthBytes }: QueueSettings): Limits {
  return { ageMs: streamMaxAgeMs, bytes: streamMaxLengthBytes };
}

function textOf(limit: number | undefined): string {
  return limit === undefined || limit > Number.MAX_SAFE_INTEGER ? UNLIMITED : String(limit);
}

/** Nobody's declaration makes a topic that is there forget what it keeps. @throws DomainError */
function checkSame({ name, effective }: Topic, { ageMs, bytes }: Limits): void {
  const what = resource('queue', ROOT_VHOST, name);
  if (isInternalTopic(name)) throw new DomainError('access_refused', `${what} is an internal topic of Kafka`);
  if (ageMs !== undefined && ageMs !== effective.retentionMs) {
    throw preconditionFailed(`inequivalent arg 'x-max-age' for ${what}: ${kept(RETENTION_MS, effective.retentionMs)}`);
  }
  if (bytes !== undefined && bytes !== effective.retentionBytes) {
    const text = kept(RETENTION_BYTES, effective.retentionBytes);
    throw preconditionFailed(`inequivalent arg 'x-max-length-bytes' for ${what}: ${text}`);
  }
}

function kept(config: string, limit: number): string {
  return `it is a Kafka topic that is there already, with ${config} ${Number.isFinite(limit) ? limit : UNLIMITED}`;
}
