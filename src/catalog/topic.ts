/** A topic as everyone but the catalog sees it: live, read-only. The object stays the same for the topic's life. */
import type { EffectiveTopicConfig } from './effective-config.ts';
import type { ConfigTexts, TopicPartition } from './records.ts';

export interface Topic {
  /** Kafka's Uuid as text. */
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** The partition with index i is at place i. */
  readonly partitions: readonly TopicPartition[];
  readonly replicationFactorAsked: number;
  /** Only what the topic itself sets. */
  readonly configs: ConfigTexts;
  /** Everything that holds for the topic; a new object after every change. */
  readonly effective: EffectiveTopicConfig;
}

/**
 * Told of every change while it is applied, live and in recovery alike; must not throw, nor change the catalog. Whoever
 * subscribes before recovery therefore hears of every topic there is.
 */
export interface CatalogListener {
  onTopicCreated?(topic: Topic): void;
  /** @param from the first new partition */
  onPartitionsAdded?(topic: Topic, from: number): void;
  onTopicDeleted?(topic: Topic): void;
  /** `topic.effective` changed, through the topic's own configs or the broker's. */
  onConfigChanged?(topic: Topic): void;
}
