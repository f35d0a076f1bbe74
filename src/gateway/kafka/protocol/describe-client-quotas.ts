/** DescribeClientQuotas (key 48). */
import { array, bool, float64, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeClientQuotasRequest = message(
  { apiKey: 48, versions: [0, 1], flexible: 1 },
  {
    components: array({ entityType: string(), matchType: int8(), match: nullable(string()) }),
    strict: bool(),
  },
);

export const describeClientQuotasResponse = message(
  { apiKey: 48, versions: [0, 1], flexible: 1 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    entries: nullable(
      array({
        entity: array({ entityType: string(), entityName: nullable(string()) }),
        values: array({ key: string(), value: float64() }),
      }),
    ),
  },
);

export type DescribeClientQuotasRequest = Infer<typeof describeClientQuotasRequest>;
export type DescribeClientQuotasResponse = Input<typeof describeClientQuotasResponse>;
