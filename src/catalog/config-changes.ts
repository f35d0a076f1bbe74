/**
 * What a request to change configs makes of the present ones: the new map, in canonical texts. Pure; the caller
 * commits it. Refuses, in Kafka's words, duplicates, missing values, unknown names, values that break their rule,
 * list operations on what is no list, and broker configs that cannot change while the node runs.
 */
import { DomainError, type ErrorKind } from '../base/errors.ts';
import { BROKER_CONFIGS } from './broker-configs.ts';
import { type ConfigDefinition, canonicalText } from './config-definition.ts';
import type { ConfigLayers } from './config-layers.ts';
import type { ConfigTexts } from './records.ts';
import { TOPIC_CONFIGS } from './topic-configs.ts';

export interface ConfigSetting {
  readonly name: string;
  readonly value: string | null;
}

export interface ConfigOperation extends ConfigSetting {
  readonly operation: 'SET' | 'DELETE' | 'APPEND' | 'SUBTRACT';
}

/** The configs of a topic that is being created. */
export function newTopicConfigs(layers: ConfigLayers, settings: readonly ConfigSetting[]): ConfigTexts {
  refuseDuplicates(settings);
  const missing = settings.filter((setting) => setting.value === null).map((setting) => setting.name);
  if (missing.length > 0) {
    throw new DomainError('config_invalid', `Null value not supported for topic configs: ${missing.join(',')}`);
  }
  return checkTopicConfigs(layers, {}, toTexts(settings));
}

/** Replaces all configs of a topic. */
export function replacedTopicConfigs(layers: ConfigLayers, settings: readonly ConfigSetting[]): ConfigTexts {
  refuseDuplicates(settings);
  refuseNulls(settings);
  return checkTopicConfigs(layers, {}, toTexts(settings));
}

export function changedTopicConfigs(
  layers: ConfigLayers,
  present: ConfigTexts,
  operations: readonly ConfigOperation[],
): ConfigTexts {
  refuseDuplicates(operations);
  refuseNulls(operations.filter((each) => each.operation !== 'DELETE'));
  const { kept, changed } = operate(present, operations, (operation) => {
    const definition = TOPIC_CONFIGS.get(operation.name);
    if (definition?.type !== 'LIST') {
      const text = `Can't ${operation.operation} to key ${operation.name} because its type is not LIST.`;
      throw new DomainError('config_invalid', text);
    }
    return present[operation.name] ?? layers.topicDefaultText(definition);
  });
  return checkTopicConfigs(layers, kept, changed);
}

/** Replaces all dynamic configs of a broker, or of the cluster. */
export function replacedBrokerConfigs(settings: readonly ConfigSetting[]): ConfigTexts {
  refuseDuplicates(settings);
  refuseNulls(settings);
  return checkBrokerConfigs({}, toTexts(settings));
}

export function changedBrokerConfigs(
  layers: ConfigLayers,
  present: ConfigTexts,
  operations: readonly ConfigOperation[],
): ConfigTexts {
  refuseDuplicates(operations);
  refuseNulls(operations.filter((each) => each.operation !== 'DELETE'));
  const { kept, changed } = operate(present, operations, ({ name, operation }) => {
    const definition = BROKER_CONFIGS.get(name);
    if (definition === undefined) throw unknownBrokerConfig(name);
    if (definition.type !== 'LIST') {
      const text = `Config value ${operation.toLowerCase()} is not allowed for config key: ${name}`;
      throw new DomainError('config_invalid', text);
    }
    return present[name] ?? layers.staticText(name) ?? '';
  });
  return checkBrokerConfigs(kept, changed);
}

/** @param listText gives the list that an APPEND or SUBTRACT starts from, or throws. */
function operate(
  present: ConfigTexts,
  operations: readonly ConfigOperation[],
  listText: (operation: ConfigOperation) => string,
): { kept: ConfigTexts; changed: Map<string, string> } {
  const kept = { ...present };
  const changed = new Map<string, string>();
  for (const each of operations) {
    const isList = each.operation === 'APPEND' || each.operation === 'SUBTRACT';
    const list = isList ? split(listText(each)).filter((part) => part !== '') : [];
    delete kept[each.name];
    const value = each.value ?? '';
    if (each.operation === 'SET') changed.set(each.name, value);
    if (each.operation === 'APPEND') changed.set(each.name, [...new Set([...list, ...split(value)])].join(','));
    if (each.operation === 'SUBTRACT') {
      const gone = new Set(split(value));
      changed.set(each.name, list.filter((part) => !gone.has(part)).join(','));
    }
  }
  return { kept, changed };
}

function checkTopicConfigs(layers: ConfigLayers, kept: ConfigTexts, changed: Map<string, string>): ConfigTexts {
  const definitions = [...changed.keys()].map((name) => {
    const definition = TOPIC_CONFIGS.get(name);
    if (definition === undefined) throw new DomainError('config_invalid', `Unknown topic config name: ${name}`);
    return definition;
  });
  const configs = { ...kept, ...canonicalTexts(definitions, changed, 'config_invalid') };
  const min = layers.topicValue(configs, 'min.compaction.lag.ms') as bigint;
  const max = layers.topicValue(configs, 'max.compaction.lag.ms') as bigint;
  if (min > max && (changed.has('min.compaction.lag.ms') || changed.has('max.compaction.lag.ms'))) {
    const text = `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`;
    throw new DomainError('config_invalid', text);
  }
  if (configs['remote.storage.enable'] === 'true') {
    const text = 'Tiered Storage functionality is disabled in the broker. ';
    throw new DomainError('config_invalid', `${text}Topic cannot be configured with remote log storage.`);
  }
  return configs;
}

function checkBrokerConfigs(kept: ConfigTexts, changed: Map<string, string>): ConfigTexts {
  const definitions = [...changed.keys()].map((name) => {
    const definition = BROKER_CONFIGS.get(name);
    if (definition === undefined) throw unknownBrokerConfig(name);
    return definition;
  });
  const fixed = definitions.filter((each) => each.update === 'read-only').map((each) => each.name);
  if (fixed.length > 0) {
    throw new DomainError('invalid_request', `Cannot update these configs dynamically: Set(${fixed.join(', ')})`);
  }
  return { ...kept, ...canonicalTexts(definitions, changed, 'invalid_request') };
}

function canonicalTexts(
  definitions: readonly ConfigDefinition[],
  texts: ReadonlyMap<string, string>,
  kind: ErrorKind,
): ConfigTexts {
  return Object.fromEntries(
    definitions.map((definition) => [
      definition.name,
      canonicalText(definition, texts.get(definition.name) ?? '', kind),
    ]),
  );
}

function toTexts(settings: readonly ConfigSetting[]): Map<string, string> {
  return new Map(settings.map((setting) => [setting.name, setting.value ?? '']));
}

function unknownBrokerConfig(name: string): DomainError {
  return new DomainError('config_invalid', `Unknown broker config name: ${name}`);
}

function refuseDuplicates(settings: readonly ConfigSetting[]): void {
  if (new Set(settings.map((setting) => setting.name)).size < settings.length) {
    throw new DomainError('invalid_request', 'Error due to duplicate config keys');
  }
}

function refuseNulls(settings: readonly ConfigSetting[]): void {
  const missing = settings.filter((setting) => setting.value === null).map((setting) => setting.name);
  if (missing.length > 0) {
    throw new DomainError('invalid_request', `Null value not supported for : ${missing.join(', ')}`);
  }
}

/** As Kafka splits: empty parts at the end do not count. */
function split(text: string): string[] {
  const parts = text.split(',');
  while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
}
