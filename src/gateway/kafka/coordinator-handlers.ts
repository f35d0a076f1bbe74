/** The handlers of everything that goes to a coordinator: groups with their offsets, and transactions. */
import type { AnyHandler } from './handler.ts';
import { deleteGroupsHandler } from './handlers/delete-groups.ts';
import { describeGroupsHandler } from './handlers/describe-groups.ts';
import { heartbeatHandler } from './handlers/heartbeat.ts';
import { joinGroupHandler } from './handlers/join-group.ts';
import { leaveGroupHandler } from './handlers/leave-group.ts';
import { listGroupsHandler } from './handlers/list-groups.ts';
import { offsetCommitHandler } from './handlers/offset-commit.ts';
import { offsetDeleteHandler } from './handlers/offset-delete.ts';
import { offsetFetchHandler } from './handlers/offset-fetch.ts';
import { syncGroupHandler } from './handlers/sync-group.ts';
import type { KafkaServices } from './services.ts';

export function coordinatorHandlers(services: KafkaServices): AnyHandler[] {
  return [
    offsetCommitHandler(services),
    offsetFetchHandler(services),
    joinGroupHandler(services),
    heartbeatHandler(services),
    leaveGroupHandler(services),
    syncGroupHandler(services),
    describeGroupsHandler(services),
    listGroupsHandler(services),
    deleteGroupsHandler(services),
    offsetDeleteHandler(services),
  ];
}
