/** A storage engine on the memory medium with toy owners: logs whose entries carry their offset, and a journal that is a map. */
import type { LogId } from '../../src/base/brand.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { Entry, Journal, Log, StateMachine } from '../../src/storage/log.ts';
import type { Medium } from '../../src/storage/medium/medium.ts';
import { MemoryMedium } from '../../src/storage/medium/memory.ts';
import { Storage, type StorageSettings } from '../../src/storage/storage.ts';
import { Scheduler } from '../support/scheduler.ts';

export const SETTINGS: StorageSettings = {
  fsync: 'always',
  fsyncIntervalMs: 1000,
  segmentBytesMax: 4096,
  cleanLivePercentMax: 50,
  tailCacheBytesMax: 2048,
  indexCacheBytesMax: 4096,
  readCacheBytesMax: 4096,
  walPendingBytesMax: 64 * 1024,
  diskReserveBytes: 0,
};

export type ToyRecord =
  | { type: 'log'; id: number }
  | { type: 'start'; id: number; offset: number }
  | { type: 'drop'; id: number }
  | { type: 'set'; key: string; value: number };

/** Declares logs, truncates and drops them, and remembers values: what the catalog and the streams do in the real node. */
class Toy implements StateMachine<ToyRecord> {
  readonly logs = new Map<number, Log>();
  readonly values = new Map<string, number>();
  readonly applied = new Map<number, number>();
  journal: Journal<ToyRecord> | undefined;

  constructor(private readonly storage: () => Storage) {}

  apply(record: ToyRecord): void {
    switch (record.type) {
      case 'log': {
        const log = this.storage().log(record.id as LogId);
        this.logs.set(record.id, log);
        log.owner = {
          apply: (entry) => this.applied.set(record.id, entry.baseOffset + entry.count),
          becameDurable: () => {},
        };
        break;
      }
      case 'start':
        this.logs.get(record.id)?.truncateHead(record.offset);
        break;
      case 'drop':
        this.storage().dropLog(record.id as LogId);
        this.logs.delete(record.id);
        break;
      case 'set':
        this.values.set(record.key, record.value);
    }
  }

  *snapshot(): Iterable<ToyRecord> {
    for (const id of this.logs.keys()) yield { type: 'log', id };
    for (const [key, value] of this.values) yield { type: 'set', key, value };
  }

  commit(...records: ToyRecord[]): void {
    this.journal?.commit(records);
  }
}

export class World {
  readonly scheduler: Scheduler;
  medium: MemoryMedium;
  storage: Storage;
  toy: Toy;
  fatal: Error | undefined;

  constructor(
    seed: number,
    readonly settings: StorageSettings = SETTINGS,
  ) {
    this.scheduler = new Scheduler(seed);
    this.medium = new MemoryMedium({ schedule: this.scheduler.defer });
    [this.storage, this.toy] = this.#build(this.medium);
  }

  #build(medium: Medium): [Storage, Toy] {
    const { scheduler, settings } = this;
    const storage: Storage = new Storage({
      medium,
      clock: scheduler,
      random: scheduler.random,
      settings,
      logger: silentLogger,
      onFatal: (error) => {
        this.fatal = error;
      },
    });
    const toy = new Toy(() => storage);
    const journal = storage.journal<ToyRecord>(100 as LogId);
    journal.attach(toy);
    toy.journal = journal;
    return [storage, toy];
  }

  start(): Promise<void> {
    return this.scheduler.until(this.storage.recover());
  }

  /** Everything pending is lost; the next `start` recovers from what the medium kept. */
  crash(): void {
    this.scheduler.clear();
    this.medium = this.medium.crash(this.scheduler.random);
    [this.storage, this.toy] = this.#build(this.medium);
  }

  async stop(): Promise<void> {
    await this.scheduler.until(this.storage.stop());
    [this.storage, this.toy] = this.#build(this.medium);
  }

  log(id: number): Log {
    const log = this.toy.logs.get(id);
    if (log === undefined) throw new Error(`no log ${id}`);
    return log;
  }

  append(id: number, count = 1, bytes = 100): void {
    const log = this.log(id);
    log.append(toyEntry(id, log.endOffset, count, bytes));
  }

  /** All durable entries from the start, read in pieces of `maxBytes`. */
  async readAll(id: number, maxBytes = 700): Promise<Entry[]> {
    const log = this.log(id);
    const entries: Entry[] = [];
    let from = log.startOffset;
    for (;;) {
      const part = await this.scheduler.until(Promise.resolve(log.read(from, log.durableOffset, maxBytes)));
      const last = part.at(-1);
      if (last === undefined) return entries;
      entries.push(...part.map((entry) => ({ ...entry, payload: Buffer.from(entry.payload) })));
      from = last.baseOffset + last.count;
    }
  }
}

/** An entry whose bytes are decided by its log, offset and size. */
export function toyEntry(id: number, baseOffset: number, count: number, bytes: number): Entry {
  const payload = Buffer.alloc(Math.max(bytes, 16), (id * 31 + baseOffset) & 0xff);
  payload.writeDoubleLE(baseOffset, 0);
  payload.writeUInt32LE(id, 8);
  return { type: 7, baseOffset, count, timestampMs: 1000 + baseOffset, payload };
}
