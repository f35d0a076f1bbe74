/**
 * A stream queue: a Kafka topic as AMQP clients see it. What is published becomes records, consumers read records of whoever wrote
 * them, and nothing is ever taken out; what the topic's retention deletes is gone. `get` and `purge` are refused, as in RabbitMQ.
 *
 * A topic may have several partitions, which only Kafka's clients make: a message goes where a Kafka producer would send its key, and
 * a consumer reads them all, each in order, unless it asks for one.
 */
import { DomainError } from '../../base/errors.ts';
import { EMPTY_TABLE } from '../../message/field-table.ts';
import { keptMessage, type Message } from '../../message/message.ts';
import { RecordEncoder } from '../../message/record-from-message.ts';
import type { Partition } from '../../stream/partition.ts';
import { partitionOfKey } from '../../stream/partitioner.ts';
import type { AnyConsumer, AnyQueue } from '../any-queue.ts';
import type { ConsumerId, ConsumerSpec } from '../consumer.ts';
import type { MessageId } from '../message-id.ts';
import { QueueStats } from '../queue-stats.ts';
import type { QueueView } from '../queue-view.ts';
import { streamRequest } from './stream-arguments.ts';
import { StreamConsumer, type StreamConsumerDeps } from './stream-consumer.ts';
import { StreamWriter, type StreamWriterDeps } from './stream-writer.ts';

export interface StreamQueueDeps extends Omit<StreamConsumerDeps, 'failed' | 'stats'>, StreamWriterDeps {
  /** Of the topic, by their index; stays up to date. */
  partitions(): readonly Partition[];
  dropped(): void;
}

export class StreamQueue implements AnyQueue {
  readonly view: QueueView;
  readonly lanes = [];
  readonly stats = new QueueStats();
  readonly #deps: StreamQueueDeps;
  readonly #encoder = new RecordEncoder();
  readonly #writers: StreamWriter[] = [];
  readonly #consumers = new Map<ConsumerId, StreamConsumer>();
  /** The partition for the next message without a key. */
  #turn = 0;

  constructor(view: QueueView, deps: StreamQueueDeps) {
    this.view = view;
    this.#deps = deps;
  }

  /** What can be read, about: control records count, and those of aborted transactions. */
  get ready(): number {
    let ready = 0;
    for (const partition of this.#deps.partitions()) {
      ready += partition.visibleEnd('read_committed') - partition.startOffset;
    }
    return ready;
  }

  get readyBytes(): number {
    let bytes = 0;
    for (const { log } of this.#deps.partitions()) bytes += log.byteSize;
    return bytes;
  }

  /** It is on the disk. */
  get readyInMemory(): number {
    return 0;
  }

  get unacked(): number {
    let unsettled = 0;
    for (const consumer of this.#consumers.values()) unsettled += consumer.unsettled;
    return unsettled;
  }

  /** Not counted: they are among those that are ready. */
  get unackedBytes(): number {
    return 0;
  }

  get consumers(): { readonly size: number; all(): Iterable<AnyConsumer> } {
    return { size: this.#consumers.size, all: () => this.#consumers.values() };
  }

  publish(message: Message): boolean {
    // The record waits for the next group.
    const record = this.#encoder.encode(keptMessage(message));
    const isAccepted = this.#writer(record.key).push(record);
    if (isAccepted) this.stats.published += 1;
    else this.stats.dropped += 1;
    return isAccepted;
  }

  #writer(key: Buffer | null): StreamWriter {
    const partitions = this.#deps.partitions();
    let index = 0;
    if (partitions.length > 1) {
      index = key === null ? this.#turn++ % partitions.length : partitionOfKey(key, partitions.length);
    }
    const known = this.#writers[index];
    if (known !== undefined) return known;
    const writer = new StreamWriter(partitions[index] as Partition, this.#deps);
    this.#writers[index] = writer;
    return writer;
  }

  /** @throws DomainError precondition_failed, not_implemented */
  consume(id: ConsumerId, spec: ConsumerSpec): void {
    if (spec.noAck) {
      throw new DomainError('not_implemented', `automatic acknowledgement not supported by stream ${this.#what}`);
    }
    if (spec.prefetch === 0) {
      throw new DomainError('precondition_failed', `consumer prefetch count is not set for stream ${this.#what}`);
    }
    const partitions = this.#deps.partitions();
    const request = streamRequest(this.#what, spec.arguments ?? EMPTY_TABLE, partitions.length, this.#deps.nowMs());
    const consumer = new StreamConsumer(id, spec, request, {
      ...this.#deps,
      stats: this.stats,
      failed: (failed) => this.#failed(failed),
    });
    this.#consumers.set(id, consumer);
    consumer.begin(partitions);
  }

  #failed(consumer: StreamConsumer): void {
    this.cancel(consumer.id);
    consumer.spec.sink.cancelled();
  }

  get #what(): string {
    return `queue '${this.view.name}' in vhost '${this.view.vhost}'`;
  }

  cancel(id: ConsumerId): void {
    this.#consumers.get(id)?.close();
    this.#consumers.delete(id);
  }

  setPaused(id: ConsumerId, isPaused: boolean): void {
    const consumer = this.#consumers.get(id);
    if (consumer !== undefined) consumer.isPaused = isPaused;
  }

  settle(ids: readonly MessageId[]): number {
    let settled = 0;
    for (let from = 0, to = 0; from < ids.length; from = to) {
      while (to < ids.length && ids[to] === ids[from]) to += 1;
      settled += this.#credit(ids[from] as MessageId, to - from);
    }
    return settled;
  }

  settleOne(id: MessageId): boolean {
    return this.#credit(id, 1) === 1;
  }

  /** Of consumers that are gone there is nothing to settle. */
  #credit(id: MessageId, count: number): number {
    const settled = this.#consumers.get(id as number as ConsumerId)?.settled(count) ?? 0;
    this.stats.acknowledged += settled;
    return settled;
  }

  get(): never {
    throw new DomainError('not_implemented', `basic.get not supported by stream queues ${this.#what}`);
  }

  purge(): never {
    throw new DomainError('not_implemented', `queue.purge not supported by stream queues ${this.#what}`);
  }

  partitionsAdded(from: number): void {
    for (const consumer of this.#consumers.values()) consumer.partitionsAdded(this.#deps.partitions(), from);
  }

  /** Streams do not expire. */
  touch(): void {}

  /** Nothing of the settings matters here: retention is the topic's. */
  refresh(): void {}

  recovered(): void {}

  drop(): void {
    this.#deps.dropped();
    const consumers = [...this.#consumers.values()];
    this.#consumers.clear();
    for (const consumer of consumers) {
      consumer.close();
      consumer.spec.sink.cancelled();
    }
  }
}
