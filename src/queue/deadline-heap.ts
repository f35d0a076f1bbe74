/**
 * Which messages are due when: a binary min-heap by time. An entry whose message has gone, or is due at another time by now, stays
 * until it comes up or `retain` is called; its owner knows which these are.
 */
import type { MessageId } from './message-id.ts';

export class DeadlineHeap {
  /** Times in milliseconds, wall clock. */
  readonly #atMs: number[] = [];
  readonly #ids: MessageId[] = [];

  get size(): number {
    return this.#ids.length;
  }

  /** The earliest time; infinity if there is none. */
  get firstAtMs(): number {
    return this.#atMs[0] ?? Number.POSITIVE_INFINITY;
  }

  get first(): MessageId | undefined {
    return this.#ids[0];
  }

  add(atMs: number, id: MessageId): void {
    let at = this.#ids.length;
    this.#atMs.push(atMs);
    this.#ids.push(id);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if ((this.#atMs[parent] as number) <= atMs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, atMs, id);
  }

  removeFirst(): void {
    const atMs = this.#atMs.pop();
    const id = this.#ids.pop();
    if (atMs === undefined || id === undefined || this.#ids.length === 0) return;
    this.#sink(0, atMs, id);
  }

  /** Drops the entries for which `isWanted` is false. */
  retain(isWanted: (atMs: number, id: MessageId) => boolean): void {
    let kept = 0;
    for (let at = 0; at < this.#ids.length; at += 1) {
      if (!isWanted(this.#atMs[at] as number, this.#ids[at] as MessageId)) continue;
      this.#move(at, kept);
      kept += 1;
    }
    this.#atMs.length = kept;
    this.#ids.length = kept;
    for (let at = (kept >>> 1) - 1; at >= 0; at -= 1) {
      this.#sink(at, this.#atMs[at] as number, this.#ids[at] as MessageId);
    }
  }

  clear(): void {
    this.#atMs.length = 0;
    this.#ids.length = 0;
  }

  #sink(from: number, atMs: number, id: MessageId): void {
    const { length } = this.#ids;
    let at = from;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= length) break;
      const right = left + 1;
      const least = right < length && (this.#atMs[right] as number) < (this.#atMs[left] as number) ? right : left;
      if ((this.#atMs[least] as number) >= atMs) break;
      this.#move(least, at);
      at = least;
    }
    this.#set(at, atMs, id);
  }

  #move(from: number, to: number): void {
    this.#atMs[to] = this.#atMs[from] as number;
    this.#ids[to] = this.#ids[from] as MessageId;
  }

  #set(at: number, atMs: number, id: MessageId): void {
    this.#atMs[at] = atMs;
    this.#ids[at] = id;
  }
}
