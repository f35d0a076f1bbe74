/**
 * A medium in memory, for tests, simulation and brokers that keep nothing. Completions run through the injected `schedule`,
 * so that a seeded scheduler decides their order; `crash` answers what a power cut would have left; faults are injected by
 * a hook that every write and sync passes.
 */
import type { Random } from '../../base/random.ts';
import type { Medium, WalFile, WriteOutcome } from './medium.ts';

interface MemoryFile {
  chunks: Buffer[];
  bytes: number;
  syncedBytes: number;
  /** A WAL file that is written: there may be zeros behind what a power cut leaves of it. */
  isOpen: boolean;
}

/** `lost` models a write error: the bytes did not arrive. */
export type Fault = 'none' | 'full' | 'lost';
export type FaultHook = (operation: 'write' | 'sync' | 'put' | 'seal' | 'read', name: string) => Fault;

export interface MemoryMediumOptions {
  /** Runs a completion later; the default is a microtask. */
  readonly schedule?: (completion: () => void) => void;
  readonly capacityBytes?: number;
  readonly faults?: FaultHook;
}

function concatenated(file: MemoryFile): Buffer {
  if (file.chunks.length > 1) file.chunks = [Buffer.concat(file.chunks, file.bytes)];
  return file.chunks[0] ?? Buffer.alloc(0);
}

function readChunks(file: MemoryFile, position: number, length: number): Buffer {
  const end = Math.min(position + length, file.bytes);
  if (position >= end) return Buffer.alloc(0);
  const parts: Buffer[] = [];
  let at = 0;
  for (const chunk of file.chunks) {
    const from = Math.max(position - at, 0);
    const to = Math.min(end - at, chunk.length);
    if (from < to) parts.push(chunk.subarray(from, to));
    at += chunk.length;
    if (at >= end) break;
  }
  return Buffer.concat(parts, end - position);
}

export class MemoryMedium implements Medium {
  #files = new Map<string, MemoryFile>();
  /** Deleted files whose deletion a power cut may undo. */
  #ghosts = new Map<string, MemoryFile>();
  #dead = false;
  readonly #schedule: (completion: () => void) => void;
  readonly #capacityBytes: number;
  faults: FaultHook;

  constructor(options: MemoryMediumOptions = {}) {
    this.#schedule = options.schedule ?? queueMicrotask;
    this.#capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
    this.faults = options.faults ?? (() => 'none');
  }

