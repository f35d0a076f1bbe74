/**
 * What an operator may choose about consumer groups. Every map and byte string that a client can grow has its maximum
 * here; what happens at each maximum is stated beside it.
 */

export interface GroupSettings {
  /** How long the first rebalance of an empty group waits for more members; every new member extends it. */
  readonly initialRebalanceDelayMs: number;
  /** A session timeout outside of the two bounds is `session_timeout_invalid`. */
  readonly sessionTimeoutMsMin: number;
  readonly sessionTimeoutMsMax: number;
  /** How long the JoinGroup of a new member may be parked: it has no session yet that could expire. */
  readonly newMemberJoinTimeoutMs: number;
  /** A join beyond it is `group_full`. */
  readonly groupSizeMax: number;
  /** Member ids that were handed out and not used yet, by group; one more is `group_full`. */
  readonly pendingMembersMax: number;
  /** A request that would create one more group is `limit_exceeded`. */
  readonly groupsMax: number;
  /** Protocol names and metadata of one member; a join beyond it is `invalid_request`. */
  readonly memberMetadataBytesMax: number;
  /**
   * Sum over the members of a group: a join whose metadata goes beyond it is `group_full`, an assignment beyond it is
   * `limit_exceeded`.
   */
  readonly groupMetadataBytesMax: number;
  /** Retention from the moment Kafka's rule (KIP-211) names; see `expiry.ts`. */
  readonly offsetsRetentionMs: number;
  /** Longer metadata is `offset_metadata_too_large` for that partition. */
  readonly offsetMetadataBytesMax: number;
  /** Committed and pending offsets of one group, each; a partition beyond it is `limit_exceeded`. */
  readonly offsetsPerGroupMax: number;
}

export const DEFAULT_GROUP_SETTINGS: GroupSettings = {
  initialRebalanceDelayMs: 0,
  sessionTimeoutMsMin: 6_000,
  sessionTimeoutMsMax: 1_800_000,
  newMemberJoinTimeoutMs: 300_000,
  groupSizeMax: 10_000,
  pendingMembersMax: 10_000,
  groupsMax: 100_000,
  memberMetadataBytesMax: 1024 * 1024,
  groupMetadataBytesMax: 64 * 1024 * 1024,
  offsetsRetentionMs: 7 * 24 * 60 * 60 * 1000,
  offsetMetadataBytesMax: 4_096,
  offsetsPerGroupMax: 200_000,
};
