/**
 * Recently appended entries of all logs, kept in memory within a byte bound and let go in the order they came. It serves
 * the readers at a log's end. Entries that are not durable yet are kept whatever the bound: the WAL's own bound holds them.
 */
import type { Position } from '../base/brand.ts';
import type { AppendedEntry } from './stored-log.ts';

/** What an entry costs besides its payload, about. */
const OVERHEAD_BYTES = 200;

export class TailCache {
  #entries: AppendedEntry[] = [];
  #head = 0;
  #bytes = 0;

  constructor(private readonly bytesMax: number) {}

  add(entry: AppendedEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.payload.length + OVERHEAD_BYTES;
  }

  /** Lets go of the oldest entries above the bound, none of them after `durable`. */
  evict(durable: Position): void {
    while (this.#bytes > this.bytesMax) {
      const oldest = this.#entries[this.#head];
      if (oldest === undefined || oldest.position > durable) break;
      this.#head += 1;
      this.#bytes -= oldest.payload.length + OVERHEAD_BYTES;
      oldest.log.forgetTail(oldest);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
