/**
 * FindCoordinator: this node coordinates every group and every transaction. As in Kafka, the topic of committed offsets
 * appears when a group is first asked for.
 */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { FindCoordinatorRequest, FindCoordinatorResponse } from '../protocol/find-coordinator.ts';
import type { KafkaServices } from '../services.ts';

const GROUP = 0;
const TRANSACTION = 1;
const FIRST_BATCHED_VERSION = 4;

export function findCoordinatorHandler({ nodeId, advertised, catalog }: KafkaServices): AnyHandler {
  return handler(apis.findCoordinator, (request: FindCoordinatorRequest, { apiVersion }): FindCoordinatorResponse => {
    const { host, port } = advertised;
    if (request.keyType === GROUP) catalog.createOffsetsTopic();
    const isKnownType = request.keyType === GROUP || request.keyType === TRANSACTION;
    const place = isKnownType
      ? { errorCode: ErrorCode.NONE, errorMessage: null, nodeId, host, port }
      : { ...NOWHERE, errorMessage: `No coordinator for keys of type ${request.keyType}.` };
    if (apiVersion < FIRST_BATCHED_VERSION) return place;
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...place })) };
  });
}

const NOWHERE = { errorCode: ErrorCode.INVALID_REQUEST, nodeId: -1, host: '', port: -1 };
