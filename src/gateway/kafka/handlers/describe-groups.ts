/** DescribeGroups. A group that isn't there is in the state Dead; since version 6 that is an error, too (KIP-1043). */
import type { DescribedGroup } from '../../../coordinator/group/requests.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeGroupsRequest, DescribeGroupsResponse } from '../protocol/describe-groups.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { groupOperations } from './authorized-operations.ts';

type GroupAnswer = DescribeGroupsResponse['groups'][number];

const FIRST_VERSION_WITH_GROUP_NOT_FOUND = 6;

export function describeGroupsHandler({ groups }: KafkaServices): AnyHandler {
  return handler(apis.describeGroups, (request: DescribeGroupsRequest, { apiVersion }): DescribeGroupsResponse => {
    const tellsNotFound = apiVersion >= FIRST_VERSION_WITH_GROUP_NOT_FOUND;
    const authorizedOperations = groupOperations(request.includeAuthorizedOperations);
    return {
      groups: request.groups.map((groupId): GroupAnswer => {
        const described = groups.describeGroup(groupId);
        if (described.error !== undefined && tellsNotFound) {
          const errorMessage = `There is no group '${groupId}'.`;
          return { errorCode: ErrorCode.GROUP_ID_NOT_FOUND, errorMessage, ...groupAnswer(described) };
        }
        return { ...groupAnswer(described), authorizedOperations };
      }),
    };
  });
}

function groupAnswer(group: DescribedGroup) {
  return {
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: group.protocol,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      // Kafka's way of writing an address without a host name.
      clientHost: `/${member.clientHost}`,
      memberMetadata: member.metadata,
      memberAssignment: member.assignment,
    })),
  };
}
