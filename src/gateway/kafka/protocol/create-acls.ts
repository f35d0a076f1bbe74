/** CreateAcls (key 30). */
import { array, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const createAclsRequest = message(
  { apiKey: 30, versions: [1, 3], flexible: 2 },
  {
    creations: array({
      resourceType: int8(),
      resourceName: string(),
      resourcePatternType: int8(3),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  },
);

export const createAclsResponse = message(
  { apiKey: 30, versions: [1, 3], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    results: array({ errorCode: int16(0), errorMessage: nullable(string()) }),
  },
);

export type CreateAclsRequest = Infer<typeof createAclsRequest>;
export type CreateAclsResponse = Input<typeof createAclsResponse>;
