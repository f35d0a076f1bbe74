/**
 * One consumer of a stream: reads the partitions of the topic from where it asked to begin, and is given as many messages as it has
 * credit for. Settling gives credit back and nothing else, whatever the outcome: the stream stays as it is (as in RabbitMQ).
 *
 *   locating -- the start of every partition is known --> reading -- cancelled, failed, queue deleted --> gone
 */
import { DomainError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { MessageDecoder } from '../../message/message-from-record.ts';
import type { RecordReader } from '../../record/record-reader.ts';
import { CommittedReader } from '../../stream/committed-reader.ts';
import type { Partition } from '../../stream/partition.ts';
import { type StreamStart, startOffset } from '../../stream/stream-start.ts';
import type { UnpackedBatches } from '../../stream/unpacked-batches.ts';
import type { AnyConsumer } from '../any-queue.ts';
import type { ConsumerId, ConsumerSpec } from '../consumer.ts';
import type { MessageId } from '../message-id.ts';
import type { QueueStats } from '../queue-stats.ts';
import { type StoredMessage, storedMessage } from '../stored-message.ts';
import type { StreamRequest } from './stream-arguments.ts';

export interface StreamConsumerDeps {
  readonly logger: Logger;
  readonly unpacked: UnpackedBatches;
  /** Of the queue. */
  readonly stats: QueueStats;
  /** It can't go on. */
  failed(consumer: StreamConsumer): void;
}

/** What is read of one partition. */
interface Source {
  readonly partition: Partition;
  readonly reader: CommittedReader;
  decoder: MessageDecoder;
}

/** Messages of one partition in a row, while others may have some too. */
const TURN_MESSAGES = 64;

export class StreamConsumer implements AnyConsumer {
  readonly id: ConsumerId;
  readonly spec: ConsumerSpec;
  readonly isActive = true;
  unsettled = 0;
  readonly #deps: StreamConsumerDeps;
  readonly #request: StreamRequest;
  #sources: Source[] = [];
  /** Of the topic. */
  #partitionCount = 1;
  #isPaused: boolean;
  #isGone = false;
  #isDelivering = false;
  /** Whose turn it is, and how many messages more. */
  #turn = 0;
  #turnLeft = TURN_MESSAGES;
  #hasPassedOver = false;

  constructor(id: ConsumerId, spec: ConsumerSpec, request: StreamRequest, deps: StreamConsumerDeps) {
    this.id = id;
    this.spec = spec;
    this.#request = request;
    this.#deps = deps;
    this.#isPaused = spec.paused ?? false;
  }

  /** What its deliveries are known by: whoever settles them gives credit to this consumer. */
  get deliveryId(): MessageId {
    return this.id as number as MessageId;
  }

  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    if (!isPaused) this.deliver();
  }

  /** @param partitions of the topic, all */
  begin(partitions: readonly Partition[]): void {
    const { partition: only, start } = this.#request;
    this.#partitionCount = partitions.length;
    for (const partition of partitions) {
      if (only === undefined || partition.index === only) this.#locate(partition, start);
    }
    this.deliver();
  }

  /** The topic has got more partitions, the first of them at index `from`. */
  partitionsAdded(partitions: readonly Partition[], from: number): void {
    this.#partitionCount = partitions.length;
    for (const source of this.#sources) source.decoder = this.#decoderOf(source.partition);
    if (this.#request.partition !== undefined) return;
    for (const partition of partitions.slice(from)) this.#locate(partition, { at: 'first' });
    this.deliver();
  }

  #locate(partition: Partition, start: StreamStart): void {
    const offset = startOffset(partition, start);
    if (!(offset instanceof Promise)) {
      this.#read(partition, offset);
      return;
    }
    offset
      .catch((error: unknown) => {
        // The beginning of the log was deleted meanwhile.
        if (error instanceof DomainError && error.kind === 'offset_out_of_range') return partition.startOffset;
        throw error;
      })
      .then(
        (found) => {
          this.#read(partition, found);
          this.deliver();
        },
        (error: unknown) => this.#failed(partition, error as Error),
      );
  }

  #read(partition: Partition, offset: number): void {
    if (this.#isGone) return;
    const reader = new CommittedReader(partition, offset, this.#deps.unpacked, {
      ready: () => this.deliver(),
      passedOver: (baseOffset, error) => this.#passedOver(partition, baseOffset, error),
      failed: (error) => this.#failed(partition, error),
    });
    this.#sources.push({ partition, reader, decoder: this.#decoderOf(partition) });
  }

  #decoderOf({ index }: Partition): MessageDecoder {
    return new MessageDecoder({ partition: this.#partitionCount > 1 ? index : undefined });
  }

  /** Only the first time: there may be many, and somebody may be making them. */
  #passedOver({ topicName: topic, index }: Partition, offset: number, { message }: DomainError): void {
    if (this.#hasPassedOver) return;
    this.#hasPassedOver = true;
    const what = { topic, partition: index, offset, reason: message };
    this.#deps.logger.error(what, 'a consumer of a stream passed over records that can not be read');
  }

  #failed({ topicName: topic, index }: Partition, { message }: Error): void {
    if (this.#isGone) return;
    this.#deps.logger.error(
      { topic, partition: index, reason: message },
      'a consumer of a stream was ended by an error',
    );
    this.#deps.failed(this);
  }

  settled(count: number): number {
    const settled = Math.min(count, this.unsettled);
    this.unsettled -= settled;
    if (settled > 0) this.deliver();
    return settled;
  }

  /** Gives what there is and what credit there is for. Reentrant calls do nothing: the loop is on. */
  deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      while (!this.#isGone && !this.#isPaused && this.unsettled < this.spec.prefetch && this.#deliverOne());
    } finally {
      this.#isDelivering = false;
    }
  }

  #deliverOne(): boolean {
    const sources = this.#sources;
    if (this.#turnLeft === 0) this.#pass();
    for (let tried = 0; tried < sources.length; tried += 1) {
      const source = sources[this.#turn % sources.length] as Source;
      const record = source.reader.next();
      if (record !== undefined) {
        this.#turnLeft -= 1;
        this.#give(source, record);
        return true;
      }
      this.#pass();
    }
    return false;
  }

  #pass(): void {
    this.#turn = (this.#turn + 1) % Math.max(1, this.#sources.length);
    this.#turnLeft = TURN_MESSAGES;
  }

  #give(source: Source, record: RecordReader): void {
    const message = this.#decoded(source, record);
    if (message === undefined) return;
    this.unsettled += 1;
    this.#deps.stats.delivered += 1;
    this.spec.sink.deliver(this.deliveryId, message, 0);
  }

  #decoded(source: Source, record: RecordReader): StoredMessage | undefined {
    try {
      return storedMessage(source.decoder.decode(record), record.timestampMs);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#passedOver(source.partition, record.offset, error);
      return undefined;
    }
  }

  close(): void {
    this.#isGone = true;
    for (const { reader } of this.#sources) reader.close();
    this.#sources = [];
  }
}
