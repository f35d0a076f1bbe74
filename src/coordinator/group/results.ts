/** The shapes of refusals, where Kafka's response carries more than an error code. */
import type { ErrorKind } from '../../base/errors.ts';
import { NO_BYTES } from './member.ts';
import type { JoinGroupResult, SyncGroupResult } from './requests.ts';

export function refusedJoin(error: ErrorKind, memberId: string): JoinGroupResult {
  return {
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocol: null,
    leader: '',
    skipAssignment: false,
    members: [],
  };
}

export function refusedSync(error: ErrorKind): SyncGroupResult {
  return { error, protocolType: null, protocol: null, assignment: NO_BYTES };
}
