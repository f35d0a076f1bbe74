/** OffsetDelete (key 47): forgets committed offsets. Never flexible. */
import { array, int16, int32, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const offsetDeleteRequest = message(
  { apiKey: 47, versions: [0, 0] },
  {
    groupId: string(),
    topics: array({ name: string(), partitions: array({ partitionIndex: int32() }) }),
  },
);

export const offsetDeleteResponse = message(
  { apiKey: 47, versions: [0, 0] },
  {
    errorCode: int16(0),
    throttleTimeMs: int32(0),
    topics: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), errorCode: int16(0) }),
    }),
  },
);

export type OffsetDeleteRequest = Infer<typeof offsetDeleteRequest>;
export type OffsetDeleteResponse = Input<typeof offsetDeleteResponse>;
