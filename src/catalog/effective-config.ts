/**
 * The configs of one topic as the hot path wants them: plain numbers, booleans and words, one object shape. No limit
 * is `Infinity`, whatever Kafka's text for it (-1, or 2^63 - 1), so that users only compare.
 */
import { assert } from '../base/assert.ts';
import type { ConfigValue } from './config-definition.ts';

export type TimestampType = 'CreateTime' | 'LogAppendTime';
export type CompressionType = 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export interface EffectiveTopicConfig {
  readonly maxMessageBytes: number;
  /** `cleanup.policy` contains delete. Both false is legal: nothing is ever cleaned. */
  readonly cleanupDelete: boolean;
  readonly cleanupCompact: boolean;
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly timestampType: TimestampType;
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
  readonly compressionType: CompressionType;
  readonly deleteRetentionMs: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
}

/** @param value gives the value of a topic config, the topic's own or its default. */
export function effectiveTopicConfig(value: (name: string) => ConfigValue): EffectiveTopicConfig {
  const policies = value('cleanup.policy') as readonly string[];
  return {
    maxMessageBytes: number(value('max.message.bytes')),
    cleanupDelete: policies.includes('delete'),
    cleanupCompact: policies.includes('compact'),
    retentionMs: limit(value('retention.ms')),
    retentionBytes: limit(value('retention.bytes')),
    segmentBytes: number(value('segment.bytes')),
    segmentMs: number(value('segment.ms')),
    timestampType: value('message.timestamp.type') as TimestampType,
    timestampBeforeMaxMs: number(value('message.timestamp.before.max.ms')),
    timestampAfterMaxMs: number(value('message.timestamp.after.max.ms')),
    compressionType: value('compression.type') as CompressionType,
    deleteRetentionMs: number(value('delete.retention.ms')),
    minCompactionLagMs: number(value('min.compaction.lag.ms')),
    maxCompactionLagMs: number(value('max.compaction.lag.ms')),
    minCleanableDirtyRatio: number(value('min.cleanable.dirty.ratio')),
  };
}

export function sameEffective(a: EffectiveTopicConfig, b: EffectiveTopicConfig): boolean {
  return (Object.keys(a) as (keyof EffectiveTopicConfig)[]).every((key) => a[key] === b[key]);
}

/** Beyond 2^53 (285,000 years, 9 PB) a limit can no longer bind. */
function number(value: ConfigValue): number {
  assert(typeof value === 'number' || typeof value === 'bigint', 'the config is a number');
  return value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : Number(value);
}

function limit(value: ConfigValue): number {
  const plain = number(value);
  return plain < 0 ? Number.POSITIVE_INFINITY : plain;
}
