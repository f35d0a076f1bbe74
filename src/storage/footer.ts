/**
 * The entry that seals a file: for each log in it, how many runs, then all runs. Payload: count u32 · (log id u32 · run
 * count u32) each · in the same order the runs of each log, 32 bytes a run, and a crc32c u32 of them, because readers load the
 * runs of one log without the rest of the footer. Its seed is their position in the file.
 */
import { crc32c } from '../base/crc32c.ts';
import { ENTRY_HEADER_BYTES, encodeEntryHeader, FOOTER_LOG_ID } from './format.ts';
import { RUN_INDEX_BYTES, Runs } from './runs.ts';
import type { Range, Segment } from './segment.ts';

const RUNS_CHECKSUM_BYTES = 4;

export interface Footer {
  readonly buffers: Buffer[];
  /** Where each range's runs will be in the file. */
  readonly places: Map<Range, { position: number; count: number }>;
}

/** The footer of a segment whose entries end at `position`. */
export function encodeFooter(segment: Segment, position: number): Footer {
  const ranges = [...segment.ranges].filter((range) => range.place.kind === 'resident');
  const directory = Buffer.allocUnsafe(4 + ranges.length * 8);
  directory.writeUInt32LE(ranges.length, 0);
  const places: Footer['places'] = new Map();
  const parts: Buffer[] = [directory];
  let at = position + ENTRY_HEADER_BYTES + directory.length;
  for (const [i, range] of ranges.entries()) {
    if (range.place.kind !== 'resident') continue;
    const runs = range.place.runs.encode();
    const count = range.place.runs.count;
    directory.writeUInt32LE(range.logId, 4 + i * 8);
    directory.writeUInt32LE(count, 8 + i * 8);
    places.set(range, { position: at, count });
    parts.push(runs, checksum(runs, at));
    at += runs.length + RUNS_CHECKSUM_BYTES;
  }
  const payload = Buffer.concat(parts);
  const header = Buffer.alloc(ENTRY_HEADER_BYTES);
  const fields = { logId: FOOTER_LOG_ID, type: 0, flags: 0, count: 1, baseOffset: 0, timestampMs: -1 };
  encodeEntryHeader(header, 0, fields, payload, segment.generation, position, position);
  return { buffers: [header, payload], places };
}

/** For each log id of a footer, where its runs are; `position` is the footer entry's own. */
export function decodeFooterPlaces(
  payload: Buffer,
  position: number,
): Map<number, { position: number; count: number }> {
  const logs = payload.readUInt32LE(0);
  const places = new Map<number, { position: number; count: number }>();
  let at = position + ENTRY_HEADER_BYTES + 4 + logs * 8;
  for (let i = 0; i < logs; i += 1) {
    const count = payload.readUInt32LE(8 + i * 8);
    places.set(payload.readUInt32LE(4 + i * 8), { position: at, count });
    at += count * RUN_INDEX_BYTES + RUNS_CHECKSUM_BYTES;
  }
  return places;
}

function checksum(runs: Buffer, position: number): Buffer {
  const bytes = Buffer.allocUnsafe(RUNS_CHECKSUM_BYTES);
  bytes.writeUInt32LE(crc32c(runs, position));
  return bytes;
}

/** Where the bytes that `decodeRuns` wants lie. */
export function runsBytes(count: number): number {
  return count * RUN_INDEX_BYTES + RUNS_CHECKSUM_BYTES;
}

/** The runs that stand at `position`, checksum included; undefined if they are damaged. */
export function decodeRuns(bytes: Buffer, position: number, count: number): Runs | undefined {
  const length = count * RUN_INDEX_BYTES;
  if (bytes.length !== runsBytes(count)) return undefined;
  const runs = bytes.subarray(0, length);
  return crc32c(runs, position) === bytes.readUInt32LE(length) ? Runs.decode(runs) : undefined;
}
