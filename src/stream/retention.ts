/** Deletes what is older or more than a topic keeps (`retention.ms`, `retention.bytes`), for topics with `cleanup.policy=delete`. */
import type { Clock } from '../base/clock.ts';
import { DomainError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Partition } from './partition.ts';
import type { Streams } from './streams.ts';

/** One round over all partitions. One whose log can't be read is left as it is. */
export async function enforceRetention(streams: Streams, clock: Clock, logger: Logger): Promise<void> {
  for (const partition of [...streams.all()]) {
    if (partition.isDeleted || !partition.config.cleanupDelete) continue;
    try {
      const offset = await retainedFrom(partition, clock.nowMs());
      if (!partition.isDeleted && offset > partition.startOffset) streams.deleteRecords(partition, offset);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { topicName: topic, index } = partition;
      logger.error({ topic, partition: index, reason: error.message }, 'retention skipped a partition');
    }
  }
}

/** The first offset that both limits keep; never beyond the last stable offset, since an open transaction needs its records. */
async function retainedFrom(partition: Partition, nowMs: number): Promise<number> {
  const { retentionMs, retentionBytes } = partition.config;
  const { log } = partition;
  let offset = log.startOffset;
  if (retentionBytes < log.byteSize) offset = Math.max(offset, await log.findBySize(retentionBytes));
  if (Number.isFinite(retentionMs) && log.startOffset < log.durableOffset) {
    const young = await log.findByTime(nowMs - retentionMs);
    offset = Math.max(offset, young ?? log.durableOffset);
  }
  return Math.min(offset, partition.lastStableOffset);
}
