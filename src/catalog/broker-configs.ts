/**
 * The table of broker configs that tools and clients look at, under Kafka's names and types. It lists what Trilog has
 * an answer for and what scripts that tune Kafka set while it runs (threads, cleaner), which is accepted and shown and
 * changes nothing; it leaves out the rest (purgatories, inter-broker replication, controllers). Values come
 * from the node's settings; a default here is what Trilog does when the settings say nothing. `dynamic` ones can be
 * changed while the node runs: those that give topics their defaults, and the throttles that reassignment tools set.
 */
import type { ConfigDefinition, ConfigRule, ConfigType } from './config-definition.ts';
import { range } from './config-rules.ts';
import { TOPIC_CONFIGS, type TopicConfigDefinition } from './topic-configs.ts';

export interface BrokerConfigDefinition extends ConfigDefinition {
  readonly update: 'read-only' | 'dynamic';
}

type Row = readonly [
  name: string,
  type: ConfigType,
  defaultText: string | number | null,
  rule: ConfigRule | undefined,
  documentation: string,
];

const ANY = undefined;
const POSITIVE = range(1);
const DAY_MS = 86_400_000;
const INT_MAX = 2 ** 31 - 1;

// biome-ignore format: a table, one config to a row
const NODE: readonly Row[] = [
  ['advertised.listeners', 'LIST', null, ANY, 'The addresses that clients are told to connect to.'],
  ['auto.create.topics.enable', 'BOOLEAN', 'true', ANY, 'Whether a topic is created when a client first asks for it.'],
  ['auto.leader.rebalance.enable', 'BOOLEAN', 'false', ANY, 'Whether leaders move by themselves. One node leads all partitions.'],
  ['authorizer.class.name', 'STRING', '', ANY, 'Name of the authorizer; empty if everything is allowed.'],
  ['broker.id', 'INT', -1, ANY, 'The id of this node; the same as node.id.'],
  ['broker.rack', 'STRING', null, ANY, 'The rack or zone of this node.'],
  ['connections.max.idle.ms', 'LONG', 600000, ANY, 'A connection without requests for this long is closed.'],
  ['controlled.shutdown.enable', 'BOOLEAN', 'true', ANY, 'Whether a stopping node finishes what it has begun.'],
  ['default.replication.factor', 'INT', 1, ANY, 'Replication factor of topics that are created without one.'],
  ['delete.topic.enable', 'BOOLEAN', 'true', ANY, 'Whether topics can be deleted.'],
  ['fetch.max.bytes', 'INT', 57671680, range(1024), 'The most bytes one fetch response carries, whatever the client asks for.'],
  ['inter.broker.listener.name', 'STRING', null, ANY, 'The listener that nodes reach each other by.'],
  ['listener.security.protocol.map', 'STRING', 'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT', ANY, 'The security protocol of each listener name.'],
  ['listeners', 'LIST', 'PLAINTEXT://:9092', ANY, 'The addresses this node listens on.'],
  ['log.cleaner.enable', 'BOOLEAN', 'true', ANY, 'Whether compacted topics are compacted.'],
  ['log.dir', 'LIST', null, ANY, 'The directory that holds the data, if log.dirs is not given.'],
  ['log.dirs', 'LIST', null, ANY, 'The directories that hold the data.'],
  ['log.retention.check.interval.ms', 'LONG', 300000, POSITIVE, 'Time between two searches for data to delete.'],
  ['max.connections', 'INT', INT_MAX, range(0), 'The most connections the node holds at once.'],
  ['max.connections.per.ip', 'INT', INT_MAX, range(0), 'The most connections held at once from one address.'],
  ['max.incremental.fetch.session.cache.slots', 'INT', 1000, range(0), 'The most incremental fetch sessions held at once.'],
  ['max.request.partition.size.limit', 'INT', 2000, POSITIVE, 'The most partitions in one answer to DescribeTopicPartitions.'],
  ['node.id', 'INT', null, range(0), 'The id of this node.'],
  ['num.partitions', 'INT', 1, POSITIVE, 'Partitions of topics that are created without a number.'],
  ['process.roles', 'LIST', 'broker,controller', ANY, 'What this node does.'],
  ['sasl.enabled.mechanisms', 'LIST', '', ANY, 'The SASL mechanisms clients may use.'],
  ['security.inter.broker.protocol', 'STRING', 'PLAINTEXT', ANY, 'The security protocol between nodes.'],
  ['socket.request.max.bytes', 'INT', 104857600, POSITIVE, 'The largest request that is read.'],
];

