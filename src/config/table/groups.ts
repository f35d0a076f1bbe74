/** Consumer groups and committed offsets. Every map that a client can grow has its maximum here. Part of the settings table; see `settings.ts`. */
import { integer } from '../setting.ts';
import { DAY, GIB, HOUR, INT32_MAX, MIB, MINUTE, SECOND } from './quantities.ts';

export const GROUPS_SETTINGS = {
  initialRebalanceDelayMs: integer({
    flag: 'group-initial-rebalance-delay-ms',
    unit: 'ms',
    default: 0,
    min: 0,
    max: HOUR,
    doc: 'How long an empty group waits for more members before its first rebalance. Kafka ships 3 s, which spares a large group some rebalances.',
  }),
  sessionTimeoutMsMin: integer({
    flag: 'group-min-session-timeout-ms',
    unit: 'ms',
    default: 6 * SECOND,
    min: 1,
    max: INT32_MAX,
    doc: 'Shortest session timeout that a member may ask for.',
  }),
  sessionTimeoutMsMax: integer({
    flag: 'group-max-session-timeout-ms',
    unit: 'ms',
    default: 30 * MINUTE,
    min: 1,
    max: INT32_MAX,
    doc: 'Longest session timeout that a member may ask for.',
  }),
  groupSizeMax: integer({
    flag: 'group-max-size',
    default: 10_000,
    min: 1,
    max: INT32_MAX,
    doc: 'Members of one group. Further ones are refused.',
  }),
  newMemberJoinTimeoutMs: integer({
    flag: 'group-new-member-join-timeout-ms',
    unit: 'ms',
    default: 5 * MINUTE,
    min: 1,
    doc: 'How long the join of a new member may wait for the rest of the group. It has no session yet that could expire.',
  }),
  pendingMembersMax: integer({
    flag: 'group-pending-members-max',
    default: 10_000,
    min: 1,
    doc: 'Member ids of one group that were handed out and have not joined yet. Further joins are refused.',
  }),
  groupsMax: integer({
    flag: 'groups-max',
    default: 100_000,
    min: 1,
    doc: 'Groups of the node. A request that would create one more is refused.',
  }),
  memberMetadataBytesMax: integer({
    flag: 'group-member-metadata-bytes-max',
    unit: 'bytes',
    default: MIB,
    min: 1,
    max: GIB,
    doc: 'Protocol metadata of one member, its subscription for example. A larger join is refused.',
  }),
  groupMetadataBytesMax: integer({
    flag: 'group-metadata-bytes-max',
    unit: 'bytes',
    default: 64 * MIB,
    min: MIB,
    doc: 'Protocol metadata and assignments of one group. What goes beyond it is refused.',
  }),
  offsetsRetentionMs: integer({
    flag: 'offsets-retention-ms',
    unit: 'ms',
    default: 7 * DAY,
    min: 1,
    doc: 'How long the committed offsets of an empty group are kept.',
  }),
  offsetsRetentionCheckIntervalMs: integer({
    flag: 'offsets-retention-check-interval-ms',
    unit: 'ms',
    default: 10 * MINUTE,
    min: 1,
    doc: 'How often committed offsets are looked over for expired ones.',
  }),
  offsetMetadataBytesMax: integer({
    flag: 'offset-metadata-max-bytes',
    unit: 'bytes',
    default: 4096,
    min: 0,
    max: INT32_MAX,
    doc: 'Largest metadata text of a committed offset.',
  }),
  offsetsPerGroupMax: integer({
    flag: 'group-offsets-max',
    default: 200_000,
    min: 1,
    doc: 'Committed offsets of one group, and as many pending ones. A partition beyond it is refused.',
  }),
};
