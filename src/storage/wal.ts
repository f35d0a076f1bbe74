/**
 * The write-ahead log: one write → sync in flight, what arrives meanwhile forms the next group, so that batching needs no
 * timer and an append waits about one sync. A file that is full is sealed and the next one begun between two groups.
 *
 * A write that finds no space is tried again, at the same place, until there is; a failed sync or any other error is
 * fatal and nothing becomes durable any more. The durable watermark moves once per group, in order.
 */
import type { Position } from '../base/brand.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { ENTRY_HEADER_BYTES, encodeEntryHeader, encodeFileHeader } from './format.ts';
import type { GatheringWriter } from './log.ts';
import type { LogIndex } from './log-index.ts';
import { DATA_LOG_ID_MIN } from './log-index.ts';
import type { Medium, WalFile, WriteOutcome } from './medium/medium.ts';
import { Segment } from './segment.ts';
import type { AppendedEntry, StoredLog } from './stored-log.ts';

export type FsyncMode = 'always' | 'interval' | 'never';

export interface WalSettings {
  readonly fsync: FsyncMode;
  readonly fsyncIntervalMs: number;
  /** A file is sealed when it has reached this size. */
  readonly segmentBytesMax: number;
}

export interface WalHooks {
  /** The last group of `segment` is formed, its entries end at `bytes`: answers the footer to seal it with. Synchronous. */
  sealing(segment: Segment, bytes: number): readonly Buffer[];
  /** `segment` is sealed and the file `nextSequence` begun. */
  rolled(segment: Segment, nextSequence: number): void;
  /** A group is durable; `logs` are the data logs in it. */
  durable(logs: readonly StoredLog[]): void;
  /** Space ran out, or is there again. */
  full(isFull: boolean): void;
  fatal(error: Error): void;
}

/** Payloads up to this size are copied next to their headers: one buffer to write, and no pinned network chunk. */
const COPY_BYTES_MAX = 4096;
const FULL_RETRY_MS = 1000;

interface Active {
  readonly file: WalFile;
  readonly segment: Segment;
  readonly sequence: number;
  position: number;
  durablePosition: number;
}

export function walName(sequence: number): string {
  return `wal-${String(sequence).padStart(12, '0')}`;
}

export class Wal {
  appended = 0 as Position;
  durable = 0 as Position;
  pendingBytes = 0;
  #pending: AppendedEntry[] = [];
  readonly #gathering = new Set<GatheringWriter>();
  #gatheredBytes = 0;
  #active: Active | undefined;
  #running = false;
  #stopped = false;
  #stopping = false;
  #syncedAtMs = 0;
  #idle: (() => void) | undefined;
  #syncTimer: Timer | undefined;

  constructor(
    private readonly medium: Medium,
    private readonly clock: Clock,
    private readonly index: LogIndex,
    private readonly settings: WalSettings,
    private readonly hooks: WalHooks,
  ) {}

  /** Begins the file `sequence`. `generation` is a random u32. */
  async start(sequence: number, generation: () => number): Promise<void> {
    this.#generation = generation;
    this.#active = await this.#begin(sequence);
    this.#wake();
  }

  #generation: () => number = () => 0;

  append(entry: AppendedEntry): void {
    const bytes = ENTRY_HEADER_BYTES + entry.payload.length;
    this.appended = (this.appended + bytes) as Position;
    entry.position = this.appended;
    this.pendingBytes += bytes;
    this.#pending.push(entry);
    this.#wake();
  }

  /**
   * `writer` has `bytes` more to write, and appends them when the next group is formed or something must come behind them.
   * Durable when the watermark has passed what `appended` is now.
   */
  gather(writer: GatheringWriter, bytes: number): void {
    this.appended = (this.appended + bytes) as Position;
    this.pendingBytes += bytes;
    this.#gatheredBytes += bytes;
    this.#gathering.add(writer);
    this.#wake();
  }

