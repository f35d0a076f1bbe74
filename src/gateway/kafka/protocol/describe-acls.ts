/** DescribeAcls (key 29). */
import { array, int8, int16, int32, nullable, string } from '../../../base/schema/field.ts';
import { type Input, message } from '../../../base/schema/message.ts';

export const describeAclsRequest = message(
  { apiKey: 29, versions: [1, 3], flexible: 2 },
  {
    resourceTypeFilter: int8(),
    resourceNameFilter: nullable(string()),
    patternTypeFilter: int8(3),
    principalFilter: nullable(string()),
    hostFilter: nullable(string()),
    operation: int8(),
    permissionType: int8(),
  },
);

export const describeAclsResponse = message(
  { apiKey: 29, versions: [1, 3], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    errorCode: int16(0),
    errorMessage: nullable(string()),
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      patternType: int8(3),
      acls: array({ principal: string(), host: string(), operation: int8(), permissionType: int8() }),
    }),
  },
);

export type DescribeAclsResponse = Input<typeof describeAclsResponse>;
