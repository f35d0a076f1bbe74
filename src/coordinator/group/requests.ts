/**
 * What the gateway asks and what it is told, free of wire formats. No operation throws or rejects for what a client
 * sent: `error` is the refusal, undefined means success. The rest of a refused result is what Kafka's response
 * carries beside the error code.
 */
import type { ErrorKind } from '../../base/errors.ts';

export interface JoinProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface JoinGroupRequest {
  readonly groupId: string;
  /** Empty for a member that has no id yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  /** Negative (JoinGroup v0 has none): the session timeout. */
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  /** In order of preference. */
  readonly protocols: readonly JoinProtocol[];
  /** JoinGroup v4 and up: a dynamic member without id is told one and must come back with it. */
  readonly requireKnownMemberId: boolean;
  /** JoinGroup v9 and up (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
  readonly reason: string | null;
}

export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

export interface JoinGroupResult {
  readonly error: ErrorKind | undefined;
  readonly memberId: string;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** Everyone, for the leader; empty for followers. */
  readonly members: readonly JoinedMember[];
}

export interface SyncGroupRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generation: number;
  /** Null below SyncGroup v5. */
  readonly protocolType: string | null;
  readonly protocol: string | null;
  /** From the leader only. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
}

export interface SyncGroupResult {
  readonly error: ErrorKind | undefined;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignment: Buffer;
}

export interface HeartbeatRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generation: number;
}

export interface LeavingMember {
  /** Empty when an administrator removes a static member by its instance id. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly reason: string | null;
}

export interface LeaveGroupRequest {
  readonly groupId: string;
  readonly members: readonly LeavingMember[];
}

export interface LeaveGroupResult {
  readonly error: ErrorKind | undefined;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly error: ErrorKind | undefined;
  }[];
}

export type GroupStateName = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

export interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: GroupStateName;
  readonly type: 'classic';
}

export interface DescribedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly metadata: Buffer;
  readonly assignment: Buffer;
}

export interface DescribedGroup {
  /** `group_not_found`: DescribeGroups v6 and up say so, older versions answer the state Dead without an error. */
  readonly error: ErrorKind | undefined;
  readonly groupId: string;
  readonly state: GroupStateName;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly DescribedMember[];
}

export interface OffsetToCommit {
  readonly partition: number;
  readonly offset: number;
  /** -1 if unknown. */
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

export interface TopicOffsetsToCommit {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly OffsetToCommit[];
}

export interface OffsetCommitRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** -1 from a client that does not use group membership. */
  readonly generation: number;
  /** OffsetCommit v2-4; -1 otherwise. */
  readonly retentionTimeMs: number;
  /** OffsetCommit v9 and up: a generation of an unknown group is `group_not_found`, before it `generation_illegal`. */
  readonly tellsGroupNotFound: boolean;
  readonly topics: readonly TopicOffsetsToCommit[];
}

export interface TransactionalOffsetCommitRequest {
  readonly groupId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Empty, null and -1 below TxnOffsetCommit v3. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generation: number;
  readonly topics: readonly TopicOffsetsToCommit[];
}

export interface PartitionOutcome {
  readonly partition: number;
  readonly error: ErrorKind | undefined;
}

export interface TopicOutcome {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly PartitionOutcome[];
}

export interface OffsetCommitResult {
  /** Holds for every partition of the request; `topics` is empty then. */
  readonly error: ErrorKind | undefined;
  readonly topics: readonly TopicOutcome[];
}

export interface OffsetFetchRequest {
  readonly groupId: string;
  /** Undefined asks for every topic that has a committed offset. */
  readonly topics:
    | readonly {
        readonly topic: string;
        /** Undefined where the client knows the topic by name only: any incarnation of it will do. */
        readonly topicId: string | undefined;
        readonly partitions: readonly number[];
      }[]
    | undefined;
  readonly requireStable: boolean;
}

export interface FetchedOffset {
  readonly partition: number;
  /** -1 if none is committed. */
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly error: ErrorKind | undefined;
}

export interface OffsetFetchResult {
  readonly topics: readonly {
    readonly topic: string;
    readonly topicId: string | undefined;
    readonly partitions: readonly FetchedOffset[];
  }[];
}

export interface OffsetDeleteRequest {
  readonly groupId: string;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

export interface OffsetDeleteResult {
  readonly error: ErrorKind | undefined;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly PartitionOutcome[] }[];
}
