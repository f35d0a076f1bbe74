/**
 * One member of a group. What survives a restart is in its record; the parked requests and the session are soft and
 * begin anew after recovery. A member holds at most one parked JoinGroup and one parked SyncGroup.
 */

import type { Deadline } from './deadline.ts';
import type { MemberRecord } from './records.ts';
import type { JoinGroupResult, JoinProtocol, SyncGroupResult } from './requests.ts';

export const NO_BYTES: Buffer = Buffer.alloc(0);

export interface MemberFields {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  protocols: readonly JoinProtocol[];
  assignment: Buffer;
}

export class Member {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  protocols: readonly JoinProtocol[];
  assignment: Buffer;
  /** Until its first JoinGroup is answered: such a member may expire although its request is parked. */
  isNew = false;
  answerJoin: ((result: JoinGroupResult) => void) | undefined;
  answerSync: ((result: SyncGroupResult) => void) | undefined;
  session: Deadline | undefined;

  constructor(fields: MemberFields) {
    this.memberId = fields.memberId;
    this.groupInstanceId = fields.groupInstanceId;
    this.clientId = fields.clientId;
    this.clientHost = fields.clientHost;
    this.rebalanceTimeoutMs = fields.rebalanceTimeoutMs;
    this.sessionTimeoutMs = fields.sessionTimeoutMs;
    this.protocols = fields.protocols;
    this.assignment = fields.assignment;
  }

  /** What a record may change of a member that is there already. */
  takeOver(fields: MemberFields): void {
    this.rebalanceTimeoutMs = fields.rebalanceTimeoutMs;
    this.sessionTimeoutMs = fields.sessionTimeoutMs;
    this.protocols = fields.protocols;
    this.assignment = fields.assignment;
  }

  get isStatic(): boolean {
    return this.groupInstanceId !== null;
  }

  /** A parked request proves that the client is there, except for a new member: its client may have given up and retried. */
  get isExcusedFromHeartbeats(): boolean {
    return !this.isNew && (this.answerJoin !== undefined || this.answerSync !== undefined);
  }

  metadataFor(protocol: string | null): Buffer {
    return this.protocols.find(({ name }) => name === protocol)?.metadata ?? NO_BYTES;
  }

  /** Whether the offered protocols are the same, in the same order, with the same bytes. */
  offers(protocols: readonly JoinProtocol[]): boolean {
    if (protocols.length !== this.protocols.length) return false;
    return this.protocols.every((mine, i) => {
      const other = protocols[i];
      return other !== undefined && mine.name === other.name && mine.metadata.equals(other.metadata);
    });
  }

  completeSync(result: SyncGroupResult): boolean {
    const answer = this.answerSync;
    if (answer === undefined) return false;
    this.answerSync = undefined;
    answer(result);
    return true;
  }

  toRecord(assignment: Buffer): MemberRecord {
    return {
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      clientId: this.clientId,
      clientHost: this.clientHost,
      rebalanceTimeoutMs: this.rebalanceTimeoutMs,
      sessionTimeoutMs: this.sessionTimeoutMs,
      protocols: this.protocols.map(({ name, metadata }) => ({ name, metadata: metadata.toString('base64') })),
      assignment: assignment.toString('base64'),
    };
  }
}

export function fieldsOfRecord(record: MemberRecord): MemberFields {
  return {
    memberId: record.memberId,
    groupInstanceId: record.groupInstanceId,
    clientId: record.clientId,
    clientHost: record.clientHost,
    rebalanceTimeoutMs: record.rebalanceTimeoutMs,
    sessionTimeoutMs: record.sessionTimeoutMs,
    protocols: record.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata, 'base64') })),
    assignment: Buffer.from(record.assignment, 'base64'),
  };
}
