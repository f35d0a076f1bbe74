/**
 * Whether a compacted partition is due for a pass, and how far the pass may go.
 *
 *   start ── clean ── cleanedOffset ── dirty ── end ── not yet cleanable ── log end
 *
 * The end is the least of: the last stable offset; the first record younger than `min.compaction.lag.ms`; the active tail.
 * Kafka never cleans the segment it writes. A partition has no segments of its own here: its active tail is what is both
 * younger than `segment.ms` (or `max.compaction.lag.ms`, if that is less) and within the last `segment.bytes`.
 *
 * A pass is due when more than `min.cleanable.dirty.ratio` of the bytes up to the end are dirty, when a dirty record is
 * older than `max.compaction.lag.ms`, or when the time has come for tombstones and markers that an earlier pass left.
 */
import type { Log } from '../storage/log.ts';
import type { Partition } from './partition.ts';

const READ_BYTES = 64 * 1024;

export interface CompactionPlan {
  /** Everything below has been compacted before. */
  readonly firstDirtyOffset: number;
  /** Where the pass ends at the latest; `firstDirtyOffset` when only tombstones and markers are due. */
  readonly endOffset: number;
}

/** Undefined when the partition is not due. */
export async function planCompaction(partition: Partition, nowMs: number): Promise<CompactionPlan | undefined> {
  const { log, config } = partition;
  const firstDirtyOffset = Math.max(partition.cleanedOffset, log.startOffset);
  const isHorizonPast = nowMs >= partition.deleteHorizonMs;
  if (partition.lastStableOffset <= firstDirtyOffset && !isHorizonPast) return undefined;
  const endOffset = Math.max(firstDirtyOffset, await cleanableEnd(partition, nowMs));
  const plan = { firstDirtyOffset, endOffset };
  if (isHorizonPast) return plan;
  const bytes = await log.sizeBelow(endOffset);
  const dirtyBytes = bytes - (await log.sizeBelow(firstDirtyOffset));
  if (dirtyBytes <= 0) return undefined;
  if (dirtyBytes / bytes > config.minCleanableDirtyRatio) return plan;
  const [first] = await log.read(firstDirtyOffset, endOffset, 1);
  return first !== undefined && first.timestampMs < nowMs - config.maxCompactionLagMs ? plan : undefined;
}

async function cleanableEnd(partition: Partition, nowMs: number): Promise<number> {
  const { log, config } = partition;
  const { minCompactionLagMs, maxCompactionLagMs, segmentMs, segmentBytes } = config;
  let end = partition.lastStableOffset;
  if (minCompactionLagMs > 0) end = await firstYounger(log, nowMs - minCompactionLagMs, end);
  const young = await firstYounger(log, nowMs - Math.min(segmentMs, maxCompactionLagMs), end);
  return Math.min(end, Math.max(young, await log.findBySize(segmentBytes)));
}

/** Where the first batch begins that has a timestamp after `sinceMs`; `end` if there is none below it. */
async function firstYounger(log: Log, sinceMs: number, end: number): Promise<number> {
  let offset = await log.findByTime(sinceMs + 1);
  while (offset !== undefined && offset < end) {
    const entries = await log.read(offset, end, READ_BYTES);
    const young = entries.find(({ timestampMs }) => timestampMs > sinceMs);
    if (young !== undefined) return young.baseOffset;
    const last = entries.at(-1);
    offset = last === undefined ? undefined : last.baseOffset + last.count;
  }
  return end;
}
