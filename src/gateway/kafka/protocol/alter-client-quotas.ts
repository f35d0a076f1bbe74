/** AlterClientQuotas (key 49). */
import { array, bool, float64, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const alterClientQuotasRequest = message(
  { apiKey: 49, versions: [0, 1], flexible: 1 },
  {
    entries: array({
      entity: array({ entityType: string(), entityName: nullable(string()) }),
      ops: array({ key: string(), value: float64(), remove: bool() }),
    }),
    validateOnly: bool(),
  },
);

export const alterClientQuotasResponse = message(
  { apiKey: 49, versions: [0, 1], flexible: 1 },
  {
    throttleTimeMs: int32(0),
    entries: array({
      errorCode: int16(0),
      errorMessage: nullable(string()),
      entity: array({ entityType: string(), entityName: nullable(string()) }),
    }),
  },
);

export type AlterClientQuotasRequest = Infer<typeof alterClientQuotasRequest>;
export type AlterClientQuotasResponse = Input<typeof alterClientQuotasResponse>;
