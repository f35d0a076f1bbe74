/**
 * Walks the entries of one file in order, in windows of bounded size, and says where and how they end. All-or-nothing sets are
 * handed over whole; an unfinished one at the end counts as not written.
 */
import type { DecodedEntry, FileHeader } from './format.ts';
import {
  decodeEntry,
  decodeFileHeader,
  ENTRY_HEADER_BYTES,
  FILE_HEADER_BYTES,
  FLAG_CONTINUES,
  FOOTER_LOG_ID,
} from './format.ts';
import type { Medium } from './medium/medium.ts';

const WINDOW_BYTES = 4 * 1024 * 1024;

export interface ScanResult {
  /** Undefined when not even the header is whole. */
  readonly header: FileHeader | undefined;
  /** Position after the last complete entry (or set of entries). */
  readonly validBytes: number;
  readonly size: number;
  /** The footer's position and payload if the file is sealed. */
  readonly footer: { readonly position: number; readonly payload: Buffer } | undefined;
}

export type EntryHandler = (entry: DecodedEntry, position: number) => void;

/** Calls `onEntry` for each entry that counts. Payloads are only valid during the call. */
export async function scanFile(medium: Medium, name: string, onEntry: EntryHandler): Promise<ScanResult> {
  const size = await medium.size(name);
  const header = decodeFileHeader(await medium.read(name, 0, FILE_HEADER_BYTES));
  if (header === undefined) return { header, validBytes: 0, size, footer: undefined };
  const scan = new Scan(header.generation, onEntry);
  let windowBytes = WINDOW_BYTES;
  while (scan.footer === undefined && scan.next < size) {
    const start = scan.next;
    scan.window(await medium.read(name, start, Math.min(windowBytes, size - start)), start);
    if (scan.next > start) windowBytes = WINDOW_BYTES;
    else if (start + windowBytes >= size) break;
    else windowBytes *= 2;
  }
  return { header, validBytes: scan.validBytes, size, footer: scan.footer };
}

class Scan {
  /** Where the first entry or set that has not been handed over begins. */
  validBytes = FILE_HEADER_BYTES;
  /** Where the next window begins: at the first entry not yet decoded, or at the start of its set. */
  next = FILE_HEADER_BYTES;
  footer: ScanResult['footer'];

  constructor(
    private readonly generation: number,
    private readonly onEntry: EntryHandler,
  ) {}

  window(bytes: Buffer, start: number): void {
    let set: { entry: DecodedEntry; position: number }[] = [];
    let at = 0;
    for (;;) {
      const entry = decodeEntry(bytes, at, this.generation, start);
      if (entry === undefined) return;
      const position = start + at;
      if (entry.logId === FOOTER_LOG_ID) {
        this.footer = { position, payload: Buffer.from(entry.payload) };
        return;
      }
      at = entry.end;
      set.push({ entry, position });
      if ((entry.flags & FLAG_CONTINUES) !== 0) continue;
      for (const member of set) this.onEntry(member.entry, member.position);
      set = [];
      this.validBytes = start + at;
      this.next = this.validBytes;
    }
  }
}

/**
 * Whether acknowledged data is in `bytes`, which are those from `scan.validBytes` to the end of the file: a valid entry that was written
 * when more than that was already durable. Such an entry proves that what stands at their beginning was acknowledged and is now damaged;
 * entries of the last, unfinished group prove nothing.
 */
export function hasAcknowledgedData(bytes: Buffer, scan: ScanResult): boolean {
  if (scan.header === undefined) return false;
  const { generation } = scan.header;
  const needle = Buffer.alloc(4);
  needle.writeUInt32LE(generation, 0);
  // The generation stands 8 bytes into an entry's header.
  for (let hit = bytes.indexOf(needle, 8); hit !== -1; hit = bytes.indexOf(needle, hit + 1)) {
    const at = hit - 8;
    if (at + ENTRY_HEADER_BYTES > bytes.length) break;
    const entry = decodeEntry(bytes, at, generation, scan.validBytes);
    if (entry !== undefined && entry.durable > scan.validBytes) return true;
  }
  return false;
}
