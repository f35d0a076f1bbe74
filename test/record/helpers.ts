/** What the tests of record batches share. */

import { computeCrc } from '../../src/record/batch.ts';
import { type BatchSpec, buildBatch, type RecordSpec } from '../../src/record/build.ts';
import type { BatchRecord } from '../../src/record/records.ts';
import type { ProduceContext, ProduceLimits } from '../../src/record/validate.ts';

export const NOW_MS = 1_700_000_000_000;

export const LIMITS: ProduceLimits = {
  maxMessageBytes: 1_048_588,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: 365 * 24 * 3_600_000,
  timestampAfterMaxMs: 3_600_000,
};
export const CONTEXT: ProduceContext = { version: 12, nowMs: NOW_MS };

export function someRecords(count: number): RecordSpec[] {
  return Array.from({ length: count }, (_, i) => ({
    offsetDelta: i,
    timestampMs: NOW_MS + i,
    key: Buffer.from(`key-${i}`),
    value: Buffer.from(`value-${i}`),
  }));
}

export function produced(spec: Partial<BatchSpec> = {}): Buffer {
  return buildBatch({ baseOffset: 0, records: someRecords(3), ...spec });
}

/** Changes a batch and makes its CRC right again, as a client that lies on purpose would. */
export function forged(batch: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(batch);
  change(copy);
  copy.writeUInt32BE(computeCrc(copy), 17);
  return copy;
}

/** Records as specs, to compare what was read with what was written. */
export function asSpecs(records: Iterable<BatchRecord>, baseOffset = 0): RecordSpec[] {
  return [...records].map(({ offset, ...rest }) => ({ offsetDelta: offset - baseOffset, ...rest }));
}

/** A small deterministic generator (LCG) of integers below a bound. */
export function seededIntegers(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
