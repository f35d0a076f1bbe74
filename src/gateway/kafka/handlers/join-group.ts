/** JoinGroup: waits until the group's join phase ends, however long that takes. */
import type { JoinGroupResult } from '../../../coordinator/group/requests.ts';
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { JoinGroupRequest, JoinGroupResponse } from '../protocol/join-group.ts';
import type { KafkaServices } from '../services.ts';

/** KIP-394 */
const FIRST_VERSION_THAT_REQUIRES_MEMBER_ID = 4;
/** KIP-814 */
const FIRST_VERSION_THAT_SKIPS_ASSIGNMENT = 9;
/** What Kafka's clients cut it to; ours to log, so not longer for others either. */
const REASON_LENGTH_MAX = 255;

export function joinGroupHandler({ groups }: KafkaServices): AnyHandler {
  return handler(
    apis.joinGroup,
    async (request: JoinGroupRequest, { apiVersion, clientId, clientHost }): Promise<JoinGroupResponse> =>
      respond(
        await groups.joinGroup({
          groupId: request.groupId,
          memberId: request.memberId,
          groupInstanceId: request.groupInstanceId,
          clientId: clientId ?? '',
          clientHost,
          sessionTimeoutMs: request.sessionTimeoutMs,
          rebalanceTimeoutMs: request.rebalanceTimeoutMs,
          protocolType: request.protocolType,
          // Members outlive the request, whose memory these are slices of.
          protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
          requireKnownMemberId: apiVersion >= FIRST_VERSION_THAT_REQUIRES_MEMBER_ID,
          supportsSkippingAssignment: apiVersion >= FIRST_VERSION_THAT_SKIPS_ASSIGNMENT,
          reason: shortReason(request.reason),
        }),
      ),
  );
}

function respond(result: JoinGroupResult): JoinGroupResponse {
  return {
    errorCode: codeOf(result.error),
    generationId: result.generation,
    protocolType: result.protocolType,
    // No protocol is null from version 7 on and '' before, where the schema turns the one into the other.
    protocolName: result.protocol === '' ? null : result.protocol,
    leader: result.leader,
    skipAssignment: result.skipAssignment,
    memberId: result.memberId,
    members: result.members,
  };
}

export function shortReason(reason: string | null): string | null {
  return reason?.slice(0, REASON_LENGTH_MAX) ?? null;
}
