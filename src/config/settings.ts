/**
 * The one table of settings. Each is one declaration: name, type, unit, default, range, and what it is for. The flags, the
 * environment variables, the keys of the YAML file, `--help`, `docs/CONFIGURATION.md` and the `Settings` type all follow
 * from it. Only `server/` reads the whole; every other folder is handed the slice that concerns it.
 */
import { boolean, choice, integer, type Setting, text, type ValueOf } from './setting.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const INT32_MAX = 2 ** 31 - 1;

export const SETTINGS_TABLE = {
  node: {
    id: integer({
      flag: 'node-id',
      default: 1,
      min: 0,
      max: INT32_MAX,
      doc: 'Id of this node, as Kafka clients see it.',
    }),
    logLevel: choice({
      flag: 'log-level',
      choices: ['debug', 'info', 'warn', 'error', 'silent'],
      default: 'info',
      doc: 'Least important messages that are written to standard error. Stack traces appear at debug only.',
    }),
    logFormat: choice({
      flag: 'log-format',
      choices: ['text', 'json'],
      default: 'text',
      doc: 'Form of the log: lines for people, or one JSON object a line.',
    }),
  },
  storage: {
    medium: choice({
      flag: 'storage',
      choices: ['disk', 'memory'],
      default: 'disk',
      doc: 'Where data lives. In memory nothing survives a stop.',
    }),
    dataDir: text({
      flag: 'data-dir',
      default: './data',
      means: 'a path; created if it is missing',
      doc: 'Directory that holds everything the node keeps. One node at a time may use it.',
    }),
    fsync: choice({
      flag: 'fsync',
      choices: ['always', 'interval', 'never'],
      default: 'always',
      doc: 'When written data is forced to the disk: before it is acknowledged, every fsync-interval-ms, or when the operating system likes. With anything but always, a power failure (not a crash of the process) loses acknowledged data.',
    }),
    fsyncIntervalMs: integer({
      flag: 'fsync-interval-ms',
      unit: 'ms',
      default: SECOND,
      min: 1,
      max: HOUR,
      doc: 'Longest time between two forced writes with --fsync interval.',
    }),
    segmentBytesMax: integer({
      flag: 'segment-bytes-max',
      unit: 'bytes',
      default: 64 * MIB,
      min: 64 * KIB,
      max: 2 * GIB,
      doc: 'Size at which a file of the write-ahead log is sealed and becomes a segment.',
    }),
    tailCacheBytesMax: integer({
      flag: 'tail-cache-bytes-max',
      unit: 'bytes',
      default: 32 * MIB,
      min: 0,
      doc: 'Memory for the newest entries, which readers at the end are served from. Beyond it the oldest are read from disk.',
    }),
    indexCacheBytesMax: integer({
      flag: 'index-cache-bytes-max',
      unit: 'bytes',
      default: 16 * MIB,
      min: 64 * KIB,
      doc: 'Memory for the indexes of sealed segments. Beyond it the least recently used are read again when needed.',
    }),
    walPendingBytesMax: integer({
      flag: 'wal-pending-bytes-max',
      unit: 'bytes',
      default: 64 * MIB,
      min: MIB,
      doc: 'Bytes accepted and not yet on disk. Beyond it the node stops reading from producers until the disk has caught up.',
    }),
    diskReserveBytes: integer({
      flag: 'disk-reserve-bytes',
      unit: 'bytes',
      default: 128 * MIB,
      min: 0,
      doc: 'Free disk space below which producers are refused, so that consumers, deletion and recovery still work.',
    }),
    checkpointBytesMax: integer({
      flag: 'checkpoint-bytes-max',
      unit: 'bytes',
      default: 64 * MIB,
      min: MIB,
      doc: 'Bytes written since the last checkpoint after which the next is made. It bounds what a start has to replay.',
    }),
    checkpointIntervalMs: integer({
      flag: 'checkpoint-interval-ms',
      unit: 'ms',
      default: 5 * MINUTE,
      min: SECOND,
      doc: 'Longest time between two checkpoints while anything is written.',
    }),
    cleanerIntervalMs: integer({
      flag: 'cleaner-interval-ms',
      unit: 'ms',
      default: 30 * SECOND,
      min: 100,
      doc: 'How often segments are looked over for dead data.',
    }),
    cleanerDeadPercentMin: integer({
      flag: 'cleaner-dead-percent-min',
      unit: 'percent',
      default: 50,
      min: 1,
      max: 100,
      doc: 'Share of a segment that must be dead before its live rest is rewritten. A segment that is all dead is always deleted.',
    }),
    cleanerBytesPerSecondMax: integer({
      flag: 'cleaner-bytes-per-second-max',
      unit: 'bytes',
      default: 32 * MIB,
      min: 64 * KIB,
      doc: 'How fast the cleaner rewrites, so that producers keep the disk.',
    }),
  },
  kafka: {
    host: text({
      flag: 'kafka-host',
      default: '127.0.0.1',
      means: 'an IP address or host name of this machine',
      doc: 'Address to listen on for Kafka clients.',
    }),
    port: integer({
      flag: 'kafka-port',
      default: 9092,
      min: 0,
      max: 65_535,
      doc: 'Port to listen on for Kafka clients; 0 picks a free one.',
    }),
    advertisedHost: text({
      flag: 'kafka-advertised-host',
      default: undefined,
      defaultText: 'the value of kafka-host',
      means: 'a host name or IP address that clients can reach',
      doc: 'Host that Kafka clients are told to connect to. Needed when the node listens on all addresses, in a container for example.',
    }),
    advertisedPort: integer({
      flag: 'kafka-advertised-port',
      default: undefined,
      defaultText: 'the port it listens on',
      min: 1,
      max: 65_535,
      doc: 'Port that Kafka clients are told to connect to.',
    }),
    requestBytesMax: integer({
      flag: 'kafka-request-bytes-max',
      unit: 'bytes',
      default: 100 * MIB,
      min: 64 * KIB,
      max: GIB,
      doc: 'Largest Kafka request. A client that announces a larger one is disconnected.',
    }),
    connectionsMax: integer({
      flag: 'kafka-connections-max',
      default: 10_000,
      min: 1,
      max: 1_000_000,
      doc: 'Kafka connections at the same time. Further ones are closed at once.',
    }),
    inFlightRequestsMax: integer({
      flag: 'kafka-max-in-flight-requests',
      default: 100,
      min: 1,
      max: 10_000,
      doc: 'Requests of one connection that wait for their response. Beyond it the node stops reading from that connection.',
    }),
    idleTimeoutMs: integer({
      flag: 'kafka-idle-timeout-ms',
      unit: 'ms',
      default: 10 * MINUTE,
      min: SECOND,
      doc: 'A Kafka connection without traffic for this long is closed.',
    }),
    fetchSessionsMax: integer({
      flag: 'kafka-fetch-sessions-max',
      default: 1000,
      min: 0,
      max: 1_000_000,
      doc: 'Incremental fetch sessions (KIP-227) that are kept. Beyond it clients send full fetch requests.',
    }),
  },
  topics: {
    autoCreate: boolean({
      flag: 'auto-create-topics',
      default: true,
      doc: 'Whether a topic comes into being when a client first asks for it.',
    }),
    partitionsDefault: integer({
      flag: 'default-partitions',
      default: 1,
      min: 1,
      max: 10_000,
      doc: 'Partitions of a topic whose creator did not say how many.',
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
  },
  groups: {
    initialRebalanceDelayMs: integer({
      flag: 'group-initial-rebalance-delay-ms',
      unit: 'ms',
      default: 0,
      min: 0,
      max: HOUR,
      doc: 'How long an empty group waits for more members before its first rebalance. Kafka ships 3 s, which spares a large group some rebalances.',
    }),
    sessionTimeoutMinMs: integer({
      flag: 'group-min-session-timeout-ms',
      unit: 'ms',
      default: 6 * SECOND,
      min: 1,
      max: INT32_MAX,
      doc: 'Shortest session timeout that a member may ask for.',
    }),
    sessionTimeoutMaxMs: integer({
      flag: 'group-max-session-timeout-ms',
      unit: 'ms',
      default: 30 * MINUTE,
      min: 1,
      max: INT32_MAX,
      doc: 'Longest session timeout that a member may ask for.',
    }),
    membersMax: integer({
      flag: 'group-max-size',
      default: 10_000,
      min: 1,
      max: INT32_MAX,
      doc: 'Members of one group. Further ones are refused.',
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
  },
  transactions: {
    timeoutMaxMs: integer({
      flag: 'transaction-max-timeout-ms',
      unit: 'ms',
      default: 15 * MINUTE,
      min: 1,
      max: INT32_MAX,
      doc: 'Longest transaction timeout that a producer may ask for.',
    }),
    transactionalIdExpirationMs: integer({
      flag: 'transactional-id-expiration-ms',
      unit: 'ms',
      default: 7 * DAY,
      min: 1,
      doc: 'How long a transactional id that is not used is remembered.',
    }),
    producerIdExpirationMs: integer({
      flag: 'producer-id-expiration-ms',
      unit: 'ms',
      default: DAY,
      min: 1,
      doc: 'How long a partition remembers the sequence numbers of a producer that is silent.',
    }),
    expirationCheckIntervalMs: integer({
      flag: 'transaction-expiration-check-interval-ms',
      unit: 'ms',
      default: 10 * SECOND,
      min: 1,
      doc: 'How often transactions past their timeout are aborted, and expired transactional ids and producers forgotten.',
    }),
  },
} as const satisfies Record<string, Record<string, Setting<unknown>>>;

type Table = typeof SETTINGS_TABLE;

/** All settings of a node, validated. `settings.storage` and its like are the slices that folders are handed. */
export type Settings = {
  readonly [Slice in keyof Table]: { readonly [Key in keyof Table[Slice]]: ValueOf<Table[Slice][Key]> };
};

/** Rules about more than one setting: what is wrong with the whole, each naming the settings to change. */
export function settingsConflicts(settings: Settings): string[] {
  const { groups, kafka, topics } = settings;
  const conflicts: string[] = [];
  if (groups.sessionTimeoutMinMs > groups.sessionTimeoutMaxMs) {
    conflicts.push('group-min-session-timeout-ms is larger than group-max-session-timeout-ms');
  }
  if (topics.messageBytesMax > kafka.requestBytesMax) {
    conflicts.push('message-max-bytes is larger than kafka-request-bytes-max: such a message could never arrive');
  }
  if (kafka.advertisedHost === undefined && ['0.0.0.0', '::', '[::]'].includes(kafka.host)) {
    conflicts.push(
      `kafka-host ${kafka.host} is every address of this machine, which clients cannot connect to by that name: ` +
        'say with kafka-advertised-host which name they use',
    );
  }
  return conflicts;
}
