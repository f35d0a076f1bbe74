/**
 * Brings messages of one lane back from its log: forwards from the cursor, in pieces that grow while a reader keeps going, and
 * single ones by offset. One read at a time; a read that needs the disk answers undefined and calls `loaded` later. After one that
 * failed nothing is read until its owner says so.
 *
 * Messages may stay for as long as nobody takes them, so what comes from disk is copied: a few of them would otherwise
 * keep the whole block that they were read with, which others want to use again.
 */
import { Loan } from '../base/loan.ts';
import type { Entry, Log } from '../storage/log.ts';
import type { BatchCipher } from './batch-cipher.ts';
import { forEachMessage } from './message-batch.ts';
import type { StoredMessage } from './stored-message.ts';
import { SEALED_MESSAGES } from './unwritten-messages.ts';

/** A lane that is read now and then holds little; one that is drained reads in large pieces. */
const PIECE_BYTES_MIN = 16 * 1024;
const PIECE_BYTES_MAX = 512 * 1024;

export interface LoaderHooks {
  /** Nothing is being read any more; what was asked for may be there. */
  loaded(): void;
  /** A read has failed. `again` is to be called when the next may be tried, and calls `loaded`. */
  failed(error: Error, again: () => void): void;
}

export class MessageLoader {
  readonly #log: Log;
  readonly #cipher: BatchCipher;
  readonly #hooks: LoaderHooks;
  /** Messages ahead of the cursor, in order. */
  #offsets: number[] = [];
  #messages: StoredMessage[] = [];
  #head = 0;
  /** Nothing is left from the one offset to the other, where the log ended then. */
  #nothingFrom = Number.POSITIVE_INFINITY;
  #nothingTo = 0;
  #pieceBytes = PIECE_BYTES_MIN;
  /** The messages of one entry, from some offset on: what returns to a queue comes back side by side. */
  #entry = new Map<number, StoredMessage>();
  #entryFrom = 0;
  #entryTo = 0;
  #isLoading = false;
  /** Something can't be decrypted. */
  #isSealed = false;
  #dropped = false;

  constructor(log: Log, cipher: BatchCipher, hooks: LoaderHooks) {
    this.#log = log;
    this.#cipher = cipher;
    this.#hooks = hooks;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Offset of the first message at or after `offset`; undefined while it is being read; infinity if there is none. */
  firstFrom(offset: number): number | undefined {
    for (let isRead = false; ; isRead = true) {
      while ((this.#offsets[this.#head] ?? offset) < offset) this.#head += 1;
      const found = this.#offsets[this.#head];
      if (found !== undefined) return found;
      if (this.#isSealed) return undefined;
      const { endOffset } = this.#log;
      const isNothing = offset >= this.#nothingFrom && endOffset === this.#nothingTo;
      if (isRead || isNothing || offset >= endOffset) return this.#isLoading ? undefined : Number.POSITIVE_INFINITY;
      if (!this.#read(offset, this.#pieceBytes, (entries) => this.#keepPiece(entries, offset, endOffset)))
        return undefined;
    }
  }

  /** The message that `firstFrom` has found; the next call of `firstFrom` goes on behind it. */
  get first(): StoredMessage | undefined {
    return this.#messages[this.#head];
  }

  /** The message at `offset`, null if there is none, undefined while it is being read. */
  at(offset: number): StoredMessage | null | undefined {
    if (offset >= this.#entryFrom && offset < this.#entryTo) return this.#entry.get(offset) ?? null;
    if (offset >= this.#log.endOffset || offset < this.#log.startOffset) return null;
    if (this.#isSealed || !this.#read(offset, 1, (entries) => this.#keepEntry(entries, offset))) return undefined;
    if (this.#isSealed) return undefined;
    return this.#entry.get(offset) ?? null;
  }

  /** Lets go of everything in memory: the lane is empty, or gone. */
  clear(): void {
    if (this.#offsets.length === 0 && this.#entryTo === 0) return;
    this.#offsets = [];
    this.#messages = [];
    this.#head = 0;
    this.#pieceBytes = PIECE_BYTES_MIN;
    this.#entry.clear();
    this.#entryFrom = 0;
    this.#entryTo = 0;
  }

  drop(): void {
    this.#dropped = true;
    this.clear();
  }

  /** True if what was read is there already. */
  #read(offset: number, bytes: number, keep: (entries: readonly Entry[]) => void): boolean {
    if (this.#isLoading) return false;
    const loan = new Loan();
    const entries = this.#log.read(offset, this.#log.endOffset, bytes, loan);
    if (!(entries instanceof Promise)) {
      keep(entries);
      return true;
    }
    this.#isLoading = true;
    entries.then(
      (read) => {
        if (!this.#dropped) keep(loan.isEmpty ? read : read.map(copied));
        loan.end();
        this.#ended();
      },
      (error: unknown) => {
        loan.end();
        if (!this.#dropped) this.#hooks.failed(error as Error, () => this.#ended());
      },
    );
    return false;
  }

  /** Undefined if it can't be decrypted: nothing is read any more then, and nothing is lost. */
  #plain({ type, baseOffset, payload }: Entry): Buffer | undefined {
    if (type !== SEALED_MESSAGES) return payload;
    try {
      return this.#cipher.open(this.#log.id, baseOffset, payload);
    } catch (error) {
      this.#isSealed = true;
      this.#hooks.failed(error as Error, () => {});
      return undefined;
    }
  }

  #ended(): void {
    this.#isLoading = false;
    if (!this.#dropped) this.#hooks.loaded();
  }

  #keepPiece(entries: readonly Entry[], fromOffset: number, endOffset: number): void {
    const offsets: number[] = [];
    const messages: StoredMessage[] = [];
    for (const entry of entries) {
      const batch = this.#plain(entry);
      if (batch === undefined) break;
      forEachMessage(batch, entry.baseOffset, fromOffset, (offset, message) => {
        offsets.push(offset);
        messages.push(message);
        return true;
      });
    }
    if (offsets.length === 0) {
      this.#nothingFrom = fromOffset;
      this.#nothingTo = endOffset;
    }
    this.#offsets = offsets;
    this.#messages = messages;
    this.#head = 0;
    this.#pieceBytes = Math.min(this.#pieceBytes * 2, PIECE_BYTES_MAX);
  }

  #keepEntry(entries: readonly Entry[], fromOffset: number): void {
    this.#entry.clear();
    this.#entryFrom = fromOffset;
    this.#entryTo = fromOffset + 1;
    const [entry] = entries;
    // Without an entry that holds it the offset is a gap.
    if (entry === undefined || entry.baseOffset > fromOffset) return;
    const batch = this.#plain(entry);
    if (batch === undefined) {
      this.#entryTo = fromOffset;
      return;
    }
    this.#entryTo = entry.baseOffset + entry.count;
    forEachMessage(batch, entry.baseOffset, fromOffset, (offset, message) => {
      this.#entry.set(offset, message);
      return true;
    });
  }
}

function copied({ baseOffset, count, type, timestampMs, payload }: Entry): Entry {
  return { baseOffset, count, type, timestampMs, payload: Buffer.from(payload) };
}
