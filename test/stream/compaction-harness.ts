/**
 * Streams over a storage engine in memory under a seeded scheduler: one compacted topic, a compactor, producers with and without
 * transactions. `crash` and `restart` recover from what the medium kept, with the topic's configs as they were.
 */
import assert from 'node:assert/strict';
import type { LogId } from '../../src/base/brand.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { EffectiveTopicConfig } from '../../src/catalog/effective-config.ts';
import type { Topic } from '../../src/catalog/topic.ts';
import * as batches from '../../src/record/batch.ts';
import { buildBatch } from '../../src/record/build.ts';
import { loadCodec } from '../../src/record/compression.ts';
import { decodeRecords, recordBytes } from '../../src/record/records.ts';
import type { StateMachine } from '../../src/storage/log.ts';
import { MemoryMedium } from '../../src/storage/medium/memory.ts';
import { Storage, type StorageSettings } from '../../src/storage/storage.ts';
import { Compactor } from '../../src/stream/compaction.ts';
import type { FetchedBatches, IsolationLevel, Partition } from '../../src/stream/partition.ts';
import { type StreamRecord, Streams } from '../../src/stream/streams.ts';
import { Scheduler } from '../support/scheduler.ts';

const LOG_ID = 2000 as LogId;

/** Everything is compacted at once unless a test says otherwise. */
const CONFIG: EffectiveTopicConfig = {
  maxMessageBytes: 1_048_588,
  cleanupDelete: false,
  cleanupCompact: true,
  retentionMs: 604_800_000,
  retentionBytes: Number.POSITIVE_INFINITY,
  segmentBytes: 1_073_741_824,
  segmentMs: 1,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  timestampAfterMaxMs: 3_600_000,
  compressionType: 'producer',
  deleteRetentionMs: 10_000,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.POSITIVE_INFINITY,
  minCleanableDirtyRatio: 0,
};

const STORAGE: StorageSettings = {
  fsync: 'always',
  fsyncIntervalMs: 1000,
  segmentBytesMax: 4096,
  cleanLivePercentMax: 50,
  tailCacheBytesMax: 2048,
  indexCacheBytesMax: 4096,
  readCacheBytesMax: 4096,
  walPendingBytesMax: 64 * 1024,
  diskReserveBytes: 0,
};

export interface ProduceOptions {
  readonly compression?: batches.Compression;
  readonly producer?: { readonly id: number; readonly epoch: number; readonly sequence: number };
  readonly transactional?: boolean;
  readonly timestampMs?: number;
}

export interface SeenRecord {
  readonly offset: number;
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly timestampMs: number;
}

type TopicRecord = { readonly type: 'topic' } | { readonly type: 'gone' };

export class CompactionWorld {
  readonly scheduler: Scheduler;
  config: EffectiveTopicConfig;
  fatal: Error | undefined;
  medium: MemoryMedium;
  storage!: Storage;
  streams!: Streams;
  compactor!: Compactor;
  drop: () => void = () => {};

  constructor(
    seed: number,
    config: Partial<EffectiveTopicConfig> = {},
    readonly options: { storage?: Partial<StorageSettings>; keyBytesMax?: number; pieceBytes?: number } = {},
  ) {
    this.scheduler = new Scheduler(seed);
    this.config = { ...CONFIG, ...config };
    this.medium = new MemoryMedium({ schedule: this.scheduler.defer });
    this.#build();
  }

  static async started(...args: ConstructorParameters<typeof CompactionWorld>): Promise<CompactionWorld> {
    const world = new CompactionWorld(...args);
    await world.scheduler.until(world.storage.recover());
    world.#create();
    await world.scheduler.settle();
    return world;
  }

  #create: () => void = () => {};

  #build(): void {
    const { scheduler, medium, options } = this;
    const [clock, random, logger] = [scheduler, scheduler.random, silentLogger];
    const settings = { ...STORAGE, ...options.storage };
    const onFatal = (error: Error) => {
      this.fatal = error;
    };
    const storage = new Storage({ medium, clock, random, settings, logger, onFatal });
    const topics = storage.journal<TopicRecord>(2 as LogId);
    const journal = storage.journal<StreamRecord>(3 as LogId);
    const producerSettings = { expirationMs: 86_400_000, producersMax: 100, evictableAfterMs: 900_000 };
    const streams = new Streams({ clock, store: storage, journal, producerSettings });
    topics.attach(this.#catalog(streams));
    journal.attach(streams);
    this.storage = storage;
    this.streams = streams;
    this.compactor = new Compactor({
      streams,
      clock,
      random,
      logger,
      keyBytesMax: options.keyBytesMax ?? 1024 * 1024,
      pieceBytes: options.pieceBytes ?? 1000,
    });
    this.#create = () => topics.commit([{ type: 'topic' }]);
    this.drop = () => topics.commit([{ type: 'gone' }]);
  }

