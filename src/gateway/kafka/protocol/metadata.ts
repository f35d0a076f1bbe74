/** Metadata (key 3): brokers, topics and partition leaders. A null list of topics means all of them. */
import {
  array,
  between,
  bool,
  int16,
  int32,
  nullable,
  nullableSince,
  optional,
  since,
  string,
  uuid,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const metadataRequest = message(
  { apiKey: 3, versions: [0, 13], flexible: 9 },
  {
    topics: nullableSince(1, array({ topicId: since(10, uuid()), name: nullableSince(10, string()) })),
    allowAutoTopicCreation: since(4, bool(true)),
    includeClusterAuthorizedOperations: between(8, 10, optional(bool())),
    includeTopicAuthorizedOperations: since(8, bool()),
  },
);

export const metadataResponse = message(
  { apiKey: 3, versions: [0, 13], flexible: 9 },
  {
    throttleTimeMs: since(3, int32(0)),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: since(1, nullable(string())),
    }),
    clusterId: since(2, nullable(string())),
    controllerId: since(1, int32(-1)),
    topics: array({
      errorCode: int16(0),
      name: nullableSince(12, string()),
      topicId: since(10, uuid()),
      isInternal: since(1, bool(false)),
      partitions: array({
        errorCode: int16(0),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: since(7, int32(-1)),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: since(5, optional(array(int32()))),
      }),
      topicAuthorizedOperations: since(8, int32(-2147483648)),
    }),
    clusterAuthorizedOperations: between(8, 10, int32(-2147483648)),
    errorCode: since(13, int16(0)),
  },
);

export type MetadataRequest = Infer<typeof metadataRequest>;
export type MetadataResponse = Input<typeof metadataResponse>;
