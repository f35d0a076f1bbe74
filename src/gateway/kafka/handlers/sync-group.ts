/** SyncGroup: waits for the leader's assignment. Since version 5 members must say which protocol they mean (KIP-559). */
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { SyncGroupRequest, SyncGroupResponse } from '../protocol/sync-group.ts';
import type { KafkaServices } from '../services.ts';

const FIRST_VERSION_WITH_PROTOCOL = 5;

export function syncGroupHandler({ groups }: KafkaServices): AnyHandler {
  return handler(apis.syncGroup, async (request: SyncGroupRequest, { apiVersion }): Promise<SyncGroupResponse> => {
    const { groupId, memberId, groupInstanceId, generationId, protocolType, protocolName } = request;
    if (apiVersion >= FIRST_VERSION_WITH_PROTOCOL && (protocolType === null || protocolName === null)) {
      return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL, assignment: Buffer.alloc(0) };
    }
    const result = await groups.syncGroup({
      groupId,
      memberId,
      groupInstanceId,
      generation: generationId,
      protocolType,
      protocol: protocolName,
      // The group keeps assignments longer than the request, whose memory these are slices of.
      assignments: request.assignments.map((one) => ({ ...one, assignment: Buffer.from(one.assignment) })),
    });
    return {
      errorCode: codeOf(result.error),
      protocolType: result.protocolType,
      protocolName: result.protocol,
      assignment: result.assignment,
    };
  });
}