// biome-ignore format: a table, one config to a row
const LOG_UNITS: readonly Row[] = [
  ['log.flush.scheduler.interval.ms', 'LONG', TOPIC_CONFIGS.get('flush.ms')?.defaultText ?? null, ANY, 'Used for flush.ms when log.flush.interval.ms is not set.'],
  ['log.retention.hours', 'INT', 168, ANY, 'Used for retention.ms when neither log.retention.ms nor log.retention.minutes is set.'],
  ['log.retention.minutes', 'INT', null, ANY, 'Used for retention.ms when log.retention.ms is not set.'],
  ['log.roll.hours', 'INT', 168, POSITIVE, 'Used for segment.ms when log.roll.ms is not set.'],
  ['log.roll.jitter.hours', 'INT', 0, range(0), 'Used for segment.jitter.ms when log.roll.jitter.ms is not set.'],
];

// biome-ignore format: a table, one config to a row
const COORDINATORS: readonly Row[] = [
  ['group.consumer.assignors', 'LIST', 'uniform,range', ANY, 'Server-side assignors, the first of which is the default.'],
  ['group.consumer.heartbeat.interval.ms', 'INT', 5000, POSITIVE, 'Heartbeat interval that members of consumer groups are told.'],
  ['group.consumer.max.heartbeat.interval.ms', 'INT', 15000, POSITIVE, 'The largest heartbeat interval a consumer group may set.'],
  ['group.consumer.max.session.timeout.ms', 'INT', 60000, POSITIVE, 'The largest session timeout a consumer group may set.'],
  ['group.consumer.max.size', 'INT', INT_MAX, POSITIVE, 'The most members in one consumer group.'],
  ['group.consumer.min.heartbeat.interval.ms', 'INT', 5000, POSITIVE, 'The smallest heartbeat interval a consumer group may set.'],
  ['group.consumer.min.session.timeout.ms', 'INT', 45000, POSITIVE, 'The smallest session timeout a consumer group may set.'],
  ['group.consumer.session.timeout.ms', 'INT', 45000, POSITIVE, 'A member of a consumer group that is silent for this long is removed.'],
  ['group.coordinator.rebalance.protocols', 'LIST', 'classic', ANY, 'The group protocols that are served.'],
  ['group.initial.rebalance.delay.ms', 'INT', 3000, ANY, 'How long the first rebalance of a new group waits for more members.'],
  ['group.max.session.timeout.ms', 'INT', 1800000, ANY, 'The largest session timeout a member of a classic group may ask for.'],
  ['group.max.size', 'INT', INT_MAX, POSITIVE, 'The most members in one classic group.'],
  ['group.min.session.timeout.ms', 'INT', 6000, ANY, 'The smallest session timeout a member of a classic group may ask for.'],
  ['offset.metadata.max.bytes', 'INT', 4096, ANY, 'The longest metadata text of a committed offset.'],
  ['offsets.retention.check.interval.ms', 'LONG', 600000, POSITIVE, 'Time between two searches for expired offsets.'],
  ['offsets.retention.minutes', 'INT', 10080, POSITIVE, 'How long the offsets of a group without members are kept.'],
  ['offsets.topic.num.partitions', 'INT', 50, POSITIVE, 'Kept for tools: committed offsets live in a journal, not in a topic.'],
  ['offsets.topic.replication.factor', 'SHORT', 1, POSITIVE, 'Kept for tools: committed offsets live in a journal, not in a topic.'],
  ['producer.id.expiration.ms', 'INT', DAY_MS, POSITIVE, 'How long a partition remembers a producer that sends nothing.'],
  ['transaction.abort.timed.out.transaction.cleanup.interval.ms', 'INT', 10000, POSITIVE, 'Time between two searches for transactions that ran out of time.'],
  ['transaction.max.timeout.ms', 'INT', 900000, POSITIVE, 'The largest transaction timeout a producer may ask for.'],
  ['transaction.partition.verification.enable', 'BOOLEAN', 'true', ANY, 'Whether a write to a partition checks that its transaction knows the partition.'],
  ['transaction.state.log.min.isr', 'INT', 1, POSITIVE, 'Kept for tools: transactions live in a journal, not in a topic.'],
  ['transaction.state.log.num.partitions', 'INT', 50, POSITIVE, 'Kept for tools: transactions live in a journal, not in a topic.'],
  ['transaction.state.log.replication.factor', 'SHORT', 1, POSITIVE, 'Kept for tools: transactions live in a journal, not in a topic.'],
  ['transaction.two.phase.commit.enable', 'BOOLEAN', 'false', ANY, 'Whether transactions may be prepared without a timeout.'],
  ['transactional.id.expiration.ms', 'INT', 7 * DAY_MS, POSITIVE, 'How long an unused transactional id is kept.'],
];

