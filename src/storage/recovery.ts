/**
 * Start is recovery: restore the newest complete checkpoint, then replay the WAL files after it through the same `apply` as
 * live operation. A torn end of the last file is cut; damage anywhere else, a missing file or a missing blob that holds live
 * data is an error for a person, and nothing is touched.
 */
import type { LogId } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { checkpointName, checkpointSequence } from './checkpoint.ts';
import { hasAcknowledgedData, type ScanResult, scanFile } from './file-scanner.ts';
import { decodeFooterPlaces, encodeFooter } from './footer.ts';
import { type DecodedEntry, decodeFileHeader, ENTRY_HEADER_BYTES, FILE_HEADER_BYTES } from './format.ts';
import { DATA_LOG_ID_MIN, type LogIndex } from './log-index.ts';
import type { Medium } from './medium/medium.ts';
import { Segment } from './segment.ts';
import { CLEANED_PREFIX } from './segment-writer.ts';
import { pause, retryUntilSpace, walName } from './wal.ts';

/** The data directory can't be served as it is; the message says what is wrong and what to do. */
export class RecoveryError extends Error {
  override readonly name = 'RecoveryError';
}

export interface RecoveryContext {
  readonly medium: Medium;
  readonly index: LogIndex;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Applies a journal entry: a JSON array of records. */
  applyJournal(journalId: number, payload: Buffer): void;
}

export interface Recovered {
  /** Sequence for the next WAL file. */
  readonly nextSequence: number;
  /** The first WAL sequence that was replayed. */
  readonly checkpointed: number;
  readonly replayedBytes: number;
  /** Whether anything at all was found. */
  readonly isNew: boolean;
}

const WAL_NAME = /^wal-(\d{12})$/;

export async function recover(context: RecoveryContext): Promise<Recovered> {
  const names = await context.medium.list();
  const walSequences = names.flatMap((name) => WAL_NAME.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b);
  const from = await restoreNewestCheckpoint(context, names, walSequences);
  const replay = walSequences.filter((sequence) => sequence >= from);
  let replayedBytes = 0;
  let nextSequence = from;
  for (const [i, sequence] of replay.entries()) {
    if (sequence !== from + i) {
      throw new RecoveryError(
        `${walName(from + i)} is missing although ${walName(sequence)} exists: restore it from a backup`,
      );
    }
    const bytes = await replayFile(context, walName(sequence), i === replay.length - 1);
    replayedBytes += bytes;
    // A file that had not begun is gone: its number is the next one, or the next start would miss a file.
    if (bytes > 0) nextSequence = sequence + 1;
  }
  for (const log of context.index.logs.values()) log.durableOffset = log.endOffset;
  await deleteUnreferenced(context, names, from);
  return { nextSequence, checkpointed: from, replayedBytes, isNew: names.length === 0 };
}

/** Answers the sequence of the first WAL file to replay. */
async function restoreNewestCheckpoint(context: RecoveryContext, names: string[], wals: number[]): Promise<number> {
  const candidates = names.flatMap((name) => checkpointSequence(name) ?? []).sort((a, b) => b - a);
  for (const sequence of candidates) {
    const name = checkpointName(sequence);
    const probe = await scanFile(context.medium, name, () => {});
    const { header } = probe;
    if (probe.footer === undefined || header?.kind !== 'checkpoint' || header.sequence !== sequence) continue;
    await scanFile(context.medium, name, (entry) => context.applyJournal(entry.logId, entry.payload));
    return sequence;
  }
  const first = wals[0];
  if (first !== undefined && first !== 1) {
    throw new RecoveryError(
      `no complete checkpoint was found, and the WAL begins with ${walName(first)}: restore the checkpoint file from a backup`,
    );
  }
  return 1;
}

