/** OffsetForLeaderEpoch (key 23): where a leader epoch ended. */
import { array, int16, int32, int64, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const offsetForLeaderEpochRequest = message(
  { apiKey: 23, versions: [2, 4], flexible: 4 },
  {
    replicaId: since(3, int32(-2)),
    topics: array({
      topic: string(),
      partitions: array({ partition: int32(), currentLeaderEpoch: int32(-1), leaderEpoch: int32() }),
    }),
  },
);

export const offsetForLeaderEpochResponse = message(
  { apiKey: 23, versions: [2, 4], flexible: 4 },
  {
    throttleTimeMs: int32(0),
    topics: array({
      topic: string(),
      partitions: array({
        errorCode: int16(0),
        partition: int32(),
        leaderEpoch: int32(-1),
        endOffset: int64(-1),
      }),
    }),
  },
);

export type OffsetForLeaderEpochRequest = Infer<typeof offsetForLeaderEpochRequest>;
export type OffsetForLeaderEpochResponse = Input<typeof offsetForLeaderEpochResponse>;
