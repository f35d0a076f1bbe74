/** ConsumerGroupDescribe (key 69): state and members of consumer groups (KIP-848). */
import { array, bool, int8, int16, int32, nullable, since, string, struct, uuid } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const consumerGroupDescribeRequest = message(
  { apiKey: 69, versions: [0, 1], flexible: 0 },
  {
    groupIds: array(string()),
    includeAuthorizedOperations: bool(),
  },
);

const topicPartitions = struct({ topicId: uuid(), topicName: string(), partitions: array(int32()) });

const assignment = struct({ topicPartitions: array(topicPartitions) });

export const consumerGroupDescribeResponse = message(
  { apiKey: 69, versions: [0, 1], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    groups: array({
      errorCode: int16(0),
      errorMessage: nullable(string()),
      groupId: string(),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      assignorName: string(),
      members: array({
        memberId: string(),
        instanceId: nullable(string()),
        rackId: nullable(string()),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: array(string()),
        subscribedTopicRegex: nullable(string()),
        assignment: assignment,
        targetAssignment: assignment,
        memberType: since(1, int8(-1)),
      }),
      authorizedOperations: int32(-2147483648),
    }),
  },
);

export type ConsumerGroupDescribeRequest = Infer<typeof consumerGroupDescribeRequest>;
export type ConsumerGroupDescribeResponse = Input<typeof consumerGroupDescribeResponse>;
