/**
 * What exists on this node: topics with their partitions and configs, broker configs, the cluster id. Every operation
 * checks first, then commits records; nothing is changed by a refused one. Errors are domain errors with Kafka's texts.
 *
 * Invariants: topic ids and log ids are never reused; names are unique and do not collide as metric names; the number
 * of topics and of partitions stays within the settings, and configs within the tables.
 */
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Journal, StateMachine } from '../storage/log.ts';
import { CatalogState } from './catalog-state.ts';
import { type ConfigOperation, type ConfigSetting, newTopicConfigs } from './config-changes.ts';
import { type ConfigEntry, type DescribeOptions, describeTopicConfigs } from './config-descriptions.ts';
import { ConfigLayers } from './config-layers.ts';
import { type ConfigResource, ConfigResources } from './config-resources.ts';
import type { CatalogRecord, ConfigTexts } from './records.ts';
import {
  type BrokerIds,
  checkAddedAssignment,
  checkNewAssignment,
  checkPartitionCount,
  checkReplicationFactor,
  PARTITIONS_PER_REQUEST_MAX,
  type PartitionAssignment,
  REPLICATION_FACTOR,
} from './replicas.ts';
import { type CatalogSettings, staticBrokerConfigs } from './settings.ts';
import type { CatalogListener, Topic } from './topic.ts';
import { checkTopicName, isInternalTopic, OFFSETS_TOPIC } from './topic-name.ts';
import { randomUuid, UUID_ZERO } from './uuid.ts';

export interface CatalogDependencies {
  readonly journal: Journal<CatalogRecord>;
  readonly random: Random;
  readonly clock: Clock;
  readonly settings: CatalogSettings;
  readonly logger: Logger;
  /** Topics share their names with the queues of AMQP and SQS: whether one has that name. */
  isQueue?(name: string): boolean;
}

export interface NewTopic {
  readonly name: string;
  /** -1: the default; must be -1 if there are assignments. */
  readonly numPartitions: number;
  /** -1: the default; must be -1 if there are assignments. */
  readonly replicationFactor: number;
  readonly assignments?: readonly PartitionAssignment[];
  readonly configs?: readonly ConfigSetting[];
}

export interface CreatedTopic {
  /** All zero if the topic was only checked. */
  readonly topicId: string;
  readonly name: string;
  readonly numPartitions: number;
  /** What is true, not what was asked for. */
  readonly replicationFactor: number;
  readonly configs: readonly ConfigEntry[];
}

export interface ChangeOptions {
  /** Check everything, change nothing. */
  readonly validateOnly?: boolean;
}

interface TopicPlan {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactorAsked: number;
  readonly configs: ConfigTexts;
}

export class Catalog implements StateMachine<CatalogRecord> {
  readonly #journal: Journal<CatalogRecord>;
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #settings: CatalogSettings;
  readonly #logger: Logger;
  readonly #isQueue: (name: string) => boolean;
  readonly #layers: ConfigLayers;
  readonly #state: CatalogState;
  readonly #configs: ConfigResources;

  constructor({ journal, random, clock, settings, logger, isQueue = () => false }: CatalogDependencies) {
    this.#isQueue = isQueue;
    this.#journal = journal;
    this.#random = random;
    this.#clock = clock;
    this.#settings = settings;
    this.#logger = logger;
    this.#layers = new ConfigLayers(settings.nodeId, staticBrokerConfigs(settings));
    this.#state = new CatalogState(this.#layers);
    this.#configs = new ConfigResources(this.#state, this.#layers, journal, settings.nodeId);
  }

  apply(record: CatalogRecord): void {
    this.#state.apply(record);
  }

  snapshot(): CatalogRecord[] {
    return this.#state.snapshot();
  }

  /** Returns a function that ends the subscription. */
  subscribe(listener: CatalogListener): () => void {
    return this.#state.subscribe(listener);
  }

  /** undefined until `createCluster` was called, in this life of the node or an earlier one. */
  get clusterId(): string | undefined {
    return this.#state.clusterId;
  }

