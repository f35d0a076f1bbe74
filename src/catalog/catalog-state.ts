/**
 * The catalog's state and the only code that changes it: `apply`. Log ids are handed out from a counter that follows
 * from the records, and are never used twice, not even after the topic that had one is gone.
 */
import { assert, unreachable } from '../base/assert.ts';
import type { LogId } from '../base/brand.ts';
import type { StateMachine } from '../storage/log.ts';
import type { ConfigLayers } from './config-layers.ts';
import { type EffectiveTopicConfig, effectiveTopicConfig, sameEffective } from './effective-config.ts';
import type { CatalogRecord, ConfigTexts, PartitionsAdded, TopicCreated, TopicPartition } from './records.ts';
import type { CatalogListener, Topic } from './topic.ts';
import { collisionKey } from './topic-name.ts';

/** Smaller ids are the node's own logs and journals. */
const LOG_ID_MIN = 1024;

type LiveTopic = { -readonly [Key in keyof Topic]: Topic[Key] };

export class CatalogState implements StateMachine<CatalogRecord> {
  readonly #layers: ConfigLayers;
  readonly #listeners = new Set<CatalogListener>();
  readonly #byId = new Map<string, LiveTopic>();
  readonly #byName = new Map<string, LiveTopic>();
  /** Collision key → name. */
  readonly #collisions = new Map<string, string>();
  #clusterId: string | undefined;
  #nextLogId = LOG_ID_MIN;
  #partitionCount = 0;

  /** The layers' dynamic part belongs to this state; nobody else sets it. */
  constructor(layers: ConfigLayers) {
    this.#layers = layers;
  }

  get clusterId(): string | undefined {
    return this.#clusterId;
  }

  get topicCount(): number {
    return this.#byId.size;
  }

  get partitionCount(): number {
    return this.#partitionCount;
  }

  topic(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  topicById(id: string): Topic | undefined {
    return this.#byId.get(id);
  }

  topics(): IterableIterator<Topic> {
    return this.#byName.values();
  }

  /** The existing topic, other than `name` itself, whose name collides with it. */
  collidingName(name: string): string | undefined {
    const other = this.#collisions.get(collisionKey(name));
    return other === name ? undefined : other;
  }

  /** Partitions `from` up to `to` with log ids that were never used. Nothing is taken until a record with them is applied. */
  newPartitions(from: number, to: number): TopicPartition[] {
    const count = to - from;
    return Array.from({ length: count }, (_, i) => ({ index: from + i, logId: (this.#nextLogId + i) as LogId }));
  }

  subscribe(listener: CatalogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(record: CatalogRecord): void {
    switch (record.type) {
      case 'cluster_created':
        assert(this.#clusterId === undefined, 'a cluster is created once');
        this.#clusterId = record.clusterId;
        break;
      case 'log_ids_used':
        this.#nextLogId = Math.max(this.#nextLogId, record.nextLogId);
        break;
      case 'topic_created':
        this.#createTopic(record);
        break;
      case 'topic_deleted':
        this.#deleteTopic(record.topicId);
        break;
      case 'partitions_added':
        this.#addPartitions(record);
        break;
      case 'topic_configs_changed':
        this.#changeTopicConfigs(record.topicId, record.configs);
        break;
      case 'broker_configs_changed':
        this.#changeBrokerConfigs(record.brokerId, record.configs);
        break;
      default:
        unreachable(record);
    }
  }

  /** Taken at once, so that changes during its use do not tear it. */
  snapshot(): CatalogRecord[] {
    const records: CatalogRecord[] = [{ type: 'log_ids_used', nextLogId: this.#nextLogId }];
    if (this.#clusterId !== undefined) records.push({ type: 'cluster_created', clusterId: this.#clusterId });
    for (const [brokerId, configs] of this.#layers.dynamicEntries()) {
      records.push({ type: 'broker_configs_changed', brokerId, configs });
    }
    for (const topic of this.#byId.values()) {
      const { id, name, createdMs, partitions, replicationFactorAsked, configs } = topic;
      const base = { type: 'topic_created', topicId: id, name, createdMs } as const;
      records.push({ ...base, partitions, replicationFactorAsked, configs });
    }
    return records;
  }

  #createTopic(record: TopicCreated): void {
    const { topicId: id, name, createdMs, partitions, replicationFactorAsked, configs } = record;
    assert(!this.#byId.has(id) && !this.#byName.has(name), `topic ${name} is created once`);
    const effective = this.#effective(configs);
    const topic: LiveTopic = { id, name, createdMs, partitions: [], replicationFactorAsked, configs, effective };
    this.#append(topic, partitions);
    this.#byId.set(id, topic);
    this.#byName.set(name, topic);
    this.#collisions.set(collisionKey(name), name);
    for (const listener of this.#listeners) listener.onTopicCreated?.(topic);
  }

  #deleteTopic(topicId: string): void {
    const topic = this.#existing(topicId);
    this.#byId.delete(topicId);
    this.#byName.delete(topic.name);
    this.#collisions.delete(collisionKey(topic.name));
    this.#partitionCount -= topic.partitions.length;
    for (const listener of this.#listeners) listener.onTopicDeleted?.(topic);
  }

  #addPartitions(record: PartitionsAdded): void {
    const topic = this.#existing(record.topicId);
    const from = topic.partitions.length;
    this.#append(topic, record.partitions);
    for (const listener of this.#listeners) listener.onPartitionsAdded?.(topic, from);
  }

  #append(topic: LiveTopic, added: readonly TopicPartition[]): void {
    const partitions = [...topic.partitions, ...added];
    for (const [index, partition] of partitions.entries()) {
      assert(partition.index === index, `partitions of ${topic.name} are numbered without gaps`);
    }
    topic.partitions = partitions;
    this.#partitionCount += added.length;
    for (const { logId } of added) this.#nextLogId = Math.max(this.#nextLogId, logId + 1);
  }

  #changeTopicConfigs(topicId: string, configs: ConfigTexts): void {
    const topic = this.#existing(topicId);
    topic.configs = configs;
    this.#refresh(topic);
  }

  #changeBrokerConfigs(brokerId: string, configs: ConfigTexts): void {
    this.#layers.setDynamic(brokerId, configs);
    for (const topic of this.#byId.values()) this.#refresh(topic);
  }

  #refresh(topic: LiveTopic): void {
    const effective = this.#effective(topic.configs);
    if (sameEffective(effective, topic.effective)) return;
    topic.effective = effective;
    for (const listener of this.#listeners) listener.onConfigChanged?.(topic);
  }

  #effective(configs: ConfigTexts): EffectiveTopicConfig {
    return effectiveTopicConfig((name) => this.#layers.topicValue(configs, name));
  }

  #existing(topicId: string): LiveTopic {
    const topic = this.#byId.get(topicId);
    assert(topic !== undefined, `topic ${topicId} exists`);
    return topic;
  }
}
