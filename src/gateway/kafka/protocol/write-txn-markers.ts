/** WriteTxnMarkers (key 27): control batches that end transactions in partitions. */
import { array, bool, int8, int16, int32, int64, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const writeTxnMarkersRequest = message(
  { apiKey: 27, versions: [1, 2], flexible: 1 },
  {
    markers: array({
      producerId: int64(),
      producerEpoch: int16(),
      transactionResult: bool(),
      topics: array({ name: string(), partitionIndexes: array(int32()) }),
      coordinatorEpoch: int32(),
      transactionVersion: since(2, int8(0)),
    }),
  },
);

export const writeTxnMarkersResponse = message(
  { apiKey: 27, versions: [1, 2], flexible: 1 },
  {
    markers: array({
      producerId: int64(),
      topics: array({
        name: string(),
        partitions: array({ partitionIndex: int32(), errorCode: int16(0) }),
      }),
    }),
  },
);

export type WriteTxnMarkersRequest = Infer<typeof writeTxnMarkersRequest>;
export type WriteTxnMarkersResponse = Input<typeof writeTxnMarkersResponse>;
