/**
 * The catalog's journal: what changed in what exists. Records are plain JSON. Config maps are whole, never deltas, so
 * applying one is an assignment. Log ids are named in the record that first uses them.
 */
import type { LogId } from '../base/brand.ts';

export type ConfigTexts = Readonly<Record<string, string>>;

export interface TopicPartition {
  readonly index: number;
  readonly logId: LogId;
}

export interface ClusterCreated {
  readonly type: 'cluster_created';
  /** 22 characters of base64url. */
  readonly clusterId: string;
}

/** Only in snapshots: ids below `nextLogId` may have belonged to logs that are gone, and must not come back. */
export interface LogIdsUsed {
  readonly type: 'log_ids_used';
  readonly nextLogId: number;
}

export interface TopicCreated {
  readonly type: 'topic_created';
  readonly topicId: string;
  readonly name: string;
  readonly createdMs: number;
  readonly partitions: readonly TopicPartition[];
  /** What the client wanted; what is true today is one replica. */
  readonly replicationFactorAsked: number;
  readonly configs: ConfigTexts;
}

export interface TopicDeleted {
  readonly type: 'topic_deleted';
  readonly topicId: string;
}

export interface PartitionsAdded {
  readonly type: 'partitions_added';
  readonly topicId: string;
  readonly partitions: readonly TopicPartition[];
}

export interface TopicConfigsChanged {
  readonly type: 'topic_configs_changed';
  readonly topicId: string;
  readonly configs: ConfigTexts;
}

export interface BrokerConfigsChanged {
  readonly type: 'broker_configs_changed';
  /** A node id as text; '' is the default of the whole cluster. */
  readonly brokerId: string;
  readonly configs: ConfigTexts;
}

export type CatalogRecord =
  | ClusterCreated
  | LogIdsUsed
  | TopicCreated
  | TopicDeleted
  | PartitionsAdded
  | TopicConfigsChanged
  | BrokerConfigsChanged;
