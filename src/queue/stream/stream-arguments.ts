/**
 * What a consumer of a stream asks for: where to begin (`x-stream-offset`, as RabbitMQ has it), and one partition of several
 * (`x-stream-partition`, ours). Filters (`x-stream-filter`) are accepted and filter nothing: RabbitMQ's clients are to filter anyway.
 */
import { DomainError } from '../../base/errors.ts';
import { maxAgeMs } from '../../catalog/amqp/max-age.ts';
import type { FieldTable, FieldValue } from '../../message/field-table.ts';
import { integerOf } from '../../message/field-value.ts';
import type { StreamStart } from '../../stream/stream-start.ts';

const OFFSET = 'x-stream-offset';
const PARTITION = 'x-stream-partition';
const MS_PER_S = 1000;

export interface StreamRequest {
  readonly start: StreamStart;
  /** Undefined: all of them. */
  readonly partition: number | undefined;
}

/**
 * @param queue as texts name it
 * @throws DomainError precondition_failed
 */
export function streamRequest(queue: string, given: FieldTable, partitions: number, nowMs: number): StreamRequest {
  const asked = given.get(OFFSET);
  const start = startOf(asked, nowMs);
  if (start === undefined) {
    const text = `${OFFSET} must be first, last, next, an offset, a timestamp, or an age such as 1h`;
    throw new DomainError('precondition_failed', `failed consuming from stream ${queue}: ${text}`);
  }
  const partition = partitionOf(queue, given.get(PARTITION), partitions);
  if (start.at === 'offset' && partition === undefined && partitions > 1) {
    const text = `an offset is of one of the ${partitions} partitions of the topic, say which with ${PARTITION}`;
    throw new DomainError('precondition_failed', `failed consuming from stream ${queue}: ${text}`);
  }
  return { start, partition };
}

function startOf(value: FieldValue | undefined, nowMs: number): StreamStart | undefined {
  if (value === undefined) return { at: 'next' };
  if (value.type === 'timestamp') return { at: 'time', timestampMs: Number(value.value) * MS_PER_S };
  if (value.type === 'longstr') return startOfText(value.value, nowMs);
  const offset = integerOf(value);
  return offset === undefined || offset < 0 ? undefined : { at: 'offset', offset };
}

function startOfText(text: string, nowMs: number): StreamStart | undefined {
  if (text === 'first' || text === 'last' || text === 'next') return { at: text };
  const ageMs = maxAgeMs(text);
  return ageMs === undefined ? undefined : { at: 'time', timestampMs: nowMs - ageMs };
}

function partitionOf(queue: string, value: FieldValue | undefined, partitions: number): number | undefined {
  if (value === undefined) return undefined;
  const partition = integerOf(value);
  if (partition !== undefined && partition >= 0 && partition < partitions) return partition;
  const text = `${PARTITION} must be a partition of the topic, from 0 to ${partitions - 1}`;
  throw new DomainError('precondition_failed', `failed consuming from stream ${queue}: ${text}`);
}
