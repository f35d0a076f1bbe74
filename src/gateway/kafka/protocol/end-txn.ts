/** EndTxn (key 26): commits or aborts. From version 5 the response carries the bumped producer epoch (KIP-890). */
import { bool, int16, int32, int64, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const endTxnRequest = message(
  { apiKey: 26, versions: [0, 5], flexible: 3 },
  {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  },
);

export const endTxnResponse = message(
  { apiKey: 26, versions: [0, 5], flexible: 3 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    producerId: since(5, int64(-1)),
    producerEpoch: since(5, int16(-1)),
  },
);

export type EndTxnRequest = Infer<typeof endTxnRequest>;
export type EndTxnResponse = Input<typeof endTxnResponse>;
