/**
 * Fetch (key 1): record batches from given offsets, with long polling and sessions (KIP-227). Version 13 names topics by id.
 * Follower fields are carried so that every version round-trips; a consumer leaves them at their defaults.
 */
import {
  array,
  between,
  bigint64,
  int8,
  int16,
  int32,
  int64,
  nullable,
  optional,
  records,
  since,
  string,
  struct,
  tagged,
  uuid,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const fetchRequest = message(
  { apiKey: 1, versions: [4, 18], flexible: 12 },
  {
    clusterId: tagged(0, nullable(string())),
    replicaId: between(4, 14, int32(-1)),
    replicaState: since(15, tagged(1, struct({ replicaId: int32(-1), replicaEpoch: int64(-1) }))),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32(2147483647),
    isolationLevel: int8(0),
    sessionId: since(7, int32(0)),
    sessionEpoch: since(7, int32(-1)),
    topics: array({
      topic: between(4, 12, string()),
      topicId: since(13, uuid()),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: since(9, int32(-1)),
        fetchOffset: int64(),
        lastFetchedEpoch: since(12, int32(-1)),
        logStartOffset: since(5, int64(-1)),
        partitionMaxBytes: int32(),
        replicaDirectoryId: since(17, tagged(0, uuid())),
        highWatermark: since(18, tagged(1, bigint64(9223372036854775807n))),
      }),
    }),
    forgottenTopicsData: since(
      7,
      optional(
        array({
          topic: between(7, 12, string()),
          topicId: since(13, uuid()),
          partitions: array(int32()),
        }),
      ),
    ),
    rackId: since(11, string('')),
  },
);

export const fetchResponse = message(
  { apiKey: 1, versions: [4, 18], flexible: 12 },
  {
    throttleTimeMs: int32(0),
    errorCode: since(7, int16(0)),
    sessionId: since(7, int32(0)),
    responses: array({
      topic: between(4, 12, string()),
      topicId: since(13, uuid()),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(0),
        highWatermark: int64(),
        lastStableOffset: int64(-1),
        logStartOffset: since(5, int64(-1)),
        divergingEpoch: tagged(0, struct({ epoch: int32(-1), endOffset: int64(-1) })),
        currentLeader: tagged(1, struct({ leaderId: int32(-1), leaderEpoch: int32(-1) })),
        snapshotId: tagged(2, struct({ endOffset: int64(-1), epoch: int32(-1) })),
        abortedTransactions: nullable(array({ producerId: int64(), firstOffset: int64() })),
        preferredReadReplica: since(11, int32(-1)),
        records: records(),
      }),
    }),
    nodeEndpoints: since(
      16,
      tagged(0, array({ nodeId: int32(), host: string(), port: int32(), rack: nullable(string()) })),
    ),
  },
);

export type FetchRequest = Infer<typeof fetchRequest>;
export type FetchResponse = Input<typeof fetchResponse>;
