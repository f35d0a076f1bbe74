/** DescribeConfigs (key 32): a null list of names means all of them. */
import { array, bool, int8, int16, int32, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeConfigsRequest = message(
  { apiKey: 32, versions: [1, 4], flexible: 4 },
  {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: nullable(array(string())),
    }),
    includeSynonyms: bool(false),
    includeDocumentation: since(3, bool(false)),
  },
);

export const describeConfigsResponse = message(
  { apiKey: 32, versions: [1, 4], flexible: 4 },
  {
    throttleTimeMs: int32(0),
    results: array({
      errorCode: int16(0),
      errorMessage: nullable(string()),
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: nullable(string()),
        readOnly: bool(),
        configSource: int8(-1),
        isSensitive: bool(),
        synonyms: array({ name: string(), value: nullable(string()), source: int8() }),
        configType: since(3, int8(0)),
        documentation: since(3, nullable(string())),
      }),
    }),
  },
);

export type DescribeConfigsRequest = Infer<typeof describeConfigsRequest>;
export type DescribeConfigsResponse = Input<typeof describeConfigsResponse>;
