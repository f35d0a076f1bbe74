/**
 * DescribeQuorum: this node is its own quorum of one, always caught up with itself. The catalog has no offsets that a
 * client could see, so those of the metadata log are told as 0.
 */
import { UUID_ZERO } from '../../../catalog/uuid.ts';
import { LEADER_EPOCH } from '../../../stream/partition.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeQuorumRequest, DescribeQuorumResponse } from '../protocol/describe-quorum.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';

type PartitionAnswer = DescribeQuorumResponse['topics'][number]['partitions'][number];

const METADATA_TOPIC = '__cluster_metadata';
const METADATA_PARTITION = 0;
const OFFSET = 0;

export function describeQuorumHandler({ nodeId, advertised, clock }: KafkaServices): AnyHandler {
  return handler(apis.describeQuorum, ({ topics }: DescribeQuorumRequest): DescribeQuorumResponse => {
    const nowMs = clock.nowMs();
    const { host, port } = advertised;
    return {
      topics: topics.map(({ topicName, partitions }) => ({
        topicName,
        partitions: partitions.map(({ partitionIndex }) =>
          topicName === METADATA_TOPIC && partitionIndex === METADATA_PARTITION
            ? quorum(nodeId, nowMs)
            : unknown(partitionIndex),
        ),
      })),
      nodes: [{ nodeId, listeners: [{ name: 'PLAINTEXT', host, port }] }],
    };
  });
}

function quorum(nodeId: number, nowMs: number): PartitionAnswer {
  const self = {
    replicaId: nodeId,
    replicaDirectoryId: UUID_ZERO,
    logEndOffset: OFFSET,
    lastFetchTimestamp: nowMs,
    lastCaughtUpTimestamp: nowMs,
  };
  return {
    partitionIndex: METADATA_PARTITION,
    leaderId: nodeId,
    leaderEpoch: LEADER_EPOCH,
    highWatermark: OFFSET,
    currentVoters: [self],
    observers: [],
  };
}

function unknown(partitionIndex: number): PartitionAnswer {
  const errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  const nobody = { leaderId: -1, leaderEpoch: -1, highWatermark: -1, currentVoters: [], observers: [] };
  return { partitionIndex, errorCode, ...nobody };
}
