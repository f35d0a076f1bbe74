/** Heartbeat of a classic group's member: tells it whether it is still in, and when to join again. */
import { codeOf } from '../errors.ts';
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { HeartbeatRequest, HeartbeatResponse } from '../protocol/heartbeat.ts';
import type { KafkaServices } from '../services.ts';

export function heartbeatHandler({ groups }: KafkaServices): AnyHandler {
  return handler(apis.heartbeat, (request: HeartbeatRequest): HeartbeatResponse => {
    const { groupId, memberId, groupInstanceId, generationId: generation } = request;
    return { errorCode: codeOf(groups.heartbeat({ groupId, memberId, groupInstanceId, generation })) };
  });
}
