/** Configs as clients see them described: value, origin, type, and on request all origins and a documentation text. */
import { BROKER_CONFIGS } from './broker-configs.ts';
import type { ConfigDefinition, ConfigType } from './config-definition.ts';
import type { ConfigLayers, ConfigSource, ConfigSynonym } from './config-layers.ts';
import type { ConfigTexts } from './records.ts';
import { TOPIC_CONFIGS, type TopicConfigDefinition } from './topic-configs.ts';

export interface ConfigEntry {
  readonly name: string;
  /** null if unset, and always if sensitive. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly isSensitive: boolean;
  readonly readOnly: boolean;
  /** Most effective first; empty unless asked for. */
  readonly synonyms: readonly ConfigSynonym[];
  readonly type: ConfigType;
  /** null unless asked for. */
  readonly documentation: string | null;
}

export interface DescribeOptions {
  readonly includeSynonyms?: boolean;
  readonly includeDocumentation?: boolean;
}

/** @param names the configs to describe; unknown ones are left out. null stands for all. */
export function describeTopicConfigs(
  layers: ConfigLayers,
  configs: ConfigTexts,
  names: readonly string[] | null,
  options: DescribeOptions,
): ConfigEntry[] {
  return select(TOPIC_CONFIGS, names).map((definition) => {
    const value = layers.topicText(configs, definition);
    const synonyms = topicSynonyms(layers, configs, definition, value);
    return entry(definition, value, false, synonyms, options);
  });
}

export function describeBrokerConfigs(
  layers: ConfigLayers,
  names: readonly string[] | null,
  options: DescribeOptions,
): ConfigEntry[] {
  return select(BROKER_CONFIGS, names).map((definition) => {
    const value = layers.brokerText(definition.name);
    return entry(definition, value, definition.update === 'read-only', layers.brokerSynonyms(definition.name), options);
  });
}

/** Only what was changed for the whole cluster, as Kafka answers for the broker with the empty name. */
export function describeClusterConfigs(
  layers: ConfigLayers,
  names: readonly string[] | null,
  options: DescribeOptions,
): ConfigEntry[] {
  const configs = layers.dynamic('');
  return select(BROKER_CONFIGS, names)
    .filter((definition) => configs[definition.name] !== undefined)
    .map((definition) => {
      const synonyms = layers
        .brokerSynonyms(definition.name)
        .filter((synonym) => synonym.source === 'DYNAMIC_DEFAULT_BROKER_CONFIG');
      return entry(definition, configs[definition.name] ?? null, false, synonyms, options);
    });
}

function topicSynonyms(
  layers: ConfigLayers,
  configs: ConfigTexts,
  definition: TopicConfigDefinition,
  value: string,
): ConfigSynonym[] {
  const first = definition.brokerSynonyms[0];
  const inherited = first === undefined ? [] : layers.brokerSynonyms(first.name);
  if (configs[definition.name] === undefined) return inherited;
  return [{ name: definition.name, value, source: 'DYNAMIC_TOPIC_CONFIG' }, ...inherited];
}

function entry(
  definition: ConfigDefinition,
  value: string | null,
  readOnly: boolean,
  synonyms: readonly ConfigSynonym[],
  options: DescribeOptions,
): ConfigEntry {
  const isSensitive = definition.type === 'PASSWORD';
  const shown = isSensitive ? synonyms.map((synonym) => ({ ...synonym, value: null })) : synonyms;
  return {
    name: definition.name,
    value: isSensitive ? null : value,
    source: synonyms[0]?.source ?? 'DEFAULT_CONFIG',
    isSensitive,
    readOnly,
    synonyms: options.includeSynonyms ? shown : [],
    type: definition.type,
    documentation: options.includeDocumentation ? definition.documentation : null,
  };
}

function select<Definition>(table: ReadonlyMap<string, Definition>, names: readonly string[] | null): Definition[] {
  if (names === null) return [...table.values()];
  return [...new Set(names)].flatMap((name) => table.get(name) ?? []);
}
