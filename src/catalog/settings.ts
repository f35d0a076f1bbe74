/** The slice of the node's settings that the catalog is given. */
import type { ConfigTexts } from './records.ts';
import type { ReplicationFactorMode } from './replicas.ts';

export interface CatalogSettings {
  readonly nodeId: number;
  readonly autoCreateTopics: boolean;
  /** For topics that are created without a number; Kafka's `num.partitions`. */
  readonly defaultPartitions: number;
  readonly replicationFactorMode: ReplicationFactorMode;
  /** More topics are refused. */
  readonly topicsMax: number;
  /** More partitions, over all topics, are refused. */
  readonly partitionsMax: number;
  /**
   * Every other broker config that the settings decide, by Kafka's name, as text. What equals the table's default
   * counts as the default. A name that the table lacks is an assertion error.
   */
  readonly brokerConfigs: ConfigTexts;
}

/** All static broker configs, those that follow from the named settings included. */
export function staticBrokerConfigs(settings: CatalogSettings): ConfigTexts {
  const nodeId = String(settings.nodeId);
  return {
    ...settings.brokerConfigs,
    'node.id': nodeId,
    'broker.id': nodeId,
    'auto.create.topics.enable': String(settings.autoCreateTopics),
    'num.partitions': String(settings.defaultPartitions),
  };
}
