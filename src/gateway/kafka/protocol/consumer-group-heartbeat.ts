/** ConsumerGroupHeartbeat (key 68): the one request of the consumer group protocol (KIP-848). */
import { array, int16, int32, nullable, since, string, struct, uuid } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const consumerGroupHeartbeatRequest = message(
  { apiKey: 68, versions: [0, 1], flexible: 0 },
  {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: nullable(string()),
    rackId: nullable(string()),
    rebalanceTimeoutMs: int32(-1),
    subscribedTopicNames: nullable(array(string())),
    subscribedTopicRegex: since(1, nullable(string())),
    serverAssignor: nullable(string()),
    topicPartitions: nullable(array({ topicId: uuid(), partitions: array(int32()) })),
  },
);

const topicPartitions = struct({ topicId: uuid(), partitions: array(int32()) });

export const consumerGroupHeartbeatResponse = message(
  { apiKey: 68, versions: [0, 1], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    memberId: nullable(string()),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: nullable(struct({ topicPartitions: array(topicPartitions) })),
  },
);

export type ConsumerGroupHeartbeatRequest = Infer<typeof consumerGroupHeartbeatRequest>;
export type ConsumerGroupHeartbeatResponse = Input<typeof consumerGroupHeartbeatResponse>;
