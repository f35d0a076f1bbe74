/** The rules that config values are held to, with Kafka's complaints. Pure. */
import type { ConfigRule } from './config-definition.ts';

/** A number from `min` to `max`, both allowed. */
export function range(min: number | bigint, max?: number | bigint): ConfigRule {
  return (value) => {
    const number = value as number | bigint;
    if (number < min) return { complaint: `Value must be at least ${min}` };
    if (max !== undefined && number > max) return { complaint: `Value must be no more than ${max}` };
    return undefined;
  };
}

export function oneOf(...allowed: string[]): ConfigRule {
  return (value) =>
    allowed.includes(value as string) ? undefined : { complaint: `String must be one of: ${allowed.join(', ')}` };
}

/** A list, possibly empty, of the given words. */
export function listOf(...allowed: string[]): ConfigRule {
  return (value) => {
    const part = (value as readonly string[]).find((word) => !allowed.includes(word));
    return part === undefined ? undefined : { complaint: `String must be one of: ${allowed.join(', ')}`, part };
  };
}

export const gzipLevel: ConfigRule = (value) => {
  const level = value as number;
  if (level === -1 || (level >= 1 && level <= 9)) return undefined;
  return { complaint: 'Value must be between 1 and 9 or equal to -1' };
};

/** `*`, or pairs of partition and broker. */
export const throttledReplicas: ConfigRule = (value, name) => {
  const replicas = value as readonly string[];
  if (replicas.length === 1 && replicas[0] === '*') return undefined;
  if (replicas.every((replica) => /^\d+:\d+$/.test(replica))) return undefined;
  const format = '[partitionId]:[brokerId],[partitionId]:[brokerId],...';
  return {
    complaint: `${name} must be the literal '*' or a list of replicas in the following format: ${format}`,
    part: `[${replicas.join(', ')}]`,
  };
};
