/** ListOffsets (key 2): offsets by timestamp; negative timestamps ask for special offsets (-1 latest, -2 earliest, …). */
import { array, int8, int16, int32, int64, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const listOffsetsRequest = message(
  { apiKey: 2, versions: [1, 11], flexible: 6 },
  {
    replicaId: int32(),
    isolationLevel: since(2, int8()),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: since(4, int32(-1)),
        timestamp: int64(),
      }),
    }),
    timeoutMs: since(10, int32()),
  },
);

export const listOffsetsResponse = message(
  { apiKey: 2, versions: [1, 11], flexible: 6 },
  {
    throttleTimeMs: since(2, int32(0)),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(0),
        timestamp: int64(-1),
        offset: int64(-1),
        leaderEpoch: since(4, int32(-1)),
      }),
    }),
  },
);

export type ListOffsetsRequest = Infer<typeof listOffsetsRequest>;
export type ListOffsetsResponse = Input<typeof listOffsetsResponse>;
