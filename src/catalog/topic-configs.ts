/**
 * The one table of topic configs: Kafka 4.2's names, types, defaults and rules, the broker configs that give their
 * default, and whether Trilog acts on them. A config with effect `accepted` is stored, checked and shown, and changes
 * nothing here; its documentation says so.
 */
import { assert } from '../base/assert.ts';
import { type ConfigDefinition, type ConfigRule, type ConfigType, LONG_MAX } from './config-definition.ts';
import { gzipLevel, listOf, oneOf, range, throttledReplicas } from './config-rules.ts';

/** A broker config that gives a topic config its default. Its value times `unitMs` is the topic's, if that is not 1. */
export interface BrokerSynonym {
  readonly name: string;
  readonly unitMs: number;
}

export interface TopicConfigDefinition extends ConfigDefinition {
  readonly defaultText: string;
  /** In order of precedence. */
  readonly brokerSynonyms: readonly BrokerSynonym[];
  readonly effect: 'honoured' | 'accepted';
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NO_LIMIT = LONG_MAX.toString();

type Synonyms = readonly (string | readonly [name: string, unitMs: number])[];

function row(
  effect: 'honoured' | 'accepted',
  name: string,
  type: ConfigType,
  defaultText: string | number,
  rule: ConfigRule | undefined,
  synonyms: Synonyms,
  documentation: string,
): TopicConfigDefinition {
  const brokerSynonyms = synonyms.map((synonym) =>
    typeof synonym === 'string' ? { name: synonym, unitMs: 1 } : { name: synonym[0], unitMs: synonym[1] },
  );
  const note = effect === 'accepted' ? ' Accepted and shown; Trilog does not act on it.' : '';
  return {
    name,
    type,
    defaultText: `${defaultText}`,
    rule,
    brokerSynonyms,
    effect,
    documentation: documentation + note,
  };
}

const honoured = row.bind(undefined, 'honoured');
const accepted = row.bind(undefined, 'accepted');

const CODECS = oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer');
const TIMESTAMP_TYPES = oneOf('CreateTime', 'LogAppendTime');

// biome-ignore format: a table, one config to a row
const ROWS: readonly TopicConfigDefinition[] = [
  honoured('cleanup.policy', 'LIST', 'delete', listOf('compact', 'delete'), ['log.cleanup.policy'],
    'How old data goes: "delete" by age and size, "compact" by keeping the last record of each key, or both.'),
  accepted('compression.gzip.level', 'INT', -1, gzipLevel, ['compression.gzip.level'],
    'Level used when the broker compresses with gzip.'),
  accepted('compression.lz4.level', 'INT', 9, range(1, 17), ['compression.lz4.level'],
    'Level used when the broker compresses with lz4.'),
  accepted('compression.type', 'STRING', 'producer', CODECS, ['compression.type'],
    'Codec of stored batches; "producer" keeps what the producer sent.'),
  accepted('compression.zstd.level', 'INT', 3, range(-131072, 22), ['compression.zstd.level'],
    'Level used when the broker compresses with zstd.'),
  honoured('delete.retention.ms', 'LONG', DAY_MS, range(0), ['log.cleaner.delete.retention.ms'],
    'How long a compacted topic keeps the marker that a key was deleted.'),
  accepted('file.delete.delay.ms', 'LONG', MINUTE_MS, range(0), ['log.segment.delete.delay.ms'],
    'How long a file stays on disk after its data was given up.'),
  accepted('flush.messages', 'LONG', NO_LIMIT, range(1), ['log.flush.interval.messages'],
    'Records between two forced syncs. Durability is the node setting "fsync".'),
  accepted('flush.ms', 'LONG', NO_LIMIT, range(0), ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
    'Time between two forced syncs. Durability is the node setting "fsync".'),
  accepted('follower.replication.throttled.replicas', 'LIST', '', throttledReplicas, [],
    'Follower replicas whose catch-up is throttled.'),
  accepted('index.interval.bytes', 'INT', 4096, range(0), ['log.index.interval.bytes'],
    'Bytes of log between two entries of its offset index.'),
  accepted('leader.replication.throttled.replicas', 'LIST', '', throttledReplicas, [],
    'Leader replicas whose sending to followers is throttled.'),
  accepted('local.retention.bytes', 'LONG', -2, range(-2), ['log.local.retention.bytes'],
    'Bytes kept locally of a tiered topic; -2 stands for retention.bytes.'),
  accepted('local.retention.ms', 'LONG', -2, range(-2), ['log.local.retention.ms'],
    'Time that data of a tiered topic is kept locally; -2 stands for retention.ms.'),
  honoured('max.compaction.lag.ms', 'LONG', NO_LIMIT, range(1), ['log.cleaner.max.compaction.lag.ms'],
    'The longest a record of a compacted topic may wait for compaction.'),
  honoured('max.message.bytes', 'INT', 1048588, range(0), ['message.max.bytes'],
    'The largest record batch that is accepted, in bytes, after compression.'),
  honoured('message.timestamp.after.max.ms', 'LONG', HOUR_MS, range(0), ['log.message.timestamp.after.max.ms'],
    'How far the timestamp of a record may lie ahead of the broker clock.'),
  honoured('message.timestamp.before.max.ms', 'LONG', NO_LIMIT, range(0), ['log.message.timestamp.before.max.ms'],
    'How far the timestamp of a record may lie behind the broker clock.'),
  honoured('message.timestamp.type', 'STRING', 'CreateTime', TIMESTAMP_TYPES, ['log.message.timestamp.type'],
    'Whether records keep the time their producer gave them or get the time of their arrival.'),
  honoured('min.cleanable.dirty.ratio', 'DOUBLE', '0.5', range(0, 1), ['log.cleaner.min.cleanable.ratio'],
    'The share of uncompacted bytes in a log from which compaction is worth its cost.'),
  honoured('min.compaction.lag.ms', 'LONG', 0, range(0), ['log.cleaner.min.compaction.lag.ms'],
    'The shortest time that a record stays uncompacted.'),
  accepted('min.insync.replicas', 'INT', 1, range(1), ['min.insync.replicas'],
    'Replicas that must have a record before acks=all is answered. The storage engine makes one copy durable.'),
  accepted('preallocate', 'BOOLEAN', 'false', undefined, ['log.preallocate'],
    'Whether segment files are created at their full size.'),
  accepted('remote.log.copy.disable', 'BOOLEAN', 'false', undefined, [],
    'Makes the tiered data of a topic read-only.'),
  accepted('remote.log.delete.on.disable', 'BOOLEAN', 'false', undefined, [],
    'Whether tiered data is deleted when tiering is switched off.'),
  accepted('remote.storage.enable', 'BOOLEAN', 'false', undefined, [],
    'Tiered storage for the topic; cannot be switched on.'),
  honoured('retention.bytes', 'LONG', -1, undefined, ['log.retention.bytes'],
    'Bytes that a partition keeps before its oldest data is deleted; -1 keeps all.'),
  honoured('retention.ms', 'LONG', 7 * DAY_MS, range(-1),
    ['log.retention.ms', ['log.retention.minutes', MINUTE_MS], ['log.retention.hours', HOUR_MS]],
    'How long data is kept before it is deleted; -1 keeps it for ever.'),
  honoured('segment.bytes', 'INT', 1073741824, range(1048576), ['log.segment.bytes'],
    'Size at which the newest part of a log is closed; retention and compaction work on closed parts.'),
  accepted('segment.index.bytes', 'INT', 10485760, range(4), ['log.index.size.max.bytes'],
    'Size of the offset index file of one segment.'),
  accepted('segment.jitter.ms', 'LONG', 0, range(0), ['log.roll.jitter.ms', ['log.roll.jitter.hours', HOUR_MS]],
    'Random time taken off segment.ms, so that segments do not all close at once.'),
  honoured('segment.ms', 'LONG', 7 * DAY_MS, range(1), ['log.roll.ms', ['log.roll.hours', HOUR_MS]],
    'Age at which the newest part of a log is closed even if it is small.'),
  accepted('unclean.leader.election.enable', 'BOOLEAN', 'false', undefined, ['unclean.leader.election.enable'],
    'Whether a replica that lacks records may lead.'),
];

/** By name, in alphabetical order. */
export const TOPIC_CONFIGS: ReadonlyMap<string, TopicConfigDefinition> = new Map(ROWS.map((each) => [each.name, each]));

export function topicConfig(name: string): TopicConfigDefinition {
  const definition = TOPIC_CONFIGS.get(name);
  assert(definition !== undefined, `topic config ${name} is not in the table`);
  return definition;
}
