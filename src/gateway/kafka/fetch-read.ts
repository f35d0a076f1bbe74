/**
 * The reading part of Fetch: goes over the partitions a consumer follows and collects batches within the limits. The first
 * batch of the whole answer is given whatever its size, so that a consumer can always go on (KIP-74).
 */
import type { IsolationLevel, Partition } from '../../stream/partition.ts';
import { failureOf } from './errors.ts';
import type { FetchPartition } from './fetch-session.ts';
import { checkLeaderEpoch, partitionById, partitionByName } from './handlers/topics.ts';
import { ErrorCode } from './protocol/error-codes.ts';
import type { FetchResponse } from './protocol/fetch.ts';
import type { KafkaServices } from './services.ts';

export type PartitionAnswer = FetchResponse['responses'][number]['partitions'][number];

export interface ReadLimits {
  readonly maxBytes: number;
  readonly isolation: IsolationLevel;
}

export interface FetchRead {
  readonly answers: { readonly wanted: FetchPartition; readonly answer: PartitionAnswer; readonly bytes: number }[];
  bytes: number;
  hasError: boolean;
  /** Where to wait for more. */
  readonly partitions: Partition[];
}

export async function readPartitions(
  services: KafkaServices,
  wanted: Iterable<FetchPartition>,
  limits: ReadLimits,
): Promise<FetchRead> {
  const read: FetchRead = { answers: [], bytes: 0, hasError: false, partitions: [] };
  for (const item of wanted) {
    const partition = find(services, item);
    if (typeof partition === 'number') {
      // Kafka tells a partition that it doesn't have from one that it can't read: the list is empty here, and null there.
      fail(read, item, partition, isEpochError(partition) ? null : []);
      continue;
    }
    read.partitions.push(partition);
    await readOne(read, item, partition, limits);
  }
  return read;
}

function find(services: KafkaServices, item: FetchPartition): Partition | ErrorCode {
  const epochError = checkLeaderEpoch(item.currentLeaderEpoch);
  if (epochError !== ErrorCode.NONE) return epochError;
  if (item.topic !== '') return partitionByName(services, item.topic, item.index);
  return partitionById(services, item.topicId, item.index);
}

async function readOne(read: FetchRead, item: FetchPartition, partition: Partition, limits: ReadLimits): Promise<void> {
  const { isolation } = limits;
  const { fetchOffset } = item;
  // The common case of a poll that finds nothing new costs no more than this comparison.
  if (fetchOffset >= partition.visibleEnd(isolation) && fetchOffset <= partition.endOffset) {
    push(read, item, partition, isolation === 'read_committed' ? [] : null, [], 0);
    return;
  }
  try {
    const budget = Math.max(0, Math.min(item.maxBytes, limits.maxBytes - read.bytes));
    const fetched = partition.read(fetchOffset, budget, isolation);
    const { batches, bytes, aborted } = fetched instanceof Promise ? await fetched : fetched;
    if (bytes > budget && read.bytes > 0) push(read, item, partition, aborted === null ? null : [], [], 0);
    else push(read, item, partition, aborted, batches, bytes);
  } catch (error) {
    fail(read, item, failureOf(error).errorCode, null);
  }
}

function push(
  read: FetchRead,
  item: FetchPartition,
  partition: Partition,
  abortedTransactions: PartitionAnswer['abortedTransactions'],
  records: Buffer[],
  bytes: number,
): void {
  read.bytes += bytes;
  read.answers.push({
    wanted: item,
    bytes,
    answer: {
      partitionIndex: item.index,
      highWatermark: partition.highWatermark,
      lastStableOffset: partition.lastStableOffset,
      logStartOffset: partition.startOffset,
      abortedTransactions,
      records,
    },
  });
}

function isEpochError(errorCode: ErrorCode): boolean {
  return errorCode === ErrorCode.FENCED_LEADER_EPOCH || errorCode === ErrorCode.UNKNOWN_LEADER_EPOCH;
}

function fail(
  read: FetchRead,
  item: FetchPartition,
  errorCode: ErrorCode,
  abortedTransactions: PartitionAnswer['abortedTransactions'],
): void {
  read.hasError = true;
  read.answers.push({
    wanted: item,
    bytes: 0,
    answer: { partitionIndex: item.index, errorCode, highWatermark: -1, abortedTransactions, records: [] },
  });
}
