/** DescribeCluster (key 60): brokers and controller, for admin clients. */
import { array, bool, int8, int16, int32, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeClusterRequest = message(
  { apiKey: 60, versions: [0, 2], flexible: 0 },
  {
    includeClusterAuthorizedOperations: bool(),
    endpointType: since(1, int8(1)),
    includeFencedBrokers: since(2, bool()),
  },
);

export const describeClusterResponse = message(
  { apiKey: 60, versions: [0, 2], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    endpointType: since(1, int8(1)),
    clusterId: string(),
    controllerId: int32(-1),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: nullable(string()),
      isFenced: since(2, bool()),
    }),
    clusterAuthorizedOperations: int32(-2147483648),
  },
);

export type DescribeClusterRequest = Infer<typeof describeClusterRequest>;
export type DescribeClusterResponse = Input<typeof describeClusterResponse>;
