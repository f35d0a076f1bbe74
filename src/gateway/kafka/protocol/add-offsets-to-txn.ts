/** AddOffsetsToTxn (key 25): the group whose offsets a transaction will commit. */
import { int16, int32, int64, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const addOffsetsToTxnRequest = message(
  { apiKey: 25, versions: [0, 4], flexible: 3 },
  {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string(),
  },
);

export const addOffsetsToTxnResponse = message(
  { apiKey: 25, versions: [0, 4], flexible: 3 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
  },
);

export type AddOffsetsToTxnRequest = Infer<typeof addOffsetsToTxnRequest>;
export type AddOffsetsToTxnResponse = Input<typeof addOffsetsToTxnResponse>;
