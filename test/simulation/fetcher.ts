/**
 * Reads partitions as a consumer does: fetch sessions, topic ids or names, and for read_committed the filtering of aborted
 * transactions by the list that comes with the data. Everything seen goes to the history.
 */

import { DomainError } from '../../src/base/errors.ts';
import type { Infer } from '../../src/base/schema/message.ts';
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { fetchRequest, fetchResponse } from '../../src/gateway/kafka/protocol/fetch.ts';
import { listOffsetsRequest, listOffsetsResponse } from '../../src/gateway/kafka/protocol/list-offsets.ts';
import * as batches from '../../src/record/batch.ts';
import { parseEndTransactionMarker } from '../../src/record/control.ts';
import { type BatchRecord, readRecords } from '../../src/record/records.ts';
import type { Client } from './client.ts';
import { type Floor, type Place, placeKey, type SentRecord, Violation } from './history.ts';

export type Isolation = 'read_uncommitted' | 'read_committed';

export interface FetcherOptions {
  readonly isolation: Isolation;
  readonly useSession: boolean;
  readonly useTopicIds: boolean;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  /** Called for each record that an application would get, in order. */
  readonly onRecord?: (record: SentRecord, offset: number, place: Place) => void;
}

interface Followed {
  readonly place: Place;
  position: number;
  /** What the session knows; -1: nothing. */
  sentPosition: number;
  highWatermark: number;
  stableOffset: number;
}

type PartitionData = Infer<typeof fetchResponse>['responses'][number]['partitions'][number];

const VERSION_BY_NAME = 12;
const VERSION_BY_ID = 17;
const SESSION_ERRORS: readonly number[] = [
  ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
  ErrorCode.INVALID_FETCH_SESSION_EPOCH,
  ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
];

export class Fetcher {
  readonly followed: Followed[] = [];
  #sessionId = 0;
  #sessionEpoch = 0;

  constructor(
    private readonly client: Client,
    private readonly options: FetcherOptions,
  ) {}

  follow(place: Place, position = 0): void {
    const unknown = { sentPosition: -1, highWatermark: -1, stableOffset: -1 };
    this.followed.push({ place, position, ...unknown });
  }

  unfollowAll(): void {
    this.followed.length = 0;
    this.#resetSession();
  }

  /** Whether it has read up to the last known end of every partition. */
  get isAtEnd(): boolean {
    return this.followed.every(({ position, highWatermark, stableOffset }) => {
      return (
        highWatermark >= 0 &&
        position >= highWatermark &&
        (this.options.isolation === 'read_uncommitted' || stableOffset >= highWatermark)
      );
    });
  }

  /** One fetch. A lost connection begins a new session the next time. */
  async poll(): Promise<void> {
    const { useTopicIds, useSession, isolation, maxBytes, maxWaitMs } = this.options;
    const { history } = this.client.world;
    const floors = new Map(this.followed.map(({ place }) => [placeKey(place), history.floor(placeKey(place))]));
    const isFull = this.#sessionId === 0;
    const asked = this.followed.filter(({ position, sentPosition }) => isFull || position !== sentPosition);
    for (const followed of asked) followed.sentPosition = followed.position;
    const positions = new Map(this.followed.map((followed) => [followed, followed.position]));
    try {
      const answer = await this.client.call(
        fetchRequest,
        fetchResponse,
        useTopicIds ? VERSION_BY_ID : VERSION_BY_NAME,
        {
          maxWaitMs,
          minBytes: 1,
          maxBytes,
          isolationLevel: isolation === 'read_committed' ? 1 : 0,
          sessionId: this.#sessionId,
          sessionEpoch: useSession ? this.#sessionEpoch : -1,
          topics: asked.map(({ place: { topic, topicId, index }, position }) => ({
            topic,
            topicId,
            partitions: [{ partition: index, fetchOffset: position, partitionMaxBytes: maxBytes }],
          })),
        },
      );
      if (SESSION_ERRORS.includes(answer.errorCode)) return this.#resetSession();
      if (answer.errorCode !== ErrorCode.NONE) throw new Violation(`a fetch was refused with ${answer.errorCode}`);
      this.#sessionId = answer.sessionId;
      this.#sessionEpoch = answer.sessionId === 0 ? 0 : this.#sessionEpoch + 1;
      for (const { topic, topicId, partitions } of answer.responses) {
        for (const data of partitions) {
          const followed = this.followed.find(({ place }) => {
            return (
              place.index === data.partitionIndex && (useTopicIds ? place.topicId === topicId : place.topic === topic)
            );
          });
          if (followed === undefined) throw new Violation('a fetch answered about a partition that nobody asked for');
          if (followed.position !== positions.get(followed)) continue;
          await this.#take(followed, data, floors.get(placeKey(followed.place)) as Floor);
        }
      }
    } catch (error) {
      this.#resetSession();
      throw error;
    }
  }

