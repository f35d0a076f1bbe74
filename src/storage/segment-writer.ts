/**
 * Writes entries that move (from sparse segments, or rewritten by compaction) into one new sealed segment. The result counts
 * only when the `moved` record that names it is in the WAL.
 */
import type { LogId } from '../base/brand.ts';
import { encodeFooter } from './footer.ts';
import { ENTRY_HEADER_BYTES, encodeEntryHeader, encodeFileHeader, FILE_HEADER_BYTES } from './format.ts';
import type { Entry } from './log.ts';
import type { Medium } from './medium/medium.ts';
import { Range, Segment } from './segment.ts';

export const CLEANED_PREFIX = 'seg-';

export class SegmentWriter {
  readonly segment: Segment;
  readonly #buffers: Buffer[];

  /** `unique` must never have named a segment before. */
  constructor(unique: string, generation: number) {
    this.segment = new Segment(`${CLEANED_PREFIX}${unique}`, generation, FILE_HEADER_BYTES, false);
    this.#buffers = [encodeFileHeader({ generation, sequence: 0 })];
  }

  /** Opens the stretch that the following entries of a log belong to; it may turn out to hold fewer offsets than it spans. */
  begin(logId: LogId, baseOffset: number): Range {
    const range = new Range(logId, this.segment, baseOffset);
    this.segment.ranges.add(range);
    return range;
  }

  add(range: Range, entry: Entry): void {
    const { segment } = this;
    const header = Buffer.alloc(ENTRY_HEADER_BYTES);
    const { type, baseOffset, count, timestampMs, payload } = entry;
    const fields = { logId: range.logId, type, flags: 0, count, baseOffset, timestampMs };
    encodeEntryHeader(header, 0, fields, payload, segment.generation, 0, segment.bytes);
    this.#buffers.push(header, payload);
    const bytes = ENTRY_HEADER_BYTES + payload.length;
    range.add(baseOffset, count, segment.bytes, bytes, timestampMs);
    segment.bytes += bytes;
  }

  /** Writes the file; afterwards the ranges' runs are in its footer. */
  async finish(medium: Medium): Promise<void> {
    const { segment } = this;
    const footer = encodeFooter(segment, segment.bytes);
    await medium.put(segment.name, [...this.#buffers, ...footer.buffers]);
    segment.sealed = true;
    for (const [range, place] of footer.places) range.place = { kind: 'footer', ...place };
  }
}
