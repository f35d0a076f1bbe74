/** DescribeTopicPartitions (key 75): topics page by page; a cursor says where the next page starts. */
import { array, bool, int16, int32, nullable, optional, string, struct, uuid } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeTopicPartitionsRequest = message(
  { apiKey: 75, versions: [0, 0], flexible: 0 },
  {
    topics: array({ name: string() }),
    responsePartitionLimit: int32(2000),
    cursor: nullable(struct({ topicName: string(), partitionIndex: int32() })),
  },
);

export const describeTopicPartitionsResponse = message(
  { apiKey: 75, versions: [0, 0], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    topics: array({
      errorCode: int16(0),
      name: nullable(string()),
      topicId: uuid(),
      isInternal: bool(false),
      partitions: array({
        errorCode: int16(0),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32(-1),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        eligibleLeaderReplicas: nullable(array(int32())),
        lastKnownElr: nullable(array(int32())),
        offlineReplicas: optional(array(int32())),
      }),
      topicAuthorizedOperations: int32(-2147483648),
    }),
    nextCursor: nullable(struct({ topicName: string(), partitionIndex: int32() })),
  },
);

export type DescribeTopicPartitionsRequest = Infer<typeof describeTopicPartitionsRequest>;
export type DescribeTopicPartitionsResponse = Input<typeof describeTopicPartitionsResponse>;
