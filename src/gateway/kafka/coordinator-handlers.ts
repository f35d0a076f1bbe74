/** The handlers of everything that goes to a coordinator: groups with their offsets, and transactions. */
import type { AnyHandler } from './handler.ts';
import { addOffsetsToTxnHandler } from './handlers/add-offsets-to-txn.ts';
import { addPartitionsToTxnHandler } from './handlers/add-partitions-to-txn.ts';
import { deleteGroupsHandler } from './handlers/delete-groups.ts';
import { describeGroupsHandler } from './handlers/describe-groups.ts';
import { describeTransactionsHandler } from './handlers/describe-transactions.ts';
import { endTxnHandler } from './handlers/end-txn.ts';
import { heartbeatHandler } from './handlers/heartbeat.ts';
import { initProducerIdHandler } from './handlers/init-producer-id.ts';
import { joinGroupHandler } from './handlers/join-group.ts';
import { leaveGroupHandler } from './handlers/leave-group.ts';
import { listGroupsHandler } from './handlers/list-groups.ts';
import { listTransactionsHandler } from './handlers/list-transactions.ts';
import { offsetCommitHandler } from './handlers/offset-commit.ts';
import { offsetDeleteHandler } from './handlers/offset-delete.ts';
import { offsetFetchHandler } from './handlers/offset-fetch.ts';
import { syncGroupHandler } from './handlers/sync-group.ts';
import { txnOffsetCommitHandler } from './handlers/txn-offset-commit.ts';
import { writeTxnMarkersHandler } from './handlers/write-txn-markers.ts';
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
    initProducerIdHandler(services),
    addPartitionsToTxnHandler(services),
    addOffsetsToTxnHandler(services),
    endTxnHandler(services),
    txnOffsetCommitHandler(services),
    describeTransactionsHandler(services),
    listTransactionsHandler(services),
    writeTxnMarkersHandler(services),
  ];
}
