/** DeleteGroups (key 42). */
import { array, int16, int32, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const deleteGroupsRequest = message(
  { apiKey: 42, versions: [0, 2], flexible: 2 },
  {
    groupsNames: array(string()),
  },
);

export const deleteGroupsResponse = message(
  { apiKey: 42, versions: [0, 2], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    results: array({ groupId: string(), errorCode: int16(0) }),
  },
);

export type DeleteGroupsRequest = Infer<typeof deleteGroupsRequest>;
export type DeleteGroupsResponse = Input<typeof deleteGroupsResponse>;
