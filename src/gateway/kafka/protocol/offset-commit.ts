/** OffsetCommit (key 8): a group's offsets to remember. Version 10 names topics by id. */
import { array, between, int16, int32, int64, nullable, since, string, uuid } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const offsetCommitRequest = message(
  { apiKey: 8, versions: [2, 10], flexible: 8 },
  {
    groupId: string(),
    generationIdOrMemberEpoch: int32(-1),
    memberId: string(),
    groupInstanceId: since(7, nullable(string())),
    retentionTimeMs: between(2, 4, int64(-1)),
    topics: array({
      name: between(2, 9, string()),
      topicId: since(10, uuid()),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: since(6, int32(-1)),
        committedMetadata: nullable(string()),
      }),
    }),
  },
);

export const offsetCommitResponse = message(
  { apiKey: 8, versions: [2, 10], flexible: 8 },
  {
    throttleTimeMs: since(3, int32(0)),
    topics: array({
      name: between(2, 9, string()),
      topicId: since(10, uuid()),
      partitions: array({ partitionIndex: int32(), errorCode: int16(0) }),
    }),
  },
);

export type OffsetCommitRequest = Infer<typeof offsetCommitRequest>;
export type OffsetCommitResponse = Input<typeof offsetCommitResponse>;
