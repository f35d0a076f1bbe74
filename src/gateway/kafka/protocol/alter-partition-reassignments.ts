/** AlterPartitionReassignments (key 45). */
import { array, bool, int16, int32, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const alterPartitionReassignmentsRequest = message(
  { apiKey: 45, versions: [0, 1], flexible: 0 },
  {
    timeoutMs: int32(60000),
    allowReplicationFactorChange: since(1, bool(true)),
    topics: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), replicas: nullable(array(int32())) }),
    }),
  },
);

export const alterPartitionReassignmentsResponse = message(
  { apiKey: 45, versions: [0, 1], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    allowReplicationFactorChange: since(1, bool(true)),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    responses: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), errorCode: int16(0), errorMessage: nullable(string()) }),
    }),
  },
);

export type AlterPartitionReassignmentsRequest = Infer<typeof alterPartitionReassignmentsRequest>;
export type AlterPartitionReassignmentsResponse = Input<typeof alterPartitionReassignmentsResponse>;
