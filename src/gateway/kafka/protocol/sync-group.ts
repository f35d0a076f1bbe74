/** SyncGroup (key 14): the leader's assignment in, each member's own assignment out. */
import { array, bytes, int16, int32, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const syncGroupRequest = message(
  { apiKey: 14, versions: [0, 5], flexible: 4 },
  {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: since(3, nullable(string())),
    protocolType: since(5, nullable(string())),
    protocolName: since(5, nullable(string())),
    assignments: array({ memberId: string(), assignment: bytes() }),
  },
);

export const syncGroupResponse = message(
  { apiKey: 14, versions: [0, 5], flexible: 4 },
  {
    throttleTimeMs: since(1, int32(0)),
    errorCode: int16(0),
    protocolType: since(5, nullable(string())),
    protocolName: since(5, nullable(string())),
    assignment: bytes(),
  },
);

export type SyncGroupRequest = Infer<typeof syncGroupRequest>;
export type SyncGroupResponse = Input<typeof syncGroupResponse>;
