/** JoinGroup (key 11): enters a classic group's rebalance. The leader's response lists the members and their metadata. */
import {
  array,
  bool,
  bytes,
  int16,
  int32,
  nullable,
  nullableSince,
  since,
  string,
} from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const joinGroupRequest = message(
  { apiKey: 11, versions: [0, 9], flexible: 6 },
  {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: since(1, int32(-1)),
    memberId: string(),
    groupInstanceId: since(5, nullable(string())),
    protocolType: string(),
    protocols: array({ name: string(), metadata: bytes() }),
    reason: since(8, nullable(string())),
  },
);

export const joinGroupResponse = message(
  { apiKey: 11, versions: [0, 9], flexible: 6 },
  {
    throttleTimeMs: since(2, int32(0)),
    errorCode: int16(0),
    generationId: int32(-1),
    protocolType: since(7, nullable(string())),
    protocolName: nullableSince(7, string()),
    leader: string(),
    skipAssignment: since(9, bool(false)),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: since(5, nullable(string())),
      metadata: bytes(),
    }),
  },
);

export type JoinGroupRequest = Infer<typeof joinGroupRequest>;
export type JoinGroupResponse = Input<typeof joinGroupResponse>;
