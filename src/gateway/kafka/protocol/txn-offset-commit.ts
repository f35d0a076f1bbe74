/** TxnOffsetCommit (key 28): a group's offsets, committed with the transaction. */
import { array, int16, int32, int64, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const txnOffsetCommitRequest = message(
  { apiKey: 28, versions: [0, 5], flexible: 3 },
  {
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: since(3, int32(-1)),
    memberId: since(3, string('')),
    groupInstanceId: since(3, nullable(string())),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: since(2, int32(-1)),
        committedMetadata: nullable(string()),
      }),
    }),
  },
);

export const txnOffsetCommitResponse = message(
  { apiKey: 28, versions: [0, 5], flexible: 3 },
  {
    throttleTimeMs: int32(0),
    topics: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), errorCode: int16(0) }),
    }),
  },
);

export type TxnOffsetCommitRequest = Infer<typeof txnOffsetCommitRequest>;
export type TxnOffsetCommitResponse = Input<typeof txnOffsetCommitResponse>;
