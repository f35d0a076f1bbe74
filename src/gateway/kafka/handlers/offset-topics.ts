/**
 * Requests about a group's offsets name partitions, some of which may not exist. Those are refused one by one and the
 * rest goes to the coordinator, which does not know the catalog; this puts both answers back into the request's order.
 */
import { assert } from '../../../base/assert.ts';
import type { Topic } from '../../../catalog/topic.ts';
import type { PartitionOutcome } from '../../../coordinator/group/requests.ts';
import { codeOf } from '../errors.ts';
import { ErrorCode } from '../protocol/error-codes.ts';

interface AskedPartition {
  readonly partitionIndex: number;
}

/** A topic as a request names it. */
export interface AskedTopic<P extends AskedPartition> {
  /** Undefined if there is no such topic, which is the error `unknown`. */
  readonly topic: Topic | undefined;
  readonly unknown: ErrorCode;
  readonly partitions: readonly P[];
}

export interface ExistingTopic<P extends AskedPartition> {
  readonly topic: string;
  readonly topicId: string;
  /** Not empty. */
  readonly partitions: readonly P[];
}

export function existingOf<P extends AskedPartition>(asked: readonly AskedTopic<P>[]): ExistingTopic<P>[] {
  const existing: ExistingTopic<P>[] = [];
  for (const { topic, partitions } of asked) {
    if (topic === undefined) continue;
    const present = partitions.filter(({ partitionIndex }) => exists(topic, partitionIndex));
    if (present.length > 0) existing.push({ topic: topic.name, topicId: topic.id, partitions: present });
  }
  return existing;
}

export interface PartitionAnswer extends AskedPartition {
  readonly errorCode: ErrorCode;
}

/**
 * What to answer for every partition of every topic, in the request's order.
 * @param outcome of what `existingOf` gave, in its order; or the one code that holds for all of it.
 */
export function answersOf<P extends AskedPartition>(
  asked: readonly AskedTopic<P>[],
  outcome: ErrorCode | readonly { readonly partitions: readonly PartitionOutcome[] }[],
): PartitionAnswer[][] {
  const outcomes = typeof outcome === 'number' ? [] : outcome.flatMap(({ partitions }) => partitions);
  let next = 0;
  const codeOfNext = (partitionIndex: number): ErrorCode => {
    if (typeof outcome === 'number') return outcome;
    const answered = outcomes[next];
    assert(answered?.partition === partitionIndex, 'the coordinator answers every partition, in order');
    next += 1;
    return codeOf(answered.error);
  };
  const codeOfPartition = ({ topic, unknown }: AskedTopic<P>, partitionIndex: number): ErrorCode => {
    if (topic === undefined) return unknown;
    return exists(topic, partitionIndex) ? codeOfNext(partitionIndex) : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  };
  return asked.map((topic) =>
    topic.partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: codeOfPartition(topic, partitionIndex),
    })),
  );
}

function exists(topic: Topic, partitionIndex: number): boolean {
  return topic.partitions[partitionIndex] !== undefined;
}
