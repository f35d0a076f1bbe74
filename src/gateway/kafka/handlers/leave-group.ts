/** LeaveGroup: one member below version 3, whose error is that of the whole response; a list of them since. */
import type { LeavingMember } from '../../../coordinator/group/requests.ts';
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { LeaveGroupRequest, LeaveGroupResponse } from '../protocol/leave-group.ts';
import type { KafkaServices } from '../services.ts';
import { shortReason } from './join-group.ts';

const FIRST_BATCHED_VERSION = 3;

export function leaveGroupHandler({ groups }: KafkaServices): AnyHandler {
  return handler(apis.leaveGroup, (request: LeaveGroupRequest, { apiVersion }): LeaveGroupResponse => {
    const isBatched = apiVersion >= FIRST_BATCHED_VERSION;
    const leaving: readonly LeavingMember[] = isBatched
      ? request.members.map((member) => ({ ...member, reason: shortReason(member.reason) }))
      : [{ memberId: request.memberId, groupInstanceId: null, reason: null }];
    const { error, members } = groups.leaveGroup({ groupId: request.groupId, members: leaving });
    if (!isBatched) return { errorCode: codeOf(error ?? members[0]?.error) };
    return {
      errorCode: codeOf(error),
      members: members.map(({ memberId, groupInstanceId, error: refusal }) => ({
        memberId,
        groupInstanceId,
        errorCode: codeOf(refusal),
      })),
    };
  });
}
