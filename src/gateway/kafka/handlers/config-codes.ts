/** The numbers that stand for resource types, config sources and config types in Kafka's config APIs. */
import type { ConfigType } from '../../../catalog/config-definition.ts';
import type { ConfigSource } from '../../../catalog/config-layers.ts';

export const TOPIC = 2;
export const BROKER = 4;
export const BROKER_LOGGER = 8;
export const CLIENT_METRICS = 16;
export const GROUP = 32;

export const SOURCE_CODES = {
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
} as const satisfies Record<ConfigSource, number>;

export const TYPE_CODES = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
} as const satisfies Record<ConfigType, number>;
