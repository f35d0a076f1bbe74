/** OffsetFetch (key 9): committed offsets. From version 8 one request asks for many groups; a null list of topics means all. */
import {
  array,
  between,
  bool,
  int16,
  int32,
  int64,
  nullable,
  nullableSince,
  optional,
  since,
  string,
  uuid,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const offsetFetchRequest = message(
  { apiKey: 9, versions: [1, 10], flexible: 6 },
  {
    groupId: between(1, 7, optional(string())),
    topics: between(1, 7, optional(nullableSince(2, array({ name: string(), partitionIndexes: array(int32()) })))),
    groups: since(
      8,
      optional(
        array({
          groupId: string(),
          memberId: since(9, nullable(string())),
          memberEpoch: since(9, int32(-1)),
          topics: nullable(
            array({
              name: between(8, 9, string()),
              topicId: since(10, uuid()),
              partitionIndexes: array(int32()),
            }),
          ),
        }),
      ),
    ),
    requireStable: since(7, bool(false)),
  },
);

export const offsetFetchResponse = message(
  { apiKey: 9, versions: [1, 10], flexible: 6 },
  {
    throttleTimeMs: since(3, int32(0)),
    topics: between(
      1,
      7,
      optional(
        array({
          name: string(),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: since(5, int32(-1)),
            metadata: nullable(string()),
            errorCode: int16(0),
          }),
        }),
      ),
    ),
    errorCode: between(2, 7, int16(0)),
    groups: since(
      8,
      optional(
        array({
          groupId: string(),
          topics: array({
            name: between(8, 9, string()),
            topicId: since(10, uuid()),
            partitions: array({
              partitionIndex: int32(),
              committedOffset: int64(),
              committedLeaderEpoch: int32(-1),
              metadata: nullable(string()),
              errorCode: int16(0),
            }),
          }),
          errorCode: int16(0),
        }),
      ),
    ),
  },
);

export type OffsetFetchRequest = Infer<typeof offsetFetchRequest>;
export type OffsetFetchResponse = Input<typeof offsetFetchResponse>;
