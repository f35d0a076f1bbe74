/** DescribeTransactions (key 65). */
import { array, int16, int32, int64, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeTransactionsRequest = message(
  { apiKey: 65, versions: [0, 0], flexible: 0 },
  {
    transactionalIds: array(string()),
  },
);

export const describeTransactionsResponse = message(
  { apiKey: 65, versions: [0, 0], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    transactionStates: array({
      errorCode: int16(0),
      transactionalId: string(),
      transactionState: string(),
      transactionTimeoutMs: int32(),
      transactionStartTimeMs: int64(),
      producerId: int64(),
      producerEpoch: int16(),
      topics: array({ topic: string(), partitions: array(int32()) }),
    }),
  },
);

export type DescribeTransactionsRequest = Infer<typeof describeTransactionsRequest>;
export type DescribeTransactionsResponse = Input<typeof describeTransactionsResponse>;