// biome-ignore format: a table, one config to a row
const THROTTLES: readonly Row[] = [
  ['follower.replication.throttled.rate', 'LONG', null, range(0), 'Bytes per second for catching up. Accepted and shown; there is one replica.'],
  ['leader.replication.throttled.rate', 'LONG', null, range(0), 'Bytes per second for serving followers. Accepted and shown; there is one replica.'],
  ['replica.alter.log.dirs.io.max.bytes.per.second', 'LONG', null, range(0), 'Bytes per second for moves between directories. Accepted and shown; there is one directory.'],
];

// biome-ignore format: a table, one config to a row
const TUNING: readonly Row[] = [
  ['background.threads', 'INT', 10, POSITIVE, 'Accepted and shown; there are no such threads.'],
  ['log.cleaner.backoff.ms', 'LONG', 15000, range(0), 'Accepted and shown; see cleaner-interval-ms.'],
  ['log.cleaner.dedupe.buffer.size', 'LONG', 134217728, ANY, 'Accepted and shown; compaction bounds its own memory.'],
  ['log.cleaner.io.buffer.load.factor', 'DOUBLE', '0.9', ANY, 'Accepted and shown; compaction bounds its own memory.'],
  ['log.cleaner.io.buffer.size', 'INT', 524288, range(0), 'Accepted and shown; compaction bounds its own memory.'],
  ['log.cleaner.io.max.bytes.per.second', 'DOUBLE', '1.7976931348623157E308', ANY, 'Accepted and shown; compaction is not throttled.'],
  ['log.cleaner.threads', 'INT', 1, range(0), 'Accepted and shown; there are no such threads.'],
  ['num.io.threads', 'INT', 8, POSITIVE, 'Accepted and shown; there are no such threads.'],
  ['num.network.threads', 'INT', 3, POSITIVE, 'Accepted and shown; there are no such threads.'],
  ['num.recovery.threads.per.data.dir', 'INT', 2, POSITIVE, 'Accepted and shown; there are no such threads.'],
  ['num.replica.fetchers', 'INT', 1, ANY, 'Accepted and shown; there is one replica.'],
];

function define(update: 'read-only' | 'dynamic'): (row: Row) => BrokerConfigDefinition {
  return ([name, type, defaultText, rule, documentation]) => {
    return { name, type, defaultText: defaultText === null ? null : `${defaultText}`, rule, documentation, update };
  };
}

/** The broker config that topics take their default from is the topic config under another name. */
function topicDefault(topic: TopicConfigDefinition): BrokerConfigDefinition[] {
  const [first, second] = topic.brokerSynonyms;
  if (first === undefined) return [];
  return [
    {
      name: first.name,
      type: topic.type,
      // Where a coarser unit can say the same, unset means: ask that one.
      defaultText: second === undefined ? topic.defaultText : null,
      rule: topic.rule,
      documentation: `For topics that do not set ${topic.name}. ${topic.documentation}`,
      update: 'dynamic',
    },
  ];
}

/** By name. */
export const BROKER_CONFIGS: ReadonlyMap<string, BrokerConfigDefinition> = new Map(
  [
    ...[...NODE, ...LOG_UNITS, ...COORDINATORS].map(define('read-only')),
    ...[...TOPIC_CONFIGS.values()].flatMap(topicDefault),
    ...[...THROTTLES, ...TUNING].map(define('dynamic')),
  ].map((definition) => [definition.name, definition]),
);

/** All names that say the same as a broker config in other units, itself included, in order of precedence. */
export const BROKER_SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map(
  [...TOPIC_CONFIGS.values()]
    .map((topic) => topic.brokerSynonyms.map((synonym) => synonym.name))
    .filter((names) => names.length > 1)
    .flatMap((names) => names.map((name) => [name, names] as const)),
);
