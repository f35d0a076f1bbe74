/** DescribeProducers (key 61): active idempotent producers by partition. */
import { array, int16, int32, int64, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeProducersRequest = message(
  { apiKey: 61, versions: [0, 0], flexible: 0 },
  {
    topics: array({ name: string(), partitionIndexes: array(int32()) }),
  },
);

export const describeProducersResponse = message(
  { apiKey: 61, versions: [0, 0], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(0),
        errorMessage: nullable(string()),
        activeProducers: array({
          producerId: int64(),
          producerEpoch: int32(),
          lastSequence: int32(-1),
          lastTimestamp: int64(-1),
          coordinatorEpoch: int32(),
          currentTxnStartOffset: int64(-1),
        }),
      }),
    }),
  },
);

export type DescribeProducersRequest = Infer<typeof describeProducersRequest>;
export type DescribeProducersResponse = Input<typeof describeProducersResponse>;
