/** AlterPartitionReassignments: to this node, where the partition is already, or refused as Kafka refuses unknown nodes. */
import { checkAddedAssignment } from '../../../catalog/replicas.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import type {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from '../protocol/alter-partition-reassignments.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';

type PartitionAnswer = AlterPartitionReassignmentsResponse['responses'][number]['partitions'][number];
type Wanted = AlterPartitionReassignmentsRequest['topics'][number]['partitions'][number];

export function alterPartitionReassignmentsHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.alterPartitionReassignments,
    (request: AlterPartitionReassignmentsRequest): AlterPartitionReassignmentsResponse => ({
      allowReplicationFactorChange: request.allowReplicationFactorChange,
      responses: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((wanted) => answer(services, name, wanted)),
      })),
    }),
  );
}

function answer({ catalog, nodeId }: KafkaServices, name: string, wanted: Wanted): PartitionAnswer {
  const { partitionIndex, replicas } = wanted;
  const topic = catalog.topic(name);
  if (topic?.partitions[partitionIndex] === undefined) {
    const what = topic === undefined ? `a topic named ${name}` : `partition ${name}:${partitionIndex}`;
    const errorMessage = `Unable to find ${what}.`;
    return { partitionIndex, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage };
  }
  // Null cancels a reassignment; there never is one.
  if (replicas === null)
    return { partitionIndex, errorCode: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, errorMessage: null };
  try {
    checkAddedAssignment([replicas], 1, nodeId);
    return { partitionIndex, errorCode: ErrorCode.NONE, errorMessage: null };
  } catch (error) {
    return { partitionIndex, ...failureOf(error) };
  }
}
