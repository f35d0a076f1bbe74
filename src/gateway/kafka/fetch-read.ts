/**
 * The reading part of Fetch: goes over the partitions a consumer follows and collects batches within the limits. The first
 * batch of the whole answer is given whatever its size, so that a consumer can always go on (KIP-74).
 */
import { Loan } from '../../base/loan.ts';
import type { FetchedBatches, IsolationLevel, Partition } from '../../stream/partition.ts';
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
  /** Where to wait for more, and up to where each was visible before it was read. */
  readonly partitions: { readonly partition: Partition; readonly visibleEnd: number }[];
  /** What the answers hold slices of. Whoever takes them ends it when they are out of use. */
  readonly loan: Loan;
}

export async function readPartitions(
  services: KafkaServices,
  wanted: Iterable<FetchPartition>,
  limits: ReadLimits,
): Promise<FetchRead> {
  const read: FetchRead = { answers: [], bytes: 0, hasError: false, partitions: [], loan: new Loan() };
  let wave: Pending[] = [];
  let asked = 0;
  for (const item of wanted) {
    const partition = find(services, item);
    if (typeof partition !== 'number') {
      read.partitions.push({ partition, visibleEnd: partition.visibleEnd(limits.isolation) });
    }
    const left = limits.maxBytes - read.bytes - asked;
    const pending = begin(item, partition, left, limits.isolation, read.loan);
    wave.push(pending);
    asked += pending.budget;
    if (asked < limits.maxBytes - read.bytes) continue;
    await settle(read, wave, limits);
    wave = [];
    asked = 0;
  }
  await settle(read, wave, limits);
  return read;
}

/**
 * A partition that is being read. Reads of one answer are begun together as far as they fit in its limit for certain: their
 * data lies side by side in the segments, and what one of them fetches serves the others.
 */
interface Pending {
  readonly item: FetchPartition;
  readonly partition: Partition | ErrorCode;
  /** How many bytes were asked for. */
  readonly budget: number;
  /** Undefined: nothing is to be read. */
  readonly fetched: FetchedBatches | Promise<FetchedBatches> | Failed | undefined;
}

interface Failed {
  readonly error: unknown;
}

function begin(
  item: FetchPartition,
  partition: Partition | ErrorCode,
  left: number,
  isolation: IsolationLevel,
  loan: Loan,
): Pending {
  const nothing: Pending = { item, partition, budget: 0, fetched: undefined };
  if (typeof partition === 'number') return nothing;
  // The common case of a poll that finds nothing new costs no more than this comparison.
  const { fetchOffset } = item;
  if (fetchOffset >= partition.visibleEnd(isolation) && fetchOffset <= partition.endOffset) return nothing;
  const budget = Math.max(0, Math.min(item.maxBytes, left));
  try {
    const fetched = partition.read(fetchOffset, budget, isolation, loan);
    if (!(fetched instanceof Promise)) return { item, partition, budget: fetched.bytes, fetched };
    const settled = fetched.catch((error: unknown): Failed => ({ error }));
    return { item, partition, budget, fetched: settled as Promise<FetchedBatches> };
  } catch (error) {
    return { item, partition, budget: 0, fetched: { error } };
  }
}

async function settle(read: FetchRead, wave: readonly Pending[], limits: ReadLimits): Promise<void> {
  for (const { item, partition, budget, fetched } of wave) {
    if (typeof partition === 'number') {
      // Kafka tells a partition that it doesn't have from one that it can't read: the list is empty here, and null there.
      fail(read, item, partition, isEpochError(partition) ? null : []);
      continue;
    }
    const none = limits.isolation === 'read_committed' ? [] : null;
    const result: FetchedBatches | Failed | undefined = fetched instanceof Promise ? await fetched : fetched;
    if (result === undefined) push(read, item, partition, none, [], 0);
    else if ('error' in result) fail(read, item, failureOf(result.error).errorCode, null);
    else if (result.bytes > Math.max(budget, 0) && read.bytes > 0) push(read, item, partition, none, [], 0);
    else push(read, item, partition, result.aborted, result.batches, result.bytes);
  }
}

function find(services: KafkaServices, item: FetchPartition): Partition | ErrorCode {
  const epochError = checkLeaderEpoch(item.currentLeaderEpoch);
  if (epochError !== ErrorCode.NONE) return epochError;
  if (item.topic !== '') return partitionByName(services, item.topic, item.index);
  return partitionById(services, item.topicId, item.index);
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
