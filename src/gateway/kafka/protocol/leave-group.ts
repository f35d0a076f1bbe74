/** LeaveGroup (key 13): members that leave a classic group; several at once from version 3. */
import { array, between, int16, int32, nullable, optional, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const leaveGroupRequest = message(
  { apiKey: 13, versions: [0, 5], flexible: 4 },
  {
    groupId: string(),
    memberId: between(0, 2, optional(string())),
    members: since(
      3,
      optional(
        array({
          memberId: string(),
          groupInstanceId: nullable(string()),
          reason: since(5, nullable(string())),
        }),
      ),
    ),
  },
);

export const leaveGroupResponse = message(
  { apiKey: 13, versions: [0, 5], flexible: 4 },
  {
    throttleTimeMs: since(1, int32(0)),
    errorCode: int16(0),
    members: since(
      3,
      optional(array({ memberId: string(), groupInstanceId: nullable(string()), errorCode: int16(0) })),
    ),
  },
);

export type LeaveGroupRequest = Infer<typeof leaveGroupRequest>;
export type LeaveGroupResponse = Input<typeof leaveGroupResponse>;
