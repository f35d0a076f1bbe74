/** DescribeQuorum (key 55). */
import {
  array,
  int16,
  int32,
  int64,
  nullable,
  optional,
  since,
  string,
  struct,
  uint16,
  uuid,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeQuorumRequest = message(
  { apiKey: 55, versions: [0, 2], flexible: 0 },
  {
    topics: array({ topicName: string(), partitions: array({ partitionIndex: int32() }) }),
  },
);

const replicaState = struct({
  replicaId: int32(),
  replicaDirectoryId: since(2, uuid()),
  logEndOffset: int64(),
  lastFetchTimestamp: since(1, int64(-1)),
  lastCaughtUpTimestamp: since(1, int64(-1)),
});

export const describeQuorumResponse = message(
  { apiKey: 55, versions: [0, 2], flexible: 0 },
  {
    errorCode: int16(0),
    errorMessage: since(2, nullable(string())),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(0),
        errorMessage: since(2, nullable(string())),
        leaderId: int32(),
        leaderEpoch: int32(),
        highWatermark: int64(),
        currentVoters: array(replicaState),
        observers: array(replicaState),
      }),
    }),
    nodes: since(
      2,
      optional(
        array({
          nodeId: int32(),
          listeners: array({ name: string(), host: string(), port: uint16() }),
        }),
      ),
    ),
  },
);

export type DescribeQuorumRequest = Infer<typeof describeQuorumRequest>;
export type DescribeQuorumResponse = Input<typeof describeQuorumResponse>;
