/** AlterConfigs (key 33): replaces the whole configuration of a resource. */
import { array, bool, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const alterConfigsRequest = message(
  { apiKey: 33, versions: [0, 2], flexible: 2 },
  {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configs: array({ name: string(), value: nullable(string()) }),
    }),
    validateOnly: bool(),
  },
);

export const alterConfigsResponse = message(
  { apiKey: 33, versions: [0, 2], flexible: 2 },
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

export type AlterConfigsRequest = Infer<typeof alterConfigsRequest>;
export type AlterConfigsResponse = Input<typeof alterConfigsResponse>;
