/**
 * The durable facts of the group coordinator. Records are plain JSON; bytes are base64 text. A group that is in the
 * middle of a rebalance has no record of it: what survives a crash is its last stable or empty generation, from which
 * the members rejoin.
 */

export interface ProtocolRecord {
  readonly name: string;
  /** Base64. */
  readonly metadata: string;
}

export interface MemberRecord {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** All that the member offered, in its order of preference, so that a recovered vote equals the live one. */
  readonly protocols: readonly ProtocolRecord[];
  /** Base64. */
  readonly assignment: string;
}

/** The group is Stable with these members, or Empty when there are none. Replaces what was known of its membership. */
export interface GroupMetadataRecord {
  readonly type: 'group';
  readonly group: string;
  readonly generation: number;
  /** Null for a group that only stores offsets. */
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string | null;
  /** When the group entered the state; -1 if it never had one. */
  readonly stateTimestampMs: number;
  readonly members: readonly MemberRecord[];
}

/** The group and every committed or pending offset of it are gone. */
export interface GroupDeletedRecord {
  readonly type: 'groupDeleted';
  readonly group: string;
}

interface OffsetFields {
  readonly group: string;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly offset: number;
  /** -1 if the client gave none. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** Set only by clients of OffsetCommit v2-4; -1 otherwise. */
  readonly expireTimestampMs: number;
  /** The place of this commit in the order of all commits: decides between a direct and a transactional one. */
  readonly sequence: number;
}

export interface OffsetRecord extends OffsetFields {
  readonly type: 'offset';
}

/** Committed inside a transaction that is still open. */
export interface PendingOffsetRecord extends OffsetFields {
  readonly type: 'pendingOffset';
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** Removes the committed offset and every pending one of the partition. */
export interface OffsetDeletedRecord {
  readonly type: 'offsetDeleted';
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** The producer's transaction ended: its pending offsets in the group become committed, or are dropped. */
export interface PendingOffsetsCompletedRecord {
  readonly type: 'pendingOffsetsCompleted';
  readonly group: string;
  readonly producerId: number;
  readonly committed: boolean;
}

export type GroupRecord =
  | GroupMetadataRecord
  | GroupDeletedRecord
  | OffsetRecord
  | PendingOffsetRecord
  | OffsetDeletedRecord
  | PendingOffsetsCompletedRecord;
