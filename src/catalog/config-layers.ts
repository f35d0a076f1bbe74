/**
 * Where a config's value comes from. Layers, first match wins: this topic, this node (dynamic), the whole cluster
 * (dynamic), the node's settings (static), the table's default. Only `setDynamic` changes anything; it is called when
 * a catalog record is applied.
 */
import { assert } from '../base/assert.ts';
import { BROKER_CONFIGS, BROKER_SYNONYMS, type BrokerConfigDefinition } from './broker-configs.ts';
import { type ConfigValue, canonicalText, storedValue } from './config-definition.ts';
import type { ConfigTexts } from './records.ts';
import { type TopicConfigDefinition, topicConfig } from './topic-configs.ts';

export type ConfigSource =
  | 'DYNAMIC_TOPIC_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG';

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

export const NO_CONFIGS: ConfigTexts = {};

export class ConfigLayers {
  readonly #nodeId: string;
  readonly #statics = new Map<string, string>();
  readonly #dynamic = new Map<string, ConfigTexts>();

  /** @param statics Kafka name → text; one that equals its default counts as the default. Every name must be known. */
  constructor(nodeId: number, statics: ConfigTexts) {
    this.#nodeId = String(nodeId);
    for (const [name, text] of Object.entries(statics)) {
      const definition = brokerConfig(name);
      const canonical = canonicalText(definition, text);
      if (canonical !== definition.defaultText) this.#statics.set(name, canonical);
    }
  }

  /** @param brokerId a node id, or '' for the whole cluster */
  setDynamic(brokerId: string, configs: ConfigTexts): void {
    if (Object.keys(configs).length === 0) this.#dynamic.delete(brokerId);
    else this.#dynamic.set(brokerId, configs);
  }

  dynamic(brokerId: string): ConfigTexts {
    return this.#dynamic.get(brokerId) ?? NO_CONFIGS;
  }

  dynamicEntries(): Iterable<[brokerId: string, configs: ConfigTexts]> {
    return this.#dynamic;
  }

  /** Static text or default: what holds below every dynamic change. */
  staticText(name: string): string | null {
    return this.#statics.get(name) ?? brokerConfig(name).defaultText;
  }

  brokerText(name: string): string | null {
    return this.dynamic(this.#nodeId)[name] ?? this.dynamic('')[name] ?? this.staticText(name);
  }

  /**
   * Everything said about a broker config, most effective first, its names in other units included. As in Kafka, what
   * other names say is left out while the name itself has said nothing.
   */
  brokerSynonyms(name: string): ConfigSynonym[] {
    const names = BROKER_SYNONYMS.get(name) ?? [name];
    const layers: [ConfigSource, (name: string) => string | null | undefined][] = [
      ['DYNAMIC_BROKER_CONFIG', (each) => this.dynamic(this.#nodeId)[each]],
      ['DYNAMIC_DEFAULT_BROKER_CONFIG', (each) => this.dynamic('')[each]],
      ['STATIC_BROKER_CONFIG', (each) => this.#statics.get(each)],
      ['DEFAULT_CONFIG', (each) => brokerConfig(each).defaultText],
    ];
    const all: ConfigSynonym[] = [];
    for (const [source, textOf] of layers) {
      for (const each of names) {
        const value = textOf(each) ?? null;
        if (value !== null) all.push({ name: each, value, source });
      }
    }
    const first = all.findIndex((synonym) => synonym.name === name);
    return first === -1 ? [] : all.slice(first);
  }

  /** What a topic that sets nothing gets. */
  topicDefaultText(definition: TopicConfigDefinition): string {
    for (const { name, unitMs } of definition.brokerSynonyms) {
      const text = this.brokerText(name);
      if (text === null) continue;
      if (unitMs === 1) return text;
      const units = Number(text);
      return units < 0 ? '-1' : String(units * unitMs);
    }
    return definition.defaultText;
  }

  topicText(configs: ConfigTexts, definition: TopicConfigDefinition): string {
    return configs[definition.name] ?? this.topicDefaultText(definition);
  }

  topicValue(configs: ConfigTexts, name: string): ConfigValue {
    const definition = topicConfig(name);
    return storedValue(definition, this.topicText(configs, definition));
  }
}

function brokerConfig(name: string): BrokerConfigDefinition {
  const definition = BROKER_CONFIGS.get(name);
  assert(definition !== undefined, `broker config ${name} is not in the table`);
  return definition;
}
