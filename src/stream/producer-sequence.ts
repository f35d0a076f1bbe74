/**
 * Arithmetic of the sequence numbers that idempotent producers put on their batches: 0 to 2^31-1, then 0 again.
 */

export const SEQUENCE_NONE = -1;
const SEQUENCE_MAX = 2 ** 31 - 1;

/** Sequence of the last of `recordCount` records, the first of which has `baseSequence`. */
export function lastSequenceOf(baseSequence: number, recordCount: number): number {
  const last = baseSequence + recordCount - 1;
  return last > SEQUENCE_MAX ? last - SEQUENCE_MAX - 1 : last;
}

/** After `SEQUENCE_NONE` comes 0, as after `SEQUENCE_MAX`. */
export function followsSequence(lastSequence: number, baseSequence: number): boolean {
  return lastSequence === SEQUENCE_MAX ? baseSequence === 0 : baseSequence === lastSequence + 1;
}
