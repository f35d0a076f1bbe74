/** What the catalog is told of the settings: Kafka's broker configs, by Kafka's names, as text. Other parts take slices as they are. */
import type { CatalogSettings } from '../catalog/settings.ts';
import { TOPIC_CONFIGS } from '../catalog/topic-configs.ts';
import type { Settings } from '../config/settings.ts';

export function catalogSettings({
  node,
  kafka,
  topics,
  groups,
  transactions,
  producers,
  storage,
}: Settings): CatalogSettings {
  const listener = `PLAINTEXT://${kafka.host}:${kafka.port}`;
  const advertised = `PLAINTEXT://${kafka.advertisedHost ?? kafka.host}:${kafka.advertisedPort ?? kafka.port}`;
  const numbers: Record<string, number> = {
    'message.max.bytes': topics.messageBytesMax,
    'log.retention.ms': topics.retentionMs,
    'log.retention.bytes': topics.retentionBytes,
    'log.retention.check.interval.ms': topics.retentionCheckIntervalMs,
    'socket.request.max.bytes': kafka.requestBytesMax,
    'max.connections': kafka.connectionsMax,
    'connections.max.idle.ms': kafka.idleTimeoutMs,
    'group.initial.rebalance.delay.ms': groups.initialRebalanceDelayMs,
    'group.min.session.timeout.ms': groups.sessionTimeoutMsMin,
    'group.max.session.timeout.ms': groups.sessionTimeoutMsMax,
    'group.max.size': groups.groupSizeMax,
    'offset.metadata.max.bytes': groups.offsetMetadataBytesMax,
    'offsets.retention.minutes': Math.ceil(groups.offsetsRetentionMs / 60_000),
    'offsets.retention.check.interval.ms': groups.offsetsRetentionCheckIntervalMs,
    'transaction.max.timeout.ms': transactions.transactionTimeoutMsMax,
    'transactional.id.expiration.ms': transactions.transactionalIdExpirationMs,
    'producer.id.expiration.ms': producers.expirationMs,
  };
  // Kafka has no default under this name, only one in hours: naming the same value here would look like an override.
  if (String(topics.retentionMs) === TOPIC_CONFIGS.get('retention.ms')?.defaultText) delete numbers['log.retention.ms'];
  const texts = Object.entries(numbers).map(([name, value]) => [name, String(value)]);
  return {
    nodeId: node.id,
    ...topics,
    brokerConfigs: {
      ...Object.fromEntries(texts),
      listeners: listener,
      'advertised.listeners': advertised,
      'log.dirs': storage.dataDir,
    },
  };
}
