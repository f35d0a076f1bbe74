/**
 * What was sent to one FIFO queue in the last five minutes, by deduplication key: a message that is sent again within them is the one
 * that was sent before (AWS, "Using the message deduplication ID"). It does not matter what became of that.
 *
 * Changed by `apply` with records of the queue journal. What was added is in effect at once, and is journalled with the group in which
 * its message is written.
 */
import type { LogId } from '../base/brand.ts';
import type { DeduplicatedRecord } from './records.ts';

export const DEDUPLICATION_MS = 300_000;

export interface SentBefore {
  readonly publicId: string;
  readonly offset: number;
  /** Wall clock. */
  readonly atMs: number;
}

export class Deduplication {
  readonly #logId: LogId;
  /** In order of time. */
  readonly #byKey = new Map<string, SentBefore>();
  #unflushed: [string, string, number, number][] = [];
  #isClearUnflushed = false;

  constructor(logId: LogId) {
    this.#logId = logId;
  }

  get size(): number {
    return this.#byKey.size;
  }

  find(key: string, nowMs: number): SentBefore | undefined {
    this.#dropOld(nowMs);
    const sent = this.#byKey.get(key);
    return sent !== undefined && sent.atMs + DEDUPLICATION_MS > nowMs ? sent : undefined;
  }

  add(key: string, sent: SentBefore): void {
    this.#put(key, sent);
    this.#unflushed.push([key, sent.publicId, sent.offset, sent.atMs]);
  }

  #put(key: string, sent: SentBefore): void {
    // What was sent anew after its five minutes goes to the end.
    if (this.#byKey.get(key)?.atMs !== sent.atMs) this.#byKey.delete(key);
    this.#byKey.set(key, sent);
  }

  clear(): void {
    this.#byKey.clear();
    this.#unflushed = [];
    this.#isClearUnflushed = true;
  }

  apply({ cleared, sent }: DeduplicatedRecord): void {
    if (cleared) this.#byKey.clear();
    for (const [key, publicId, offset, atMs] of sent) this.#put(key, { publicId, offset, atMs });
  }

  snapshot(): DeduplicatedRecord | undefined {
    if (this.#byKey.size === 0) return undefined;
    const sent = [...this.#byKey].map(([key, { publicId, offset, atMs }]) => [key, publicId, offset, atMs] as const);
    return { type: 'deduplicated', logId: this.#logId, cleared: true, sent };
  }

  /** What has changed since this was asked last, as a record that the caller commits at once. */
  takeChanges(): DeduplicatedRecord | undefined {
    const sent = this.#unflushed;
    const cleared = this.#isClearUnflushed;
    if (sent.length === 0 && !cleared) return undefined;
    this.#unflushed = [];
    this.#isClearUnflushed = false;
    return { type: 'deduplicated', logId: this.#logId, cleared, sent };
  }

  #dropOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#byKey) {
      if (atMs + DEDUPLICATION_MS > nowMs) return;
      this.#byKey.delete(key);
    }
  }
}
