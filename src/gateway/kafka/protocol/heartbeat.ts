/** Heartbeat (key 12): keeps a member of a classic group alive. */
import { int16, int32, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const heartbeatRequest = message(
  { apiKey: 12, versions: [0, 4], flexible: 4 },
  {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: since(3, nullable(string())),
  },
);

export const heartbeatResponse = message(
  { apiKey: 12, versions: [0, 4], flexible: 4 },
  {
    throttleTimeMs: since(1, int32(0)),
    errorCode: int16(0),
  },
);

export type HeartbeatRequest = Infer<typeof heartbeatRequest>;
export type HeartbeatResponse = Input<typeof heartbeatResponse>;
