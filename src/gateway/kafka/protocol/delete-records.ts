/** DeleteRecords (key 21): moves the start of partitions forward. */
import { array, int16, int32, int64, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const deleteRecordsRequest = message(
  { apiKey: 21, versions: [0, 2], flexible: 2 },
  {
    topics: array({ name: string(), partitions: array({ partitionIndex: int32(), offset: int64() }) }),
    timeoutMs: int32(),
  },
);

export const deleteRecordsResponse = message(
  { apiKey: 21, versions: [0, 2], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    topics: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16(0) }),
    }),
  },
);

export type DeleteRecordsRequest = Infer<typeof deleteRecordsRequest>;
export type DeleteRecordsResponse = Input<typeof deleteRecordsResponse>;
