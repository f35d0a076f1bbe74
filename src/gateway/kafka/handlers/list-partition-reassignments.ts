/** ListPartitionReassignments: there is one node, so no partition is ever on its way to another. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { ListPartitionReassignmentsResponse } from '../protocol/list-partition-reassignments.ts';
import type { KafkaServices } from '../services.ts';

export function listPartitionReassignmentsHandler(_services: KafkaServices): AnyHandler {
  return handler(apis.listPartitionReassignments, (): ListPartitionReassignmentsResponse => ({ topics: [] }));
}
