/** ListConfigResources (key 74). */
import { array, int8, int16, int32, optional, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const listConfigResourcesRequest = message(
  { apiKey: 74, versions: [0, 1], flexible: 0 },
  {
    resourceTypes: since(1, optional(array(int8()))),
  },
);

export const listConfigResourcesResponse = message(
  { apiKey: 74, versions: [0, 1], flexible: 0 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    configResources: array({ resourceName: string(), resourceType: since(1, int8(16)) }),
  },
);

export type ListConfigResourcesRequest = Infer<typeof listConfigResourcesRequest>;
export type ListConfigResourcesResponse = Input<typeof listConfigResourcesResponse>;
