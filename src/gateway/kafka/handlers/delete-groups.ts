/** DeleteGroups: one result for each group, however often it is named. */
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DeleteGroupsRequest, DeleteGroupsResponse } from '../protocol/delete-groups.ts';
import type { KafkaServices } from '../services.ts';

export function deleteGroupsHandler({ groups }: KafkaServices): AnyHandler {
  return handler(
    apis.deleteGroups,
    ({ groupsNames }: DeleteGroupsRequest): DeleteGroupsResponse => ({
      results: [...new Set(groupsNames)].map((groupId) => ({
        groupId,
        errorCode: codeOf(groups.deleteGroup(groupId)),
      })),
    }),
  );
}
