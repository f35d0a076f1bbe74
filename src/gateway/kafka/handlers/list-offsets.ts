/** ListOffsets: the ends of a partition, and offsets by time. */
import { findByTimestamp, findMaxTimestamp } from '../../../stream/offset-lookup.ts';
import { type IsolationLevel, LEADER_EPOCH, type Partition } from '../../../stream/partition.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { ListOffsetsRequest, ListOffsetsResponse } from '../protocol/list-offsets.ts';
import type { KafkaServices } from '../services.ts';
import { checkLeaderEpoch, partitionByName } from './topics.ts';

type PartitionAnswer = ListOffsetsResponse['topics'][number]['partitions'][number];
type PartitionQuery = ListOffsetsRequest['topics'][number]['partitions'][number];

/** Negative timestamps that ask for special offsets, and the version that brought each. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
const SINCE: Record<number, number> = {
  [MAX_TIMESTAMP]: 7,
  [EARLIEST_LOCAL]: 8,
  [LATEST_TIERED]: 9,
  [EARLIEST_PENDING_UPLOAD]: 11,
};

export function listOffsetsHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.listOffsets,
    async (request: ListOffsetsRequest, { apiVersion }): Promise<ListOffsetsResponse> => {
      const isolation = request.isolationLevel === 1 ? 'read_committed' : 'read_uncommitted';
      const topics: { name: string; partitions: PartitionAnswer[] }[] = [];
      for (const { name, partitions } of request.topics) {
        const answers: PartitionAnswer[] = [];
        for (const query of partitions) answers.push(await answer(services, name, query, isolation, apiVersion));
        topics.push({ name, partitions: answers });
      }
      return { topics };
    },
  );
}

async function answer(
  services: KafkaServices,
  name: string,
  query: PartitionQuery,
  isolation: IsolationLevel,
  apiVersion: number,
): Promise<PartitionAnswer> {
  const { partitionIndex, currentLeaderEpoch, timestamp } = query;
  if (apiVersion < (SINCE[timestamp] ?? 0)) return { partitionIndex, errorCode: ErrorCode.UNSUPPORTED_VERSION };
  const partition = partitionByName(services, name, partitionIndex);
  if (typeof partition === 'number') return { partitionIndex, errorCode: partition };
  const errorCode = checkLeaderEpoch(currentLeaderEpoch);
  if (errorCode !== ErrorCode.NONE) return { partitionIndex, errorCode };
  try {
    const found = await lookUp(partition, timestamp, isolation);
    if (found === undefined) return { partitionIndex };
    return { partitionIndex, timestamp: found.timestampMs, offset: found.offset, leaderEpoch: LEADER_EPOCH };
  } catch (error) {
    return { partitionIndex, ...failureOf(error) };
  }
}

async function lookUp(partition: Partition, timestamp: number, isolation: IsolationLevel) {
  switch (timestamp) {
    case LATEST:
      return { timestampMs: -1, offset: partition.visibleEnd(isolation) };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { timestampMs: -1, offset: partition.startOffset };
    case MAX_TIMESTAMP:
      return findMaxTimestamp(partition);
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      // Nothing is tiered: there is no such offset.
      return undefined;
    default:
      return findByTimestamp(partition, timestamp, isolation);
  }
}