  /** Gives the cluster its id unless it has one. Called once, after recovery. */
  createCluster(): string {
    const existing = this.#state.clusterId;
    if (existing !== undefined) return existing;
    const clusterId = randomUuid(this.#random);
    this.#journal.commit([{ type: 'cluster_created', clusterId }]);
    return clusterId;
  }

  get topicCount(): number {
    return this.#state.topicCount;
  }

  get partitionCount(): number {
    return this.#state.partitionCount;
  }

  topic(name: string): Topic | undefined {
    return this.#state.topic(name);
  }

  topicById(id: string): Topic | undefined {
    return this.#state.topicById(id);
  }

  /** In order of creation. */
  topics(): IterableIterator<Topic> {
    return this.#state.topics();
  }

  /** @throws DomainError when the name, the counts, the configs or the node's limits do not allow the topic */
  createTopic(wanted: NewTopic, { validateOnly = false }: ChangeOptions = {}): CreatedTopic {
    const plan = this.#plan(wanted);
    const topic = validateOnly ? undefined : this.#create(plan);
    return {
      topicId: topic?.id ?? UUID_ZERO,
      name: plan.name,
      numPartitions: plan.numPartitions,
      replicationFactor: REPLICATION_FACTOR,
      configs: describeTopicConfigs(this.#layers, plan.configs, null, {}),
    };
  }

  /**
   * The topic of that name, created with the defaults if need be.
   * @throws DomainError `topic_not_found` if topics, or this one, do not create themselves
   */
  autoCreate(name: string): Topic {
    const existing = this.#state.topic(name);
    if (existing) return existing;
    checkTopicName(name);
    if (!this.#settings.autoCreateTopics || isInternalTopic(name)) throw topicNotFound();
    return this.#create(this.#plan({ name, numPartitions: -1, replicationFactor: -1 }));
  }

  /**
   * The topic in which Kafka keeps committed offsets, unless it exists or the node is full. It stays empty: it is there
   * because clients know groups by it, and tell from it that a topic is internal.
   */
  createOffsetsTopic(): void {
    const { topicsMax, partitionsMax } = this.#settings;
    if (this.#state.topic(OFFSETS_TOPIC)) return;
    if (this.#state.topicCount >= topicsMax || this.#state.partitionCount >= partitionsMax) return;
    const configs = { 'cleanup.policy': 'compact' };
    this.#create({ name: OFFSETS_TOPIC, numPartitions: 1, replicationFactorAsked: REPLICATION_FACTOR, configs });
  }

  /** Returns the topic as it was. @throws DomainError `topic_not_found` by name, `topic_id_unknown` by id */
  deleteTopic(by: { readonly name: string } | { readonly id: string }): Topic {
    const topic = 'name' in by ? this.#state.topic(by.name) : this.#state.topicById(by.id);
    if (topic === undefined) {
      if ('name' in by) throw topicNotFound();
      throw new DomainError('topic_id_unknown', 'This server does not host this topic ID.');
    }
    this.#journal.commit([{ type: 'topic_deleted', topicId: topic.id }]);
    this.#logger.info({ topic: topic.name, topicId: topic.id }, 'topic deleted');
    return topic;
  }

  /**
   * Gives a topic `newTotal` partitions in all.
   * @param assignments for the new ones, in order; null if the broker shall decide
   */
  addPartitions(
    name: string,
    newTotal: number,
    assignments: readonly BrokerIds[] | null = null,
    { validateOnly = false }: ChangeOptions = {},
  ): void {
    const topic = this.#state.topic(name);
    if (topic === undefined) throw topicNotFound();
    const present = topic.partitions.length;
    if (newTotal === present) {
      throw new DomainError('partition_count_invalid', `Topic already has ${present} partition(s).`);
    }
    if (newTotal < present) {
      const text = `The topic ${name} currently has ${present} partition(s); ${newTotal} would not be an increase.`;
      throw new DomainError('partition_count_invalid', text);
    }
    if (assignments !== null) checkAddedAssignment(assignments, newTotal - present, this.#settings.nodeId);
    this.#checkPartitionLimits(name, newTotal - present);
    if (validateOnly) return;
    const partitions = this.#state.newPartitions(present, newTotal);
    this.#journal.commit([{ type: 'partitions_added', topicId: topic.id, partitions }]);
    this.#logger.info({ topic: name, from: present, to: newTotal }, 'partitions added');
  }

  /** @param names the configs wanted, null for all; unknown names are left out */
  describeConfigs(
    resource: ConfigResource,
    names: readonly string[] | null = null,
    options: DescribeOptions = {},
  ): ConfigEntry[] {
    return this.#configs.describe(resource, names, options);
  }

  /** Makes `settings` all there is: what it does not name goes back to its default. */
  alterConfigs(resource: ConfigResource, settings: readonly ConfigSetting[], options: ChangeOptions = {}): void {
    this.#configs.replace(resource, settings, options.validateOnly ?? false);
  }

  incrementalAlterConfigs(
    resource: ConfigResource,
    operations: readonly ConfigOperation[],
    options: ChangeOptions = {},
  ): void {
    this.#configs.change(resource, operations, options.validateOnly ?? false);
  }

  #plan(wanted: NewTopic): TopicPlan {
    const { name } = wanted;
    checkTopicName(name);
    if (isInternalTopic(name)) {
      throw new DomainError('invalid_request', `Creation of internal topic ${name} is prohibited.`);
    }
    if (this.#state.topic(name)) throw new DomainError('topic_exists', `Topic '${name}' already exists.`);
    if (this.#isQueue(name)) {
      const text = `'${name}' is a queue: choose another name, or delete the queue.`;
      throw new DomainError('topic_name_invalid', text);
    }
    const other = this.#state.collidingName(name);
    if (other !== undefined) {
      throw new DomainError('topic_name_invalid', `Topic '${name}' collides with existing topic: ${other}`);
    }
    const configs = newTopicConfigs(this.#layers, wanted.configs ?? []);
    const numPartitions = this.#plannedPartitions(wanted);
    if (this.#state.topicCount >= this.#settings.topicsMax) {
      const text = `Topic '${name}' would be one more than this node's limit of ${this.#settings.topicsMax} topics.`;
      throw new DomainError('policy_violation', text);
    }
    this.#checkPartitionLimits(name, numPartitions);
    const replicationFactorAsked = wanted.replicationFactor === -1 ? REPLICATION_FACTOR : wanted.replicationFactor;
    return { name, numPartitions, replicationFactorAsked, configs };
  }

  #plannedPartitions({ assignments = [], numPartitions, replicationFactor }: NewTopic): number {
    if (assignments.length === 0) {
      checkReplicationFactor(replicationFactor, this.#settings.replicationFactorMode);
      return checkPartitionCount(numPartitions, this.#settings.defaultPartitions);
    }
    const manual = 'A manual partition assignment was specified, but';
    if (replicationFactor !== -1) {
      throw new DomainError('invalid_request', `${manual} replication factor was not set to -1.`);
    }
    if (numPartitions !== -1) throw new DomainError('invalid_request', `${manual} numPartitions was not set to -1.`);
    return checkNewAssignment(assignments, this.#settings.nodeId);
  }

  #checkPartitionLimits(name: string, added: number): void {
    if (added > PARTITIONS_PER_REQUEST_MAX) {
      throw new DomainError('policy_violation', 'Excessively large number of partitions per request.');
    }
    const { partitionsMax } = this.#settings;
    if (this.#state.partitionCount + added > partitionsMax) {
      const text = `${added} partition(s) for topic '${name}' would exceed this node's limit of ${partitionsMax} partitions.`;
      throw new DomainError('policy_violation', text);
    }
  }

  #create({ name, numPartitions, replicationFactorAsked, configs }: TopicPlan): Topic {
    const topicId = randomUuid(this.#random);
    const partitions = this.#state.newPartitions(0, numPartitions);
    const what = { type: 'topic_created', topicId, name, createdMs: this.#clock.nowMs() } as const;
    this.#journal.commit([{ ...what, partitions, replicationFactorAsked, configs }]);
    this.#logger.info({ topic: name, topicId, partitions: numPartitions }, 'topic created');
    const topic = this.#state.topicById(topicId);
    assert(topic !== undefined, `committing applied the creation of ${name}`);
    return topic;
  }
}

function topicNotFound(): DomainError {
  return new DomainError('topic_not_found', 'This server does not host this topic-partition.');
}
