/** `lengths_age=60&lengths_incr=5` and their like: for how long back, and in which steps, samples are wanted. */
import { badRequest } from '../api-error.ts';
import type { Call } from '../call.ts';
import type { Range } from './meter.ts';

const STEPS_MAX = 500;

/** Undefined if none, or no numbers, are asked for. @throws ApiError 400 */
export function rangeOf({ query, services }: Call, prefix: 'msg_rates' | 'lengths' | 'data_rates'): Range | undefined {
  const age = wholeNumber(query.get(`${prefix}_age`));
  const step = wholeNumber(query.get(`${prefix}_incr`));
  if (age === undefined || step === undefined) return undefined;
  if (age < 1 || step < 1 || age / step > STEPS_MAX) {
    throw badRequest(`Invalid range parameters: age ${age}, incr ${step}`);
  }
  return { ageMs: age * 1000, stepMs: step * 1000, nowMs: services.clock.nowMs() };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
