/** InitProducerId (key 22): a producer id and epoch, fencing earlier users of the same transactional id. */
import { int16, int32, int64, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const initProducerIdRequest = message(
  { apiKey: 22, versions: [0, 5], flexible: 2 },
  {
    transactionalId: nullable(string()),
    transactionTimeoutMs: int32(),
    producerId: since(3, int64(-1)),
    producerEpoch: since(3, int16(-1)),
  },
);

export const initProducerIdResponse = message(
  { apiKey: 22, versions: [0, 5], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    producerId: int64(-1),
    producerEpoch: int16(),
  },
);

export type InitProducerIdRequest = Infer<typeof initProducerIdRequest>;
export type InitProducerIdResponse = Input<typeof initProducerIdResponse>;
