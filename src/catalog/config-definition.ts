/**
 * What a config is (name, type, default, rule) and how its text becomes a value and back. Values follow Kafka's
 * parser: text is trimmed, lists split at commas, numbers bounded by their type. It refuses, with Kafka's words, what
 * the type or the rule does not allow. The canonical text of a value is what Kafka's tools print.
 */
import { assert } from '../base/assert.ts';
import { DomainError, type ErrorKind } from '../base/errors.ts';

export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD';

/** LONG is a bigint because Kafka's "no limit" is 2^63 - 1. */
export type ConfigValue = boolean | string | number | bigint | readonly string[];

/** Says what is wrong with a value, and optionally which part of it; undefined if nothing is. */
export type ConfigRule = (value: ConfigValue, name: string) => { complaint: string; part?: string } | undefined;

export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  /** Canonical text; null when unset is a legal state. */
  readonly defaultText: string | null;
  readonly rule?: ConfigRule | undefined;
  readonly documentation: string;
}

const INTEGER_LIMITS = {
  SHORT: [-(2n ** 15n), 2n ** 15n - 1n],
  INT: [-(2n ** 31n), 2n ** 31n - 1n],
  LONG: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

export const LONG_MAX = 2n ** 63n - 1n;

/** No config needs more; without a bound a client could grow the catalog with one long list. */
const TEXT_CHARS_MAX = 32 * 1024;

/** Parses and checks `text`. @throws DomainError of `kind` */
function parseConfig(definition: ConfigDefinition, text: string, kind: ErrorKind = 'config_invalid'): ConfigValue {
  const { name, type, rule } = definition;
  if (text.length > TEXT_CHARS_MAX) {
    throw new DomainError(kind, `The value for configuration ${name} is longer than ${TEXT_CHARS_MAX} characters.`);
  }
  const value = parseType(type, text);
  if (value === undefined) throw invalid(kind, name, text, typeComplaint(type));
  if (type === 'LIST' && (value as string[]).includes('')) {
    throw new DomainError(kind, `Configuration '${name}' values must not be empty.`);
  }
  const broken = rule?.(value, name);
  if (broken) throw invalid(kind, name, broken.part ?? formatConfig(type, value), broken.complaint);
  return value;
}

/**
 * The value of a text that was accepted before. The rule is not asked again: a record written under a looser rule must
 * not stop a node from starting.
 */
export function storedValue(definition: ConfigDefinition, text: string): ConfigValue {
  const value = parseType(definition.type, text);
  assert(value !== undefined, `the stored value ${text} of ${definition.name} is of type ${definition.type}`);
  return value;
}

/** Parses `text` and gives it back as Kafka's tools show it. @throws DomainError of `kind` */
export function canonicalText(definition: ConfigDefinition, text: string, kind: ErrorKind = 'config_invalid'): string {
  return formatConfig(definition.type, parseConfig(definition, text, kind));
}

function formatConfig(type: ConfigType, value: ConfigValue): string {
  if (type === 'DOUBLE') return javaDouble(value as number);
  return typeof value === 'object' ? value.join(',') : String(value);
}

function invalid(kind: ErrorKind, name: string, shown: string, complaint: string): DomainError {
  return new DomainError(kind, `Invalid value ${shown} for configuration ${name}: ${complaint}`);
}

function typeComplaint(type: ConfigType): string {
  return type === 'BOOLEAN' ? 'Expected value to be either true or false' : `Not a number of type ${type}`;
}

function parseType(type: ConfigType, text: string): ConfigValue | undefined {
  const trimmed = text.trim();
  switch (type) {
    case 'BOOLEAN':
      return parseBoolean(trimmed);
    case 'INT':
    case 'SHORT': {
      const integer = parseInteger(type, trimmed);
      return integer === undefined ? undefined : Number(integer);
    }
    case 'LONG':
      return parseInteger(type, trimmed);
    case 'DOUBLE':
      return parseDouble(trimmed);
    case 'LIST':
      return trimmed === '' ? [] : [...new Set(trimmed.split(/\s*,\s*/))];
    case 'STRING':
    case 'CLASS':
    case 'PASSWORD':
      return text;
  }
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  return lower === 'false' ? false : undefined;
}

function parseInteger(type: keyof typeof INTEGER_LIMITS, text: string): bigint | undefined {
  // The length bound keeps hostile text from becoming a huge bigint.
  if (text.length > 40 || !/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  const [min, max] = INTEGER_LIMITS[type];
  return value < min || value > max ? undefined : value;
}

function parseDouble(text: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A double as the JVM prints it: at least one decimal, and `1.0E-4` outside of [0.001, 10^7). */
function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
