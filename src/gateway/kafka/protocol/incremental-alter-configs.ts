/** IncrementalAlterConfigs (key 44): sets, deletes, appends to or subtracts from single configuration values. */
import { array, bool, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const incrementalAlterConfigsRequest = message(
  { apiKey: 44, versions: [0, 1], flexible: 1 },
  {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configs: array({ name: string(), configOperation: int8(), value: nullable(string()) }),
    }),
    validateOnly: bool(),
  },
);

export const incrementalAlterConfigsResponse = message(
  { apiKey: 44, versions: [0, 1], flexible: 1 },
  {
    throttleTimeMs: int32(0),
    responses: array({
      errorCode: int16(0),
      errorMessage: nullable(string()),
      resourceType: int8(),
      resourceName: string(),
    }),
  },
);

export type IncrementalAlterConfigsRequest = Infer<typeof incrementalAlterConfigsRequest>;
export type IncrementalAlterConfigsResponse = Input<typeof incrementalAlterConfigsResponse>;
