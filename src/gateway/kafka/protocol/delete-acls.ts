/** DeleteAcls (key 31). */
import { array, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const deleteAclsRequest = message(
  { apiKey: 31, versions: [1, 3], flexible: 2 },
  {
    filters: array({
      resourceTypeFilter: int8(),
      resourceNameFilter: nullable(string()),
      patternTypeFilter: int8(3),
      principalFilter: nullable(string()),
      hostFilter: nullable(string()),
      operation: int8(),
      permissionType: int8(),
    }),
  },
);

export const deleteAclsResponse = message(
  { apiKey: 31, versions: [1, 3], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    filterResults: array({
      errorCode: int16(0),
      errorMessage: nullable(string()),
      matchingAcls: array({
        errorCode: int16(0),
        errorMessage: nullable(string()),
        resourceType: int8(),
        resourceName: string(),
        patternType: int8(3),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    }),
  },
);

export type DeleteAclsRequest = Infer<typeof deleteAclsRequest>;
export type DeleteAclsResponse = Input<typeof deleteAclsResponse>;