  /**
   * Ends this medium (nothing completes any more) and returns one with what survives: all that was synced, and of the
   * rest a random part, possibly with a hole, and zeros where a disk has them written ahead.
   */
  crash(random: Random, options: MemoryMediumOptions = {}): MemoryMedium {
    this.#dead = true;
    const next = new MemoryMedium({ schedule: this.#schedule, capacityBytes: this.#capacityBytes, ...options });
    for (const [name, file] of this.#files) next.#files.set(name, survivor(file, random));
    for (const [name, file] of this.#ghosts) {
      if (!next.#files.has(name) && random.uint32() % 4 === 0) next.#files.set(name, survivor(file, random));
    }
    return next;
  }

  /** The bytes of a file as they are now; for tests that damage them with `replace`. */
  contents(name: string): Buffer {
    return Buffer.from(concatenated(this.#file(name)));
  }

  replace(name: string, bytes: Buffer): void {
    this.#files.set(name, { chunks: [bytes], bytes: bytes.length, syncedBytes: bytes.length, isOpen: false });
  }

  list(): Promise<string[]> {
    return this.#complete(() => [...this.#files.keys()]);
  }

  put(name: string, buffers: readonly Buffer[]): Promise<void> {
    if (this.#files.has(name)) return Promise.reject(new Error(`blob ${name} exists`));
    const fault = this.#faultOf('put', name, buffers);
    const file: MemoryFile = { chunks: [], bytes: 0, syncedBytes: 0, isOpen: false };
    this.#files.set(name, file);
    if (fault === 'none') append(file, buffers);
    return this.#complete(() => {
      if (fault !== 'none') throw new Error(fault === 'full' ? 'ENOSPC: no space left' : 'EIO: write failed');
      file.syncedBytes = file.bytes;
    });
  }

  size(name: string): Promise<number> {
    return this.#complete(() => this.#file(name).bytes);
  }

  read(name: string, position: number, length: number): Promise<Buffer> {
    return this.#complete(() => {
      if (this.faults('read', name) !== 'none') throw new Error('EIO: read failed');
      return readChunks(this.#file(name), position, length);
    });
  }

  async readInto(name: string, position: number, target: Buffer): Promise<number> {
    return (await this.read(name, position, target.length)).copy(target);
  }

  delete(name: string): Promise<void> {
    return this.#complete(() => {
      const file = this.#files.get(name);
      if (file !== undefined) this.#ghosts.set(name, file);
      this.#files.delete(name);
    });
  }

  createWal(name: string): Promise<WalFile> {
    if (this.#files.has(name)) return Promise.reject(new Error(`WAL file ${name} exists`));
    const file: MemoryFile = { chunks: [], bytes: 0, syncedBytes: 0, isOpen: true };
    this.#files.set(name, file);
    const sync = (): Promise<WriteOutcome> => {
      const fault = this.faults('sync', name);
      const upTo = file.bytes;
      return this.#complete(() => {
        if (fault !== 'none') return { kind: 'fatal', error: new Error('EIO: fsync failed') };
        file.syncedBytes = upTo;
        return { kind: 'ok' };
      });
    };
    return this.#complete(() => ({
      write: async (buffers, position, durable): Promise<WriteOutcome> => {
        const fault = this.#faultOf('write', name, buffers);
        cut(file, position);
        append(file, fault === 'none' ? buffers : firstHalf(buffers));
        const outcome = await this.#complete<WriteOutcome>(() => outcomeOf(fault));
        return outcome.kind === 'ok' && durable ? sync() : outcome;
      },
      sync,
      close: () => this.#complete(() => {}),
    }));
  }

  async seal(name: string, validBytes: number, footer: readonly Buffer[]): Promise<void> {
    const file = this.#file(name);
    const fault = this.#faultOf('seal', name, footer);
    cut(file, validBytes);
    if (fault === 'none') append(file, footer);
    await this.#complete(() => {
      if (fault !== 'none') throw new Error(fault === 'full' ? 'ENOSPC: no space left' : 'EIO: write failed');
      file.syncedBytes = file.bytes;
      file.isOpen = false;
    });
  }

  freeBytes(): Promise<number> {
    return this.#complete(() => Math.max(0, this.#capacityBytes - this.#usedBytes()));
  }

  close(): Promise<void> {
    return this.#complete(() => {});
  }

  #usedBytes(): number {
    let used = 0;
    for (const file of this.#files.values()) used += file.bytes;
    return used;
  }

  #faultOf(operation: 'write' | 'put' | 'seal', name: string, buffers: readonly Buffer[]): Fault {
    const fault = this.faults(operation, name);
    if (fault !== 'none' || this.#capacityBytes === Number.POSITIVE_INFINITY) return fault;
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    return this.#usedBytes() + bytes > this.#capacityBytes ? 'full' : 'none';
  }

  #file(name: string): MemoryFile {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`no blob ${name}`);
    return file;
  }

  #complete<T>(action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#schedule(() => {
        if (this.#dead) return;
        try {
          resolve(action());
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }
}

function outcomeOf(fault: Fault): WriteOutcome {
  switch (fault) {
    case 'none':
      return { kind: 'ok' };
    case 'full':
      return { kind: 'full' };
    case 'lost':
      return { kind: 'fatal', error: new Error('EIO: write failed') };
  }
}

function append(file: MemoryFile, buffers: readonly Buffer[]): void {
  for (const buffer of buffers) {
    file.chunks.push(buffer);
    file.bytes += buffer.length;
  }
}

/** What a write that failed may have left: whole buffers and a part of one. */
function firstHalf(buffers: readonly Buffer[]): Buffer[] {
  const half = Buffer.concat(buffers);
  return [half.subarray(0, half.length >>> 1)];
}

function cut(file: MemoryFile, bytes: number): void {
  if (bytes >= file.bytes) return;
  file.chunks = [Buffer.from(readChunks(file, 0, bytes))];
  file.bytes = bytes;
  file.syncedBytes = Math.min(file.syncedBytes, bytes);
}

const SECTOR_BYTES = 512;
const ZEROS_MAX = 4 * SECTOR_BYTES;

function survivor(file: MemoryFile, random: Random): MemoryFile {
  const unsynced = file.bytes - file.syncedBytes;
  const kept = file.syncedBytes + (unsynced === 0 ? 0 : random.uint32() % (unsynced + 1));
  const bytes = readChunks(file, 0, kept);
  const sectors = Math.ceil((kept - file.syncedBytes) / SECTOR_BYTES);
  if (sectors > 1 && random.uint32() % 2 === 0) {
    const hole = file.syncedBytes + (random.uint32() % sectors) * SECTOR_BYTES;
    bytes.fill(0, hole, Math.min(hole + SECTOR_BYTES, kept));
  }
  const zeros = file.isOpen && file.syncedBytes > 0 ? random.uint32() % ZEROS_MAX : 0;
  const chunks = [bytes, Buffer.alloc(zeros)];
  return { chunks, bytes: kept + zeros, syncedBytes: kept + zeros, isOpen: false };
}
