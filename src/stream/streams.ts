/**
 * All partitions of the node. They come and go with the catalog's topics; what partitions must remember besides their logs
 * (start offsets, and in checkpoints the producers) goes through one journal.
 */
import type { LogId } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import type { CatalogListener, Topic } from '../catalog/topic.ts';
import type { Journal, Log, StateMachine } from '../storage/log.ts';
import { Partition } from './partition.ts';
import type { ProducerStateRecord } from './producer-records.ts';
import type { ProducerStateSettings } from './producer-state.ts';

export type StreamRecord =
  | { readonly type: 'start_offset'; readonly logId: LogId; readonly offset: number }
  /** Compaction has been through everything below `offset`; `horizonMs` is `Partition.deleteHorizonMs`, null for never. */
  | { readonly type: 'cleaned'; readonly logId: LogId; readonly offset: number; readonly horizonMs: number | null }
  /** Nothing is left of the aborted transactions that ended with these markers. */
  | { readonly type: 'forget_aborted'; readonly logId: LogId; readonly markerOffsets: readonly number[] }
  /** Only in checkpoints. */
  | { readonly type: 'producer'; readonly logId: LogId; readonly producer: ProducerStateRecord };

/** What streams need of the storage engine. */
export interface LogStore {
  log(id: LogId): Log;
  dropLog(id: LogId): void;
  readonly hasSpace: boolean;
}

export interface StreamsDeps {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly journal: Journal<StreamRecord>;
  readonly producerSettings: ProducerStateSettings;
}

export class Streams implements StateMachine<StreamRecord>, CatalogListener {
  readonly #deps: StreamsDeps;
  readonly #byTopicId = new Map<string, Partition[]>();
  readonly #byLogId = new Map<LogId, Partition>();

  constructor(deps: StreamsDeps) {
    this.#deps = deps;
  }

  /** @throws DomainError topic_not_found */
  partition(topicId: string, index: number): Partition {
    const partition = this.#byTopicId.get(topicId)?.[index];
    if (partition === undefined) throw new DomainError('topic_not_found', `no partition ${index} of topic ${topicId}`);
    return partition;
  }

  find(topicId: string, index: number): Partition | undefined {
    return this.#byTopicId.get(topicId)?.[index];
  }

  /** Of a topic, by their index; stays up to date. Empty if there is no such topic. */
  partitions(topicId: string): readonly Partition[] {
    return this.#byTopicId.get(topicId) ?? [];
  }

  all(): IterableIterator<Partition> {
    return this.#byLogId.values();
  }

  onTopicCreated(topic: Topic): void {
    this.onPartitionsAdded(topic);
  }

  onPartitionsAdded(topic: Topic): void {
    const partitions = this.#byTopicId.get(topic.id) ?? [];
    this.#byTopicId.set(topic.id, partitions);
    const { clock, store, producerSettings } = this.#deps;
    const deps = { clock, producerSettings, hasSpace: () => store.hasSpace };
    for (const { index, logId } of topic.partitions.slice(partitions.length)) {
      const log = store.log(logId);
      const partition = new Partition(topic.name, topic.id, index, log, () => topic.effective, deps);
      partitions.push(partition);
      this.#byLogId.set(logId, partition);
    }
  }

  onTopicDeleted(topic: Topic): void {
    for (const partition of this.#byTopicId.get(topic.id) ?? []) {
      partition.deleted();
      this.#byLogId.delete(partition.log.id);
      this.#deps.store.dropLog(partition.log.id);
    }
    this.#byTopicId.delete(topic.id);
  }

  /**
   * Deletes everything below `offset`; -1 means all that is visible. Answers the new start offset.
   * @throws DomainError offset_out_of_range
   */
  deleteRecords(partition: Partition, offset: number): number {
    const before = offset === -1 ? partition.highWatermark : offset;
    if (before < 0 || before > partition.highWatermark) {
      throw new DomainError(
        'offset_out_of_range',
        `offset ${offset} of ${partition.topicName}-${partition.index} is beyond the high watermark ${partition.highWatermark}`,
      );
    }
    if (before > partition.startOffset) {
      this.#deps.journal.commit([{ type: 'start_offset', logId: partition.log.id, offset: before }]);
    }
    return partition.startOffset;
  }

  /** Notes how far compaction has come. */
  markCleaned(partition: Partition, offset: number, deleteHorizonMs: number): void {
    const horizonMs = Number.isFinite(deleteHorizonMs) ? deleteHorizonMs : null;
    this.#deps.journal.commit([{ type: 'cleaned', logId: partition.log.id, offset, horizonMs }]);
  }

  /** Consumers need not be told any more of these aborted transactions. To be called before their markers go. */
  forgetAborted(partition: Partition, markerOffsets: readonly number[]): void {
    this.#deps.journal.commit([{ type: 'forget_aborted', logId: partition.log.id, markerOffsets }]);
  }

  apply(record: StreamRecord): void {
    const partition = this.#byLogId.get(record.logId);
    // The topic may have been deleted between this record and the checkpoint that replay began from.
    if (partition === undefined) return;
    switch (record.type) {
      case 'start_offset':
        partition.truncated(record.offset);
        break;
      case 'cleaned':
        partition.cleaned(record.offset, record.horizonMs ?? Number.POSITIVE_INFINITY);
        break;
      case 'forget_aborted':
        partition.producers.forgetAborted(new Set(record.markerOffsets));
        break;
      case 'producer':
        partition.producers.restore(record.producer);
    }
  }

  *snapshot(): Iterable<StreamRecord> {
    for (const [logId, partition] of this.#byLogId) {
      for (const producer of partition.producers.snapshot()) yield { type: 'producer', logId, producer };
      const { cleanedOffset, deleteHorizonMs } = partition;
      if (cleanedOffset === 0) continue;
      const horizonMs = Number.isFinite(deleteHorizonMs) ? deleteHorizonMs : null;
      yield { type: 'cleaned', logId, offset: cleanedOffset, horizonMs };
    }
  }
}
