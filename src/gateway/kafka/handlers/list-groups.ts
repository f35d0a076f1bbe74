/** ListGroups: filtered by state since version 4 and by type since version 5. Unknown states and types match nothing. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { ListGroupsRequest, ListGroupsResponse } from '../protocol/list-groups.ts';
import type { KafkaServices } from '../services.ts';

export function listGroupsHandler({ groups }: KafkaServices): AnyHandler {
  return handler(
    apis.listGroups,
    ({ statesFilter, typesFilter }: ListGroupsRequest): ListGroupsResponse => ({
      groups: groups.listGroups(statesFilter, typesFilter).map(({ groupId, protocolType, state, type }) => ({
        groupId,
        protocolType,
        groupState: state,
        groupType: type,
      })),
    }),
  );
}
