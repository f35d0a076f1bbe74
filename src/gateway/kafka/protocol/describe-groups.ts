/** DescribeGroups (key 15): state and members of classic groups. */
import { array, bool, bytes, int16, int32, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeGroupsRequest = message(
  { apiKey: 15, versions: [0, 6], flexible: 5 },
  {
    groups: array(string()),
    includeAuthorizedOperations: since(3, bool()),
  },
);

export const describeGroupsResponse = message(
  { apiKey: 15, versions: [0, 6], flexible: 5 },
  {
    throttleTimeMs: since(1, int32(0)),
    groups: array({
      errorCode: int16(0),
      errorMessage: since(6, nullable(string())),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: since(4, nullable(string())),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: since(3, int32(-2147483648)),
    }),
  },
);

export type DescribeGroupsRequest = Infer<typeof describeGroupsRequest>;
export type DescribeGroupsResponse = Input<typeof describeGroupsResponse>;
