/** Where a reader of committed data begins. */
import { DomainError } from '../base/errors.ts';
import { lastOffset, readBaseOffset } from '../record/batch.ts';
import { AbortedFilter } from './aborted-filter.ts';
import { findByTimestamp } from './offset-lookup.ts';
import type { Partition } from './partition.ts';

export type StreamStart =
  | { readonly at: 'first' }
  /** The last batch that can be read, as a whole. */
  | { readonly at: 'last' }
  /** What comes from now on. */
  | { readonly at: 'next' }
  /** That record, or the nearest there is. */
  | { readonly at: 'offset'; readonly offset: number }
  /** The first record of that time or later. */
  | { readonly at: 'time'; readonly timestampMs: number };

const READ_BYTES = 256 * 1024;

/** @throws DomainError storage_failed */
export function startOffset(partition: Partition, start: StreamStart): number | Promise<number> {
  const end = partition.visibleEnd('read_committed');
  switch (start.at) {
    case 'first':
      return partition.startOffset;
    case 'next':
      return end;
    case 'offset':
      return Math.min(Math.max(start.offset, partition.startOffset), end);
    case 'last':
      return lastBatchOffset(partition, end);
    case 'time':
      return offsetOfTime(partition, start.timestampMs, end);
  }
}

/** Looks at ever more of the end, until something there shows its records. */
async function lastBatchOffset(partition: Partition, end: number): Promise<number> {
  for (let span = 1; ; span *= 2) {
    const from = Math.max(partition.startOffset, end - span);
    const found = await lastShownBatch(partition, from, end);
    if (found !== undefined) return Math.max(found, partition.startOffset);
    if (from <= partition.startOffset) return end;
  }
}

async function lastShownBatch(partition: Partition, from: number, end: number): Promise<number | undefined> {
  let found: number | undefined;
  for (let offset = from; offset < end; ) {
    const { batches, aborted } = await partition.read(offset, READ_BYTES, 'read_committed');
    const last = batches.at(-1);
    if (last === undefined) break;
    const filter = new AbortedFilter(aborted ?? []);
    for (const batch of batches) if (filter.shows(batch) && readBaseOffset(batch) < end) found = readBaseOffset(batch);
    offset = lastOffset(last) + 1;
  }
  return found;
}

async function offsetOfTime(partition: Partition, timestampMs: number, end: number): Promise<number> {
  try {
    return (await findByTimestamp(partition, timestampMs, 'read_committed'))?.offset ?? end;
  } catch (error) {
    // Some batch can't be unpacked: its readers pass over it, and may be shown earlier records than they asked for.
    if (!(error instanceof DomainError) || error.kind === 'storage_failed') throw error;
    return Math.min((await partition.log.findByTime(timestampMs)) ?? end, end);
  }
}
