/** ListTransactions (key 66). */
import { array, int16, int32, int64, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const listTransactionsRequest = message(
  { apiKey: 66, versions: [0, 2], flexible: 0 },
  {
    stateFilters: array(string()),
    producerIdFilters: array(int64()),
    durationFilter: since(1, int64(-1)),
    transactionalIdPattern: since(2, nullable(string())),
  },
);

export const listTransactionsResponse = message(
  { apiKey: 66, versions: [0, 2], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    unknownStateFilters: array(string()),
    transactionStates: array({ transactionalId: string(), producerId: int64(), transactionState: string() }),
  },
);

export type ListTransactionsRequest = Infer<typeof listTransactionsRequest>;
export type ListTransactionsResponse = Input<typeof listTransactionsResponse>;
