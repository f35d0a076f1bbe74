/**
 * A checkpoint is the state of all journals at the boundary between two WAL files, so that a start replays from there on. It
 * has the form of a WAL file: entries of journal records, and a footer without which it doesn't count. Written whole as a
 * new blob, older ones deleted after.
 */
import { ENTRY_HEADER_BYTES, encodeEntryHeader, encodeFileHeader, FILE_HEADER_BYTES, FOOTER_LOG_ID } from './format.ts';

const PREFIX = 'checkpoint-';
/** Records are put in one entry until it has about this length. */
const ENTRY_BYTES = 256 * 1024;

/** The name of the checkpoint from which replay begins with WAL file `sequence`. */
export function checkpointName(sequence: number): string {
  return `${PREFIX}${String(sequence).padStart(12, '0')}`;
}

export function checkpointSequence(name: string): number | undefined {
  return name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : undefined;
}

/** Journals in the order in which they must be restored, each with the records of its present state. */
export type JournalSnapshots = Iterable<{ readonly id: number; readonly records: Iterable<unknown> }>;

/** Takes the snapshots at once; the buffers may be written later. */
export function encodeCheckpoint(sequence: number, generation: number, journals: JournalSnapshots): Buffer[] {
  const file: CheckpointFile = {
    buffers: [encodeFileHeader({ generation, sequence })],
    generation,
    position: FILE_HEADER_BYTES,
  };
  for (const { id, records } of journals) {
    let parts: string[] = [];
    let length = 0;
    for (const record of records) {
      const json = JSON.stringify(record);
      parts.push(json);
      length += json.length;
      if (length < ENTRY_BYTES) continue;
      pushEntry(file, id, `[${parts.join(',')}]`);
      parts = [];
      length = 0;
    }
    if (parts.length > 0) pushEntry(file, id, `[${parts.join(',')}]`);
  }
  pushEntry(file, FOOTER_LOG_ID, '');
  return file.buffers;
}

interface CheckpointFile {
  readonly buffers: Buffer[];
  readonly generation: number;
  position: number;
}

function pushEntry(file: CheckpointFile, logId: number, json: string): void {
  const payload = Buffer.from(json);
  const header = Buffer.alloc(ENTRY_HEADER_BYTES);
  const fields = { logId, type: 0, flags: 0, count: 1, baseOffset: 0, timestampMs: -1 };
  encodeEntryHeader(header, 0, fields, payload, file.generation, 0, file.position);
  file.buffers.push(header, payload);
  file.position += header.length + payload.length;
}