async function replayFile(context: RecoveryContext, name: string, isLast: boolean): Promise<number> {
  const { index, medium } = context;
  const header = decodeFileHeader(await medium.read(name, 0, FILE_HEADER_BYTES));
  if (header === undefined) return discardUnbegun(context, name, isLast);
  if (header.kind !== 'wal' || walName(header.sequence) !== name) {
    throw new RecoveryError(
      `${name} is really a ${header.kind} file of sequence ${header.sequence}: somebody renamed or copied files`,
    );
  }
  const segment = new Segment(name, header.generation, FILE_HEADER_BYTES, false);
  index.addSegment(segment);
  const scan = await scanFile(medium, name, (entry, position) => replayEntry(context, segment, entry, position));
  if (scan.footer === undefined) {
    await checkTail(context, name, scan, isLast);
    const footer = encodeFooter(segment, scan.validBytes);
    const seal = (): Promise<void> => medium.seal(name, scan.validBytes, footer.buffers);
    const full = (isFull: boolean): void => {
      if (isFull) context.logger.warn({ file: name }, 'disk full: the start waits for space to complete this file');
    };
    await retryUntilSpace(seal, full, () => pause(context.clock));
    index.beginSeal(footer.places);
  } else {
    const places = decodeFooterPlaces(scan.footer.payload, scan.footer.position);
    index.beginSeal(new Map([...segment.ranges].flatMap((range) => pair(range, places.get(range.logId)))));
  }
  segment.bytes = scan.validBytes;
  segment.writtenBytes = scan.validBytes;
  index.endSeal(segment);
  return scan.validBytes;
}

function pair<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}

/** A last file whose header never got to the disk holds nothing; the same of any other file is damage. */
async function discardUnbegun(context: RecoveryContext, name: string, isLast: boolean): Promise<number> {
  const size = await context.medium.size(name);
  if (!isLast || size > FILE_HEADER_BYTES) {
    throw new RecoveryError(`${name} has a damaged header and ${size} bytes: restore the file from a backup`);
  }
  await context.medium.delete(name);
  return 0;
}

function replayEntry(context: RecoveryContext, segment: Segment, entry: DecodedEntry, position: number): void {
  if (entry.logId < DATA_LOG_ID_MIN) {
    context.applyJournal(entry.logId, entry.payload);
    return;
  }
  const log = context.index.logs.get(entry.logId as LogId);
  if (log === undefined)
    throw new RecoveryError(`${segment.name} has an entry of log ${entry.logId}, which nothing declared`);
  context.index.place(log, segment, entry, position, ENTRY_HEADER_BYTES + entry.payload.length);
  log.applyEntry(entry);
}

async function checkTail(context: RecoveryContext, name: string, scan: ScanResult, isLast: boolean): Promise<void> {
  if (scan.validBytes === scan.size && isLast) return;
  if (!isLast) {
    throw new RecoveryError(
      `${name} is damaged at byte ${scan.validBytes}, and later files exist: restore it from a backup`,
    );
  }
  const cutBytes = scan.size - scan.validBytes;
  const tail = await context.medium.read(name, scan.validBytes, cutBytes);
  // What a medium has written ahead says nothing.
  if (isBlank(tail)) return;
  if (hasAcknowledgedData(tail, scan)) {
    throw new RecoveryError(
      `${name} is damaged at byte ${scan.validBytes}, and acknowledged data follows: restore it from a backup, ` +
        `or give up what follows by cutting the file to ${scan.validBytes} bytes`,
    );
  }
  context.logger.warn(
    { file: name, position: scan.validBytes, cutBytes },
    'cut a write that a crash had left unfinished',
  );
}

function isBlank(bytes: Buffer): boolean {
  return bytes.equals(Buffer.alloc(bytes.length));
}

/** Files that a crash left behind: parts of blobs, outputs of the cleaner that were never committed, deleted files come back. */
async function deleteUnreferenced(context: RecoveryContext, names: readonly string[], from: number): Promise<void> {
  const { index, medium } = context;
  const present = new Set(names);
  for (const segment of index.segments.values()) {
    if (segment.ranges.size > 0 && !present.has(segment.name)) {
      throw new RecoveryError(`${segment.name} is missing and holds live data: restore it from a backup`);
    }
  }
  for (const name of names) {
    const wal = WAL_NAME.exec(name)?.[1];
    const isReplayed = wal !== undefined && Number(wal) >= from;
    const isLive = (index.segments.get(name)?.ranges.size ?? 0) > 0;
    const isOurs = wal !== undefined || name.startsWith(CLEANED_PREFIX) || checkpointSequence(name) !== undefined;
    if (!isOurs || isReplayed || isLive || name === checkpointName(from)) continue;
    index.segments.delete(name);
    await medium.delete(name);
  }
}
