/**
 * Configs by resource: the same three questions (describe, replace, change) for a topic, this broker, or the cluster
 * (the broker with the empty name). Refuses other brokers, and topics that do not exist.
 */
import { DomainError } from '../base/errors.ts';
import type { Journal } from '../storage/log.ts';
import type { CatalogState } from './catalog-state.ts';
import {
  type ConfigOperation,
  type ConfigSetting,
  changedBrokerConfigs,
  changedTopicConfigs,
  replacedBrokerConfigs,
  replacedTopicConfigs,
} from './config-changes.ts';
import {
  type ConfigEntry,
  type DescribeOptions,
  describeBrokerConfigs,
  describeClusterConfigs,
  describeTopicConfigs,
} from './config-descriptions.ts';
import { type ConfigLayers, NO_CONFIGS } from './config-layers.ts';
import type { CatalogRecord, ConfigTexts } from './records.ts';
import { checkTopicName } from './topic-name.ts';

export interface ConfigResource {
  readonly type: 'topic' | 'broker';
  /** A topic name, this node's id, or '' for the brokers of the whole cluster. */
  readonly name: string;
}

export class ConfigResources {
  constructor(
    private readonly state: CatalogState,
    private readonly layers: ConfigLayers,
    private readonly journal: Journal<CatalogRecord>,
    private readonly nodeId: number,
  ) {}

  describe(resource: ConfigResource, names: readonly string[] | null, options: DescribeOptions): ConfigEntry[] {
    if (resource.type === 'topic') {
      checkTopicName(resource.name);
      const topic = this.state.topic(resource.name);
      if (topic === undefined) throw topicMissing(resource.name);
      return describeTopicConfigs(this.layers, topic.configs, names, options);
    }
    if (resource.name === '') return describeClusterConfigs(this.layers, names, options);
    this.#checkBroker(resource.name, 'Broker', `${this.nodeId} or empty string`);
    return describeBrokerConfigs(this.layers, names, options);
  }

  replace(resource: ConfigResource, settings: readonly ConfigSetting[], validateOnly: boolean): void {
    if (resource.type === 'topic') {
      this.#alterTopic(resource.name, validateOnly, () => replacedTopicConfigs(this.layers, settings));
    } else {
      this.#alterBroker(resource.name, validateOnly, () => replacedBrokerConfigs(settings));
    }
  }

  change(resource: ConfigResource, operations: readonly ConfigOperation[], validateOnly: boolean): void {
    if (resource.type === 'topic') {
      this.#alterTopic(resource.name, validateOnly, (now) => changedTopicConfigs(this.layers, now, operations));
    } else {
      this.#alterBroker(resource.name, validateOnly, (now) => changedBrokerConfigs(this.layers, now, operations));
    }
  }

  /** As in Kafka, what is wrong with the configs is told before a missing topic is. */
  #alterTopic(name: string, validateOnly: boolean, alter: (present: ConfigTexts) => ConfigTexts): void {
    if (name === '') throw new DomainError('invalid_request', 'Default topic resources are not allowed.');
    checkTopicName(name);
    const topic = this.state.topic(name);
    const present = topic?.configs ?? NO_CONFIGS;
    const configs = alter(present);
    if (topic === undefined) throw topicMissing(name);
    if (validateOnly || sameTexts(present, configs)) return;
    this.journal.commit([{ type: 'topic_configs_changed', topicId: topic.id, configs }]);
  }

  #alterBroker(brokerId: string, validateOnly: boolean, alter: (present: ConfigTexts) => ConfigTexts): void {
    if (brokerId !== '') this.#checkBroker(brokerId, 'Node', `${this.nodeId}`);
    const present = this.layers.dynamic(brokerId);
    const configs = alter(present);
    if (validateOnly || sameTexts(present, configs)) return;
    this.journal.commit([{ type: 'broker_configs_changed', brokerId, configs }]);
  }

  #checkBroker(brokerId: string, noun: string, expected: string): void {
    if (!/^[+-]?\d+$/.test(brokerId)) {
      throw new DomainError('invalid_request', `${noun} id must be an integer, but it is: ${brokerId}`);
    }
    if (brokerId !== String(this.nodeId)) {
      const text = `Unexpected broker id, expected ${expected}, but received ${brokerId}`;
      throw new DomainError('invalid_request', text);
    }
  }
}

function topicMissing(name: string): DomainError {
  return new DomainError('topic_not_found', `The topic '${name}' does not exist.`);
}

function sameTexts(a: ConfigTexts, b: ConfigTexts): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
