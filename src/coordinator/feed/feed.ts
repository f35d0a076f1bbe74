/**
 * One exchange that a topic feeds: reads the committed records of all partitions, each in order, and publishes them as messages. Of what
 * was published it knows the positions; its owner journals them.
 *
 *   no topic -- begin --> feeding -- a queue has no room --> held -- wake, and it has --> feeding
 *   any -- end --> no topic; any -- close --> closed
 *
 * Bounds: what one read gives of each partition, and one message that could not be published.
 */
import type { Clock } from '../../base/clock.ts';
import { DomainError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Message } from '../../message/message.ts';
import { MessageDecoder } from '../../message/message-from-record.ts';
import type { RecordReader } from '../../record/record-reader.ts';
import { CommittedReader } from '../../stream/committed-reader.ts';
import type { Partition } from '../../stream/partition.ts';
import type { UnpackedBatches } from '../../stream/unpacked-batches.ts';

/** Tries again to publish where there was no room; false: there is none yet. */
export type Retry = () => boolean;

/** The exchange, for whoever publishes to it. */
export interface FeedTarget {
  /** To all queues behind it; the body is on loan. Answers how to go on if some queue has no room. */
  publish(message: Message): Retry | undefined;
}

export interface FeedDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly unpacked: UnpackedBatches;
  readonly target: FeedTarget;
  /** Asked before each record; false: the node takes no more for now, and `wake` will be called. */
  mayPublish(): boolean;
  /** A record was published: its position is to be journalled. */
  published(): void;
}

interface Source {
  readonly partition: Partition;
  decoder: MessageDecoder;
  /** Undefined after an error, until the next `wake`. */
  reader: CommittedReader | undefined;
  /** Below it everything was published. */
  position: number;
  isJournalled: boolean;
}

/** Records of one partition in a row, while others may have some too; and those of one turn of the event loop. */
const PARTITION_TURN_RECORDS = 64;
const TURN_RECORDS = 256;

export class Feed {
  readonly exchange: string;
  readonly topic: string;
  readonly #deps: FeedDeps;
  #sources: Source[] = [];
  #held: { readonly source: Source; readonly offset: number; readonly retry: Retry } | undefined;
  /** Whose turn it is, and how many records more. */
  #turn = 0;
  #turnLeft = PARTITION_TURN_RECORDS;
  #isScheduled = false;
  #hasPassedOver = false;

  constructor(exchange: string, topic: string, deps: FeedDeps) {
    this.exchange = exchange;
    this.topic = topic;
    this.#deps = deps;
  }

  /** The topic is there, or has got more partitions. @param positions by partition; one that is missing begins at its start */
  begin(partitions: readonly Partition[], positions: ReadonlyMap<number, number>): void {
    for (const partition of partitions.slice(this.#sources.length)) {
      const position = Math.min(positions.get(partition.index) ?? 0, partition.endOffset);
      const decoder = new MessageDecoder();
      this.#sources.push({ partition, decoder, reader: undefined, position, isJournalled: true });
    }
    for (const source of this.#sources) {
      const index = partitions.length > 1 ? source.partition.index : undefined;
      source.decoder = new MessageDecoder({ partition: index });
    }
    this.wake();
  }

  /** The topic is gone, with all positions in it. */
  end(): void {
    for (const { reader } of this.#sources) reader?.close();
    this.#sources = [];
    this.#held = undefined;
  }

  /** Goes on if there is something to go on with: after errors, and when there may be room again. */
  wake(): void {
    for (const source of this.#sources) source.reader ??= this.#open(source);
    this.#schedule();
  }

  /** Positions that have changed since the last time. */
  takePositions(): [partition: number, offset: number][] {
    const positions: [number, number][] = [];
    for (const source of this.#sources) {
      if (source.isJournalled) continue;
      source.isJournalled = true;
      positions.push([source.partition.index, source.position]);
    }
    return positions;
  }

  #open(source: Source): CommittedReader {
    const { partition, position } = source;
    return new CommittedReader(partition, position, this.#deps.unpacked, {
      ready: () => this.#schedule(),
      passedOver: (offset, error) => this.#passedOver(partition, offset, error),
      failed: (error) => this.#failed(source, error),
    });
  }

  /** In a turn of its own: whoever has news is in the middle of its own work. */
  #schedule(): void {
    if (this.#isScheduled || this.#sources.length === 0) return;
    this.#isScheduled = true;
    this.#deps.clock.defer(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  #run(): void {
    for (let left = TURN_RECORDS; left > 0; left -= 1) {
      if (!this.#deps.mayPublish() || !this.#releaseHeld() || !this.#publishNext()) return;
    }
    this.#schedule();
  }

  /** False: there is still no room for what is held. */
  #releaseHeld(): boolean {
    const held = this.#held;
    if (held === undefined) return true;
    if (!held.retry()) return false;
    this.#held = undefined;
    this.#published(held.source, held.offset);
    return true;
  }

  /** False: there is nothing more for now, or no room for it. */
  #publishNext(): boolean {
    const sources = this.#sources;
    for (let tried = 0; tried <= sources.length; tried += 1) {
      const source = sources[this.#turn % sources.length];
      const record = this.#turnLeft > 0 ? source?.reader?.next() : undefined;
      if (source !== undefined && record !== undefined) {
        this.#turnLeft -= 1;
        return this.#publish(source, record);
      }
      this.#turn += 1;
      this.#turnLeft = PARTITION_TURN_RECORDS;
    }
    return false;
  }

  #publish(source: Source, record: RecordReader): boolean {
    const { offset } = record;
    const message = this.#decoded(source, record);
    const retry = message === undefined ? undefined : this.#deps.target.publish(message);
    if (retry !== undefined) {
      this.#held = { source, offset, retry };
      return false;
    }
    this.#published(source, offset);
    return true;
  }

  #published(source: Source, offset: number): void {
    source.position = offset + 1;
    source.isJournalled = false;
    this.#deps.published();
  }

  /** The body is a part of a batch: queues that keep it copy it, and the batch can go. */
  #decoded({ decoder, partition }: Source, record: RecordReader): Message | undefined {
    try {
      return { ...decoder.decode(record), exchange: this.exchange, isLent: true };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#passedOver(partition, record.offset, error);
      return undefined;
    }
  }

  /** Only the first time: there may be many, and somebody may be making them. */
  #passedOver({ index }: Partition, offset: number, { message }: DomainError): void {
    if (this.#hasPassedOver) return;
    this.#hasPassedOver = true;
    const what = { exchange: this.exchange, topic: this.topic, partition: index, offset, reason: message };
    this.#deps.logger.error(
      what,
      'records that can not be read were not published to the exchange that their topic feeds',
    );
  }

  #failed(source: Source, { message }: Error): void {
    source.reader?.close();
    source.reader = undefined;
    const what = { exchange: this.exchange, topic: this.topic, partition: source.partition.index, reason: message };
    this.#deps.logger.error(what, 'a topic that feeds an exchange can not be read: it is tried again');
  }
}