  #catalog(streams: Streams): StateMachine<TopicRecord> {
    const world = this;
    const topic: Topic = {
      id: 'AAAAAAAAAAAAAAAAAAAAAQ',
      name: 'topic',
      createdMs: 0,
      partitions: [{ index: 0, logId: LOG_ID }] as unknown as Topic['partitions'],
      replicationFactorAsked: 1,
      configs: {},
      get effective() {
        return world.config;
      },
    };
    let exists = false;
    return {
      apply: ({ type }) => {
        exists = type === 'topic';
        if (exists) streams.onTopicCreated(topic);
        else streams.onTopicDeleted(topic);
      },
      *snapshot() {
        if (exists) yield { type: 'topic' };
      },
    };
  }

  get partition(): Partition {
    return this.streams.partition('AAAAAAAAAAAAAAAAAAAAAQ', 0);
  }

  async crash(): Promise<void> {
    this.scheduler.clear();
    this.medium = this.medium.crash(this.scheduler.random);
    this.#build();
    await this.scheduler.until(this.storage.recover());
  }

  async restart(): Promise<void> {
    await this.scheduler.until(this.storage.stop());
    this.#build();
    await this.scheduler.until(this.storage.recover());
  }

  /** One batch, `key=value` each, `key` alone for a tombstone, `=value` without a key. Answers its base offset. */
  async produce(records: readonly string[], options: ProduceOptions = {}): Promise<number> {
    const { producer } = options;
    const timestampMs = options.timestampMs ?? this.scheduler.nowMs();
    const batch = buildBatch({
      baseOffset: 0,
      codec: await loadCodec(options.compression ?? 'none'),
      transactional: options.transactional,
      producerId: producer?.id,
      producerEpoch: producer?.epoch,
      baseSequence: producer?.sequence,
      records: records.map((record, offsetDelta) => {
        const [key = '', value] = record.split('=');
        const bytes = value === undefined ? null : Buffer.from(value);
        return { offsetDelta, timestampMs, key: key === '' ? null : Buffer.from(key), value: bytes };
      }),
    });
    const { baseOffset } = this.partition.append(batch, false);
    await this.scheduler.settle();
    return baseOffset;
  }

  async end(producerId: number, epoch: number, isCommit: boolean): Promise<void> {
    this.partition.endTransaction(producerId, epoch, isCommit, 0);
    await this.scheduler.settle();
  }

  /** Lets so much time pass and runs one round of compaction. */
  async compact(afterMs = 100): Promise<void> {
    await this.scheduler.advance(afterMs);
    await this.scheduler.until(this.compactor.tick());
    assert.equal(this.fatal, undefined);
  }

  /** What a reader at `from` fetches until it has seen everything, `maxBytes` at a time. */
  async fetch(from = this.partition.startOffset, isolation: IsolationLevel = 'read_uncommitted', maxBytes = 300) {
    const { partition } = this;
    const responses: FetchedBatches[] = [];
    let offset = from;
    while (offset < partition.visibleEnd(isolation)) {
      const fetched = await this.scheduler.until(Promise.resolve(partition.read(offset, maxBytes, isolation)));
      const last = fetched.batches.at(-1);
      assert.ok(last !== undefined, `nothing to read at ${offset}, below ${partition.visibleEnd(isolation)}`);
      assert.ok(batches.lastOffset(last) >= offset, 'a reader gets ahead');
      responses.push(fetched);
      offset = batches.lastOffset(last) + 1;
    }
    return responses;
  }

  async batches(): Promise<Buffer[]> {
    return (await this.fetch()).flatMap((response) => response.batches);
  }

  /** What a consumer is given; it skips aborted records by Kafka's rules. */
  async consume(from = this.partition.startOffset, isolation: IsolationLevel = 'read_uncommitted', maxBytes = 300) {
    const seen: SeenRecord[] = [];
    for (const { batches: fetched, aborted } of await this.fetch(from, isolation, maxBytes)) {
      const waiting = [...(aborted ?? [])].sort((a, b) => a.firstOffset - b.firstOffset);
      const skipped = new Set<number>();
      for (const batch of fetched) {
        assert.equal(batches.computeCrc(batch), batches.readCrc(batch));
        const id = batches.producerId(batch);
        while ((waiting[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= batches.lastOffset(batch)) {
          skipped.add(waiting.shift()?.producerId ?? -1);
        }
        const bytes = (await recordBytes(batch, 1 << 20)) as Buffer;
        if (batches.isControlBatch(batch)) {
          for (const { key } of decodeRecords(batch, bytes)) if (key?.readInt16BE(2) === 0) skipped.delete(id);
          continue;
        }
        if (skipped.has(id) && batches.isTransactional(batch)) continue;
        for (const { offset, key, value, timestampMs } of decodeRecords(batch, bytes)) {
          if (offset >= from) seen.push({ offset, key: key?.toString(), value: value?.toString(), timestampMs });
        }
      }
    }
    return seen;
  }

  /** `offset:key=value` of all records. */
  async texts(isolation: IsolationLevel = 'read_uncommitted'): Promise<string[]> {
    return (await this.consume(undefined, isolation)).map(text);
  }
}

function text({ offset, key, value }: SeenRecord): string {
  return `${offset}:${key}${value === undefined ? '' : `=${value}`}`;
}
