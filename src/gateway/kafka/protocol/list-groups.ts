/** ListGroups (key 16): the groups of this node, filtered by state and type. */
import { array, int16, int32, optional, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const listGroupsRequest = message(
  { apiKey: 16, versions: [0, 5], flexible: 3 },
  {
    statesFilter: since(4, optional(array(string()))),
    typesFilter: since(5, optional(array(string()))),
  },
);

export const listGroupsResponse = message(
  { apiKey: 16, versions: [0, 5], flexible: 3 },
  {
    throttleTimeMs: since(1, int32(0)),
    errorCode: int16(0),
    groups: array({
      groupId: string(),
      protocolType: string(),
      groupState: since(4, string()),
      groupType: since(5, string()),
    }),
  },
);

export type ListGroupsRequest = Infer<typeof listGroupsRequest>;
export type ListGroupsResponse = Input<typeof listGroupsResponse>;
