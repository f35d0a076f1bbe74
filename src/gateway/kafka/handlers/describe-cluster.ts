/** DescribeCluster: one broker, which is the controller too as far as clients can tell. It has no controller endpoint. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeClusterRequest, DescribeClusterResponse } from '../protocol/describe-cluster.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { clusterOperations } from './authorized-operations.ts';

const BROKERS = 1;
const CONTROLLERS = 2;

export function describeClusterHandler({ catalog, nodeId, advertised }: KafkaServices): AnyHandler {
  return handler(apis.describeCluster, (request: DescribeClusterRequest): DescribeClusterResponse => {
    const { endpointType } = request;
    if (endpointType === CONTROLLERS) {
      const errorMessage =
        'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER';
      return { ...NOTHING, errorCode: ErrorCode.MISMATCHED_ENDPOINT_TYPE, errorMessage };
    }
    if (endpointType !== BROKERS) {
      const errorMessage = `Unsupported endpoint type ${endpointType}`;
      return { ...NOTHING, errorCode: ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, errorMessage };
    }
    const { host, port } = advertised;
    return {
      clusterId: catalog.clusterId ?? '',
      controllerId: nodeId,
      brokers: [{ brokerId: nodeId, host, port, isFenced: false }],
      clusterAuthorizedOperations: clusterOperations(request.includeClusterAuthorizedOperations),
    };
  });
}

const NOTHING = { clusterId: '', brokers: [] };
