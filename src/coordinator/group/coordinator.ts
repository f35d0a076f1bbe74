/**
 * The coordinator of Kafka's classic consumer groups and of committed offsets. Every operation of the protocol is one
 * method; what they do is in the file that carries the operation's name. Operations that Kafka answers late return a
 * promise when, and only when, the answer has to wait.
 *
 * Recovery applies records, then `start()` gives every recovered member a fresh session: a stable group goes on in its
 * generation as if nothing had happened, as long as its members come back in time.
 */
import type { Clock } from '../../base/clock.ts';
import type { ErrorKind } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { Journal, StateMachine } from '../../storage/log.ts';
import { deleteGroup, describeGroup, listGroups } from './admin.ts';
import type { GroupContext } from './context.ts';
import { type Expired, expireOffsets } from './expiry.ts';
import { GroupStore } from './group-store.ts';
import { joinGroup } from './join.ts';
import { leaveGroup } from './leave.ts';
import { commitOffsets, commitTransactionalOffsets, completeTransaction } from './offset-commit.ts';
import { deleteOffsets, deleteOffsetsOfTopic } from './offset-delete.ts';
import { fetchOffsets } from './offset-fetch.ts';
import { prepareRebalance, renewSession } from './rebalance.ts';
import type { GroupRecord } from './records.ts';
import type {
  DescribedGroup,
  HeartbeatRequest,
  JoinGroupRequest,
  JoinGroupResult,
  LeaveGroupRequest,
  LeaveGroupResult,
  ListedGroup,
  OffsetCommitRequest,
  OffsetCommitResult,
  OffsetDeleteRequest,
  OffsetDeleteResult,
  OffsetFetchRequest,
  OffsetFetchResult,
  SyncGroupRequest,
  SyncGroupResult,
  TransactionalOffsetCommitRequest,
} from './requests.ts';
import { DEFAULT_GROUP_SETTINGS, type GroupSettings } from './settings.ts';
import { heartbeat, syncGroup } from './sync.ts';

export interface GroupCoordinatorDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Must hand every record to this coordinator's `apply` before `commit` returns. */
  readonly journal: Journal<GroupRecord>;
  readonly logger: Logger;
  readonly settings?: Partial<GroupSettings>;
}

export class GroupCoordinator implements StateMachine<GroupRecord> {
  readonly #context: GroupContext;

  constructor({ settings, ...dependencies }: GroupCoordinatorDependencies) {
    this.#context = {
      ...dependencies,
      settings: { ...DEFAULT_GROUP_SETTINGS, ...settings },
      store: new GroupStore(),
    };
  }

  apply(record: GroupRecord): void {
    this.#context.store.apply(record);
  }

  snapshot(): Iterable<GroupRecord> {
    return this.#context.store.snapshot();
  }

  /** Once, after recovery and before the first request. */
  start(): void {
    const { settings, store } = this.#context;
    for (const group of store.groups) {
      for (const member of group.members.values()) renewSession(this.#context, group, member, member.sessionTimeoutMs);
      if (group.members.size > settings.groupSizeMax)
        prepareRebalance(this.#context, group, 'group is over its maximum');
    }
  }

  /** Ends all timers and answers whoever waits `coordinator_loading`: a retry finds the coordinator that follows. */
  stop(): void {
    for (const group of this.#context.store.groups) group.abandon('coordinator_loading');
  }

  joinGroup(request: JoinGroupRequest): JoinGroupResult | Promise<JoinGroupResult> {
    return joinGroup(this.#context, request);
  }

  syncGroup(request: SyncGroupRequest): SyncGroupResult | Promise<SyncGroupResult> {
    return syncGroup(this.#context, request);
  }

  /** Undefined: the member is in the group and nothing is going on. */
  heartbeat(request: HeartbeatRequest): ErrorKind | undefined {
    return heartbeat(this.#context, request);
  }

  leaveGroup(request: LeaveGroupRequest): LeaveGroupResult {
    return leaveGroup(this.#context, request);
  }

  /** Filters by state and type name, without case; an empty filter lets everything through. */
  listGroups(states: readonly string[] = [], types: readonly string[] = []): ListedGroup[] {
    return listGroups(this.#context, states, types);
  }

  describeGroup(groupId: string): DescribedGroup {
    return describeGroup(this.#context, groupId);
  }

  deleteGroup(groupId: string): ErrorKind | undefined {
    return deleteGroup(this.#context, groupId);
  }

  offsetCommit(request: OffsetCommitRequest): OffsetCommitResult {
    return commitOffsets(this.#context, request);
  }

  offsetFetch(request: OffsetFetchRequest): OffsetFetchResult {
    return fetchOffsets(this.#context, request);
  }

  offsetDelete(request: OffsetDeleteRequest): OffsetDeleteResult {
    return deleteOffsets(this.#context, request);
  }

  /** The offsets stay pending until `completeTransaction`. Who the producer is has been checked by the caller. */
  commitTransactionalOffsets(request: TransactionalOffsetCommitRequest): OffsetCommitResult {
    return commitTransactionalOffsets(this.#context, request);
  }

  /** Commits to the journal only where something is pending, so it may be repeated. No group ids: all groups. */
  completeTransaction(producerId: number, groupIds: readonly string[] | undefined, committed: boolean): void {
    completeTransaction(this.#context, producerId, groupIds, committed);
  }

  /** The groups in which the producer has pending offsets. */
  groupsWithPendingOffsets(producerId: number): string[] {
    return this.#context.store.groupIdsWithPending(producerId);
  }

  hasPendingOffsets(producerId: number): boolean {
    return this.groupsWithPendingOffsets(producerId).length > 0;
  }

  onTopicDeleted(topic: string): void {
    deleteOffsetsOfTopic(this.#context, topic);
  }

  /** To be called every now and then (Kafka: every ten minutes). */
  expireOffsets(): Expired {
    return expireOffsets(this.#context);
  }
}
