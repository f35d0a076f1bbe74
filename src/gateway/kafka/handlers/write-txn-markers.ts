/**
 * WriteTxnMarkers: ends a producer's transaction in single partitions, behind the coordinator's back. Here no coordinator
 * sends it; it is what an administrator's tool uses on a transaction that hangs.
 */
import type { Partition } from '../../../stream/partition.ts';
import { failureOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from '../protocol/write-txn-markers.ts';
import type { KafkaServices } from '../services.ts';
import { partitionByName } from './topics.ts';

type Marker = WriteTxnMarkersRequest['markers'][number];

const FIRST_TRANSACTION_VERSION_THAT_BUMPS = 2;

export function writeTxnMarkersHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.writeTxnMarkers,
    ({ markers }: WriteTxnMarkersRequest): WriteTxnMarkersResponse => ({
      markers: markers.map((marker) => ({
        producerId: marker.producerId,
        topics: marker.topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            errorCode: write(partitionByName(services, name, partitionIndex), marker),
          })),
        })),
      })),
    }),
  );
}

function write(partition: Partition | ErrorCode, marker: Marker): ErrorCode {
  if (typeof partition === 'number') return partition;
  const { producerId, producerEpoch, transactionResult, coordinatorEpoch, transactionVersion } = marker;
  if (producerId < 0 || producerEpoch < 0) return ErrorCode.INVALID_REQUEST;
  try {
    const isV2 = transactionVersion >= FIRST_TRANSACTION_VERSION_THAT_BUMPS;
    partition.producers.checkMarker(producerId, producerEpoch, coordinatorEpoch, isV2);
    partition.endTransaction(producerId, producerEpoch, transactionResult, coordinatorEpoch);
    return ErrorCode.NONE;
  } catch (error) {
    return failureOf(error).errorCode;
  }
}
