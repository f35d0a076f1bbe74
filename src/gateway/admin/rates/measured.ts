/** Numbers as answers show them: each with its `…_details` beside it. */
import type { Details, Meter, Numbers, Range } from './meter.ts';

export type Measured = Record<string, number | Details>;

export function measured<Key, Name extends string>(
  meter: Meter<Key, Name>,
  key: Key,
  numbers: Numbers<Name>,
  range?: Range,
): Measured {
  const shown: Measured = {};
  for (const [i, name] of meter.names.entries()) {
    shown[name] = numbers[name];
    shown[meter.detailsNames[i] ?? ''] = meter.details(key, name, range);
  }
  return shown;
}

/** For `message_stats`, which is there once there is something to say. */
export function messageStats<Key, Name extends string>(
  meter: Meter<Key, Name>,
  key: Key,
  numbers: Numbers<Name>,
  range?: Range,
): { message_stats?: Measured } {
  const hasAny = meter.names.some((name) => numbers[name] > 0);
  return hasAny || range !== undefined ? { message_stats: measured(meter, key, numbers, range) } : {};
}
