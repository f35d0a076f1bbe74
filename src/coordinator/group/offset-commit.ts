/**
 * OffsetCommit and its transactional form: one commit to the journal with one record for each accepted partition.
 *
 * Who may commit: a member with its generation, or anybody without generation while the group is empty. A
 * transactional commit may also come without any of it (before KIP-447), and is not held up by a rebalance.
 */
import type { ErrorKind } from '../../base/errors.ts';
import { type GroupContext, ID_LENGTH_MAX } from './context.ts';
import type { Group } from './group.ts';
import type { GroupOffsets } from './group-offsets.ts';
import { renewSession } from './rebalance.ts';
import type { GroupRecord } from './records.ts';
import type {
  OffsetCommitRequest,
  OffsetCommitResult,
  OffsetToCommit,
  PartitionOutcome,
  TopicOffsetsToCommit,
  TopicOutcome,
  TransactionalOffsetCommitRequest,
} from './requests.ts';

const NO_RETENTION = -1;

export function commitOffsets(context: GroupContext, request: OffsetCommitRequest): OffsetCommitResult {
  const { groupId, retentionTimeMs } = request;
  const group = context.store.get(groupId);
  const notFound = request.tellsGroupNotFound ? 'group_not_found' : 'generation_illegal';
  const refusal = group === undefined ? refusalOfNewGroup(context, request, notFound) : refusalOfCommit(group, request);
  if (refusal !== undefined) return { error: refusal, topics: [] };
  if (group !== undefined) keepSession(context, group, request.memberId);

  const { store } = context;
  const commitTimestampMs = context.clock.nowMs();
  const expireTimestampMs = retentionTimeMs === NO_RETENTION ? -1 : commitTimestampMs + retentionTimeMs;
  const records: GroupRecord[] = [];
  let room = context.settings.offsetsPerGroupMax - (group?.offsets.committedCount ?? 0);
  const topics = outcomes(request.topics, (topic, commit) => {
    const refused = refusalOfMetadata(context, commit);
    if (refused !== undefined) return refused;
    if (group?.offsets.get(topic.topic, commit.partition) === undefined && --room < 0) return 'limit_exceeded';
    records.push({
      type: 'offset',
      group: groupId,
      topic: topic.topic,
      topicId: topic.topicId,
      partition: commit.partition,
      offset: commit.offset,
      leaderEpoch: commit.leaderEpoch,
      metadata: commit.metadata ?? '',
      commitTimestampMs,
      expireTimestampMs,
      sequence: store.nextSequence(),
    });
    return undefined;
  });
  if (records.length > 0) context.journal.commit(records);
  return { error: undefined, topics };
}

export function commitTransactionalOffsets(
  context: GroupContext,
  request: TransactionalOffsetCommitRequest,
): OffsetCommitResult {
  const { groupId, producerId, producerEpoch } = request;
  const group = context.store.get(groupId);
  const refusal =
    group === undefined
      ? refusalOfNewGroup(context, request, 'generation_illegal')
      : refusalOfTransactionalCommit(group, request);
  if (refusal !== undefined) return { error: refusal, topics: [] };

  const { store } = context;
  const commitTimestampMs = context.clock.nowMs();
  const records: GroupRecord[] = [];
  const room = context.settings.offsetsPerGroupMax - pendingCount(group?.offsets);
  const topics = outcomes(request.topics, (topic, commit) => {
    const refused = refusalOfMetadata(context, commit);
    if (refused !== undefined) return refused;
    if (records.length >= room) return 'limit_exceeded';
    records.push({
      type: 'pendingOffset',
      group: groupId,
      topic: topic.topic,
      topicId: topic.topicId,
      partition: commit.partition,
      offset: commit.offset,
      leaderEpoch: commit.leaderEpoch,
      metadata: commit.metadata ?? '',
      commitTimestampMs,
      expireTimestampMs: -1,
      sequence: store.nextSequence(),
      producerId,
      producerEpoch,
    });
    return undefined;
  });
  if (records.length > 0) context.journal.commit(records);
  return { error: undefined, topics };
}

/** Ends the producer's transaction in the given groups, or in all: its pending offsets take effect or vanish. */
export function completeTransaction(
  context: GroupContext,
  producerId: number,
  groupIds: readonly string[] | undefined,
  committed: boolean,
): void {
  const { store } = context;
  const affected = groupIds?.filter((groupId) => store.hasPending(producerId, groupId));
  const records = (affected ?? store.groupIdsWithPending(producerId)).map(
    (group): GroupRecord => ({ type: 'pendingOffsetsCompleted', group, producerId, committed }),
  );
  if (records.length > 0) context.journal.commit(records);
}

type Committer = Pick<OffsetCommitRequest, 'groupId' | 'memberId' | 'groupInstanceId' | 'generation'>;

function refusalOfNewGroup(context: GroupContext, request: Committer, notFound: ErrorKind): ErrorKind | undefined {
  if (request.generation >= 0) return notFound;
  if (request.groupId.length > ID_LENGTH_MAX) return 'group_id_invalid';
  return context.store.size >= context.settings.groupsMax ? 'limit_exceeded' : undefined;
}

function refusalOfCommit(group: Group, request: Committer): ErrorKind | undefined {
  const { name } = group.state;
  if (request.generation < 0 && name === 'Empty') return undefined;
  if (!claimsMembership(request)) return 'member_id_unknown';
  // The member knows of the new generation already: it has to sync first, then commit.
  return refusalOfMember(group, request) ?? (name === 'CompletingRebalance' ? 'rebalance_in_progress' : undefined);
}

function refusalOfTransactionalCommit(group: Group, request: Committer): ErrorKind | undefined {
  if (request.generation < 0 && group.state.name === 'Empty') return undefined;
  return claimsMembership(request) ? refusalOfMember(group, request) : undefined;
}

function claimsMembership({ generation, memberId, groupInstanceId }: Committer): boolean {
  return generation >= 0 || memberId !== '' || groupInstanceId !== null;
}

function refusalOfMember(group: Group, request: Committer): ErrorKind | undefined {
  const refusal = group.checkMember(request.memberId, request.groupInstanceId);
  if (refusal !== undefined) return refusal;
  return request.generation === group.generation ? undefined : 'generation_illegal';
}

/** A commit is a sign of life. */
function keepSession(context: GroupContext, group: Group, memberId: string): void {
  const member = group.members.get(memberId);
  if (member !== undefined) renewSession(context, group, member, member.sessionTimeoutMs);
}

/** Kafka's setting speaks of bytes but counts UTF-16 code units; so do we. */
function refusalOfMetadata({ settings }: GroupContext, { metadata }: OffsetToCommit): ErrorKind | undefined {
  return metadata !== null && metadata.length > settings.offsetMetadataBytesMax
    ? 'offset_metadata_too_large'
    : undefined;
}

function pendingCount(offsets: GroupOffsets | undefined): number {
  return offsets?.pendingCount ?? 0;
}

function outcomes(
  topics: readonly TopicOffsetsToCommit[],
  accept: (topic: TopicOffsetsToCommit, commit: OffsetToCommit) => ErrorKind | undefined,
): TopicOutcome[] {
  return topics.map((topic) => ({
    topic: topic.topic,
    topicId: topic.topicId,
    partitions: topic.partitions.map(
      (commit): PartitionOutcome => ({ partition: commit.partition, error: accept(topic, commit) }),
    ),
  }));
}
