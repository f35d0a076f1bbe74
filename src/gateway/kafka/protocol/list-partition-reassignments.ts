/** ListPartitionReassignments (key 46). */
import { array, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Input, message } from '../../../base/schema/message.ts';

export const listPartitionReassignmentsRequest = message(
  { apiKey: 46, versions: [0, 0], flexible: 0 },
  {
    timeoutMs: int32(60000),
    topics: nullable(array({ name: string(), partitionIndexes: array(int32()) })),
  },
);

export const listPartitionReassignmentsResponse = message(
  { apiKey: 46, versions: [0, 0], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32()),
        addingReplicas: array(int32()),
        removingReplicas: array(int32()),
      }),
    }),
  },
);

export type ListPartitionReassignmentsResponse = Input<typeof listPartitionReassignmentsResponse>;
