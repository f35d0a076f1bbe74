/** What holds for topics whose creator did not say otherwise, and how often they are looked over. Part of the settings table; see `settings.ts`. */
import { boolean, choice, integer } from '../setting.ts';
import { DAY, GIB, MIB, MINUTE, SECOND } from './quantities.ts';

export const TOPICS_SETTINGS = {
  autoCreateTopics: boolean({
    flag: 'auto-create-topics',
    default: true,
    doc: 'Whether a topic comes into being when a client first asks for it.',
  }),
  defaultPartitions: integer({
    flag: 'default-partitions',
    default: 1,
    min: 1,
    max: 10_000,
    doc: 'Partitions of a topic whose creator did not say how many.',
  }),
  topicsMax: integer({
    flag: 'topics-max',
    default: 100_000,
    min: 1,
    doc: 'Topics of the node. One more is refused.',
  }),
  partitionsMax: integer({
    flag: 'partitions-max',
    default: 200_000,
    min: 1,
    doc: 'Partitions of the node, over all topics. One more is refused.',
  }),
  replicationFactorMode: choice({
    flag: 'replication-factor-mode',
    choices: ['lenient', 'strict'],
    default: 'lenient',
    doc: 'Whether a topic may ask for 2 or 3 replicas (lenient: accepted, one is kept, and one is reported) or not (strict).',
  }),
  messageBytesMax: integer({
    flag: 'message-max-bytes',
    unit: 'bytes',
    default: 1_048_588,
    min: 1024,
    max: GIB,
    doc: 'Largest record batch, as max.message.bytes of a topic that does not set it.',
  }),
  retentionMs: integer({
    flag: 'log-retention-ms',
    unit: 'ms',
    default: 7 * DAY,
    min: -1,
    doc: 'Age at which records are deleted, as retention.ms of a topic that does not set it; -1 keeps them for ever.',
  }),
  retentionBytes: integer({
    flag: 'log-retention-bytes',
    unit: 'bytes',
    default: -1,
    min: -1,
    doc: 'Size of a partition beyond which its oldest records are deleted, as retention.bytes of a topic that does not set it; -1 is no limit.',
  }),
  retentionCheckIntervalMs: integer({
    flag: 'retention-check-interval-ms',
    unit: 'ms',
    default: 5 * MINUTE,
    min: 100,
    doc: 'How often partitions are looked over for records past their retention.',
  }),
  compactionIntervalMs: integer({
    flag: 'compaction-interval-ms',
    unit: 'ms',
    default: 15 * SECOND,
    min: 100,
    doc: 'How often compacted topics are looked over for superseded records.',
  }),
  compactionKeyBytesMax: integer({
    flag: 'compaction-key-bytes-max',
    unit: 'bytes',
    default: 64 * MIB,
    min: MIB,
    doc: 'Memory for the keys of one compaction pass. A partition with more keys is compacted in several passes.',
  }),
};
