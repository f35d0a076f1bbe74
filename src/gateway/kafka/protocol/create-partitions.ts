/** CreatePartitions (key 37): grows topics. */
import { array, bool, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const createPartitionsRequest = message(
  { apiKey: 37, versions: [0, 3], flexible: 2 },
  {
    topics: array({
      name: string(),
      count: int32(),
      assignments: nullable(array({ brokerIds: array(int32()) })),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
);

export const createPartitionsResponse = message(
  { apiKey: 37, versions: [0, 3], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    results: array({ name: string(), errorCode: int16(0), errorMessage: nullable(string()) }),
  },
);

export type CreatePartitionsRequest = Infer<typeof createPartitionsRequest>;
export type CreatePartitionsResponse = Input<typeof createPartitionsResponse>;