  /** Appends what has gathered so far. */
  writeGathered(): void {
    if (this.#gathering.size === 0) return;
    this.pendingBytes -= this.#gatheredBytes;
    this.#gatheredBytes = 0;
    // A writer that commits to a journal comes in here again: the others then write before its record.
    for (const writer of this.#gathering) {
      this.#gathering.delete(writer);
      writer.writeGathered();
    }
  }

  get #hasWork(): boolean {
    return this.#pending.length > 0 || this.#gathering.size > 0;
  }

  /**
   * Writes what is pending, makes it durable in every mode and closes the file. What waits for space on a full disk is given
   * up: nobody was told that it is durable.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    while (this.#running) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    if (this.#stopped) return;
    this.#stopped = true;
    this.#syncTimer?.cancel();
    const outcome = await this.#active?.file.sync();
    if (outcome?.kind === 'fatal') this.hooks.fatal(outcome.error);
    await this.#active?.file.close();
  }

  #wake(): void {
    if (this.#running || this.#stopped || this.#active === undefined || !this.#hasWork) return;
    this.#running = true;
    this.clock.defer(() => void this.#run(this.#active));
  }

  async #run(active: Active | undefined): Promise<void> {
    try {
      while (active !== undefined && this.#hasWork && !this.#stopped) {
        const next = await this.#writeGroup(active);
        if (next === undefined) return;
        active = next;
      }
    } catch (error) {
      if (error instanceof GivenUp) this.#stopped = true;
      else this.#fail(error as Error);
    } finally {
      this.#running = false;
      this.#idle?.();
      this.#wake();
    }
  }

  #fail(error: Error): void {
    this.#stopped = true;
    this.hooks.fatal(error);
  }

  /** Writes all that is pending as one group. Answers the file to go on with; undefined after a fatal error. */
  async #writeGroup(active: Active): Promise<Active | undefined> {
    this.writeGathered();
    const { appended } = this;
    const entries = this.#pending;
    this.#pending = [];
    if (entries.length === 0) {
      this.#release(entries, appended);
      return active;
    }
    const buffers = this.#encode(entries, active);
    const end = active.position + buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    active.segment.bytes = end;
    const footer = end >= this.settings.segmentBytesMax ? this.hooks.sealing(active.segment, end) : undefined;
    const outcome = await this.#write(active, buffers, end);
    if (outcome.kind !== 'ok') return undefined;
    active.position = end;
    active.segment.writtenBytes = end;
    this.#release(entries, appended);
    return footer === undefined ? active : this.#roll(active, footer);
  }

  async #write(active: Active, buffers: readonly Buffer[], end: number): Promise<WriteOutcome> {
    const now = this.clock.monotonicMs();
    const { fsync, fsyncIntervalMs } = this.settings;
    const sync = fsync === 'always' || (fsync === 'interval' && now - this.#syncedAtMs >= fsyncIntervalMs);
    let outcome = await active.file.write(buffers, active.position, sync);
    if (outcome.kind === 'full') {
      this.hooks.full(true);
      while (outcome.kind === 'full') {
        await this.#waitForSpace();
        outcome = await active.file.write(buffers, active.position, sync);
      }
      this.hooks.full(false);
    }
    if (outcome.kind === 'fatal') this.#fail(outcome.error);
    if (sync) {
      active.durablePosition = end;
      this.#syncedAtMs = now;
    } else if (fsync === 'interval') {
      this.#syncTimer ??= this.clock.setTimer(fsyncIntervalMs, () => void this.#syncWhenIdle());
    }
    return outcome;
  }

  /** Interval mode: the last group before a pause is synced too. While groups flow, they sync on their own. */
  async #syncWhenIdle(): Promise<void> {
    this.#syncTimer = undefined;
    const active = this.#active;
    if (this.#running || this.#stopped || active === undefined) return;
    this.#running = true;
    const outcome = await active.file.sync();
    this.#syncedAtMs = this.clock.monotonicMs();
    this.#running = false;
    if (outcome.kind === 'fatal') this.#fail(outcome.error);
    this.#idle?.();
    this.#wake();
  }

  #encode(entries: readonly AppendedEntry[], active: Active): Buffer[] {
    let arenaBytes = 0;
    for (const { payload } of entries) {
      arenaBytes += ENTRY_HEADER_BYTES + (payload.length <= COPY_BYTES_MAX ? payload.length : 0);
    }
    const arena = Buffer.allocUnsafeSlow(arenaBytes);
    const buffers: Buffer[] = [];
    const { generation } = active.segment;
    let position = active.position;
    let at = 0;
    let flushed = 0;
    for (const entry of entries) {
      const { payload } = entry;
      encodeEntryHeader(arena, at, entry, payload, generation, active.durablePosition, position);
      const bytes = ENTRY_HEADER_BYTES + payload.length;
      if (entry.logId >= DATA_LOG_ID_MIN) this.index.place(entry.log, active.segment, entry, position, bytes);
      position += bytes;
      at += ENTRY_HEADER_BYTES;
      if (payload.length <= COPY_BYTES_MAX) {
        payload.copy(arena, at);
        entry.payload = arena.subarray(at, at + payload.length);
        at += payload.length;
      } else {
        buffers.push(arena.subarray(flushed, at), payload);
        flushed = at;
      }
    }
    if (flushed < at) buffers.push(arena.subarray(flushed, at));
    return buffers;
  }

  /** The group is durable, and with it all up to `appended`: moves the watermark and tells each log once. */
  #release(entries: readonly AppendedEntry[], appended: Position): void {
    const logs: StoredLog[] = [];
    for (const entry of entries) {
      this.pendingBytes -= ENTRY_HEADER_BYTES + entry.payload.length;
      if (entry.logId < DATA_LOG_ID_MIN) continue;
      const { log } = entry;
      log.durableOffset = Math.max(log.durableOffset, entry.baseOffset + entry.count);
      if (log.notified) continue;
      log.notified = true;
      logs.push(log);
    }
    this.durable = appended;
    for (const log of logs) log.notified = false;
    this.hooks.durable(logs);
  }

  async #roll(active: Active, footer: readonly Buffer[]): Promise<Active> {
    await active.file.close();
    await this.#untilSpace(() => this.medium.seal(active.segment.name, active.position, footer));
    const next = await this.#begin(active.sequence + 1);
    this.#active = next;
    this.hooks.rolled(active.segment, next.sequence);
    return next;
  }

  async #waitForSpace(): Promise<void> {
    await pause(this.clock);
    if (this.#stopping) throw new GivenUp();
  }

  /** What finds no space waits for it as a group does. */
  #untilSpace<T>(action: () => Promise<T>): Promise<T> {
    const full = (isFull: boolean): void => this.hooks.full(isFull);
    return retryUntilSpace(action, full, () => this.#waitForSpace());
  }

  async #begin(sequence: number): Promise<Active> {
    const generation = this.#generation();
    const header = encodeFileHeader({ kind: 'wal', generation, sequence });
    const file = await this.#untilSpace(() => this.medium.createWal(walName(sequence)));
    const segment = new Segment(walName(sequence), generation, header.length, false);
    const active: Active = { file, segment, sequence, position: 0, durablePosition: 0 };
    const outcome = await this.#write(active, [header], header.length);
    if (outcome.kind !== 'ok') throw new Error(`${segment.name} could not be begun`);
    active.position = header.length;
    this.index.addSegment(segment);
    return active;
  }
}

/** The node stops while something waits for space on a full disk. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** How long to wait on a full disk before trying again. */
export function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(FULL_RETRY_MS, resolve));
}

/**
 * Does what needs space, and after each `wait` again while there is none. `full` is told once when space runs out and once
 * when it is back.
 */
export async function retryUntilSpace<T>(
  action: () => Promise<T>,
  full: (isFull: boolean) => void,
  wait: () => Promise<void>,
): Promise<T> {
  for (let isFull = false; ; isFull = true) {
    try {
      const result = await action();
      if (isFull) full(false);
      return result;
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      if (!isFull) full(true);
      await wait();
    }
  }
}

export function isNoSpace(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || message.startsWith('ENOSPC');
}