  #resetSession(): void {
    this.#sessionId = 0;
    this.#sessionEpoch = 0;
  }

  async #take(followed: Followed, data: PartitionData, floor: Floor): Promise<void> {
    const key = placeKey(followed.place);
    const partition = this.client.world.history.partition(key);
    if (data.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) return this.#restart(followed);
    // The disk failed a read: nothing is known of this partition now.
    if (data.errorCode === ErrorCode.KAFKA_STORAGE_ERROR) {
      followed.highWatermark = -1;
      return;
    }
    if (data.errorCode !== ErrorCode.NONE) {
      const gone: readonly number[] = [ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION];
      if (gone.includes(data.errorCode) && partition.mayBeDeleted) {
        followed.position = followed.highWatermark = followed.stableOffset = 0;
        return;
      }
      throw new Violation(`the fetch of ${key} failed with ${data.errorCode}`);
    }
    this.client.world.history.progressed(key, data.highWatermark, data.lastStableOffset, floor);
    followed.highWatermark = data.highWatermark;
    followed.stableOffset = data.lastStableOffset;
    const { isolation } = this.options;
    const end = isolation === 'read_committed' ? data.lastStableOffset : data.highWatermark;
    const filter = new AbortFilter(data.abortedTransactions ?? []);
    try {
      for (const batch of cut(data.records ?? Buffer.alloc(0))) this.#takeBatch(followed, batch, end, filter);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new Violation(`${key}@${followed.position}: what comes is no batch: ${error.message}`, { cause: error });
    }
  }

  #takeBatch(followed: Followed, batch: Buffer, end: number, filter: AbortFilter): void {
    const { place, position } = followed;
    const key = placeKey(place);
    const { history } = this.client.world;
    const first = batches.readBaseOffset(batch);
    const last = batches.lastOffset(batch);
    if (batches.readCrc(batch) !== batches.computeCrc(batch)) throw new Violation(`${key}@${first} has a wrong CRC`);
    if (last < position) throw new Violation(`${key}: got ${first}-${last} for a fetch at ${position}`);
    if (first > Math.max(position, history.partition(key).mayBeDeletedBelow))
      throw new Violation(`${key}: ${position}-${first - 1} are missing`);
    if (last >= end) throw new Violation(`${key}: ${first}-${last} is given beyond ${end}`);
    followed.position = last + 1;
    this.client.world.trace.say(() => {
      const kind = batches.isControlBatch(batch) ? parseEndTransactionMarker(batch)?.type : 'data';
      return `${key}@${first}-${last} ${kind} of ${batches.producerId(batch)}/${batches.producerEpoch(batch)}`;
    });
    if (batches.isControlBatch(batch)) {
      history.readControl(key, first);
      filter.pass(batch);
      return;
    }
    const isAborted = filter.isAborted(batch);
    for (const { offset, value } of readRecords(batch, 0) as BatchRecord[]) {
      if (offset < position) continue;
      const record = history.read(key, offset, value ?? Buffer.alloc(0));
      if (this.options.isolation === 'read_committed') history.decided(record, isAborted);
      if (!isAborted) this.options.onRecord?.(record, offset, place);
    }
  }

  /** The position is out of range: that may only be because records were deleted. */
  async #restart(followed: Followed): Promise<void> {
    const { place } = followed;
    const before = followed.position;
    const start = await listOffset(this.client, place, EARLIEST);
    if (start === undefined) return;
    if (start <= before) {
      throw new Violation(`${placeKey(place)}: ${before} is out of range although the log starts at ${start}`);
    }
    followed.position = start;
  }
}

interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** What a consumer does with the list of aborted transactions, for the batches of one response in order. */
class AbortFilter {
  readonly #upcoming: AbortedTransaction[];
  readonly #active = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#upcoming = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  isAborted(batch: Buffer): boolean {
    this.#advance(batch);
    return batches.isTransactional(batch) && this.#active.has(batches.producerId(batch));
  }

  #advance(batch: Buffer): void {
    const last = batches.lastOffset(batch);
    for (let next = this.#upcoming[0]; next !== undefined && next.firstOffset <= last; next = this.#upcoming[0]) {
      this.#active.add(next.producerId);
      this.#upcoming.shift();
    }
  }

  pass(marker: Buffer): void {
    this.#advance(marker);
    if (parseEndTransactionMarker(marker)?.type === 'abort') this.#active.delete(batches.producerId(marker));
  }
}

const EARLIEST = -2;

async function listOffset(client: Client, { topic, index }: Place, timestamp: number): Promise<number | undefined> {
  const answer = await client.call(listOffsetsRequest, listOffsetsResponse, 9, {
    replicaId: -1,
    isolationLevel: 0,
    timeoutMs: 1000,
    topics: [{ name: topic, partitions: [{ partitionIndex: index, timestamp }] }],
  });
  const partition = answer.topics[0]?.partitions[0];
  return partition?.errorCode === ErrorCode.NONE ? partition.offset : undefined;
}

/** The batches that lie behind one another; a part of one at the end is left out. */
function* cut(bytes: Buffer): Iterable<Buffer> {
  let at = 0;
  while (bytes.length - at >= batches.BATCH_HEADER_BYTES) {
    const length = bytes.readInt32BE(at + 8) + batches.BATCH_LENGTH_OVERHEAD;
    if (length < batches.BATCH_HEADER_BYTES) throw new Violation(`a batch of ${length} bytes is given`);
    if (at + length > bytes.length) return;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
