/**
 * Messages of one lane that are in memory only: what has just come, and what need not last. They are written together, as
 * batches, or are settled before that and never written. Their bytes count against what all lanes may have in memory.
 */
import type { Log } from '../storage/log.ts';
import type { BatchCipher } from './batch-cipher.ts';
import { KeptBytes } from './kept-bytes.ts';
import { BatchEncoder, encodedBytes } from './message-batch.ts';
import { OffsetDeque } from './offset-deque.ts';
import type { StoredMessage } from './stored-message.ts';

/** Types of entries in a lane's log. */
const MESSAGES = 1;
export const SEALED_MESSAGES = 2;
/** A batch is closed at this length: what cleaning keeps for the sake of one message is no longer than that. */
const BATCH_BYTES_MAX = 64 * 1024;
/** Holes behind a message that stays; beyond it what stays is written. */
const HOLES_MAX = 16 * 1024;
/** A lane with more than this in memory has slabs of its own for what it keeps. */
const OWN_SLABS_BYTES_MIN = 8 * 1024;
const OWN_SLAB_BYTES_MAX = 64 * 1024;

/** Messages in memory that are not written, of all lanes. */
export interface UnwrittenMemory {
  bytes: number;
  readonly bytesMax: number;
  readonly laneBytesMax: number;
}

export class UnwrittenMessages {
  readonly #memory: UnwrittenMemory;
  /** For lanes that keep little. */
  readonly #sharedSlabs: KeptBytes;
  readonly #ownSlabs = new KeptBytes(OWN_SLABS_BYTES_MIN, OWN_SLAB_BYTES_MAX);
  readonly #messages = new OffsetDeque<StoredMessage>(0);
  /** What they take of the memory. */
  bytes = 0;

  constructor(memory: UnwrittenMemory, sharedSlabs: KeptBytes) {
    this.#memory = memory;
    this.#sharedSlabs = sharedSlabs;
  }

  get size(): number {
    return this.#messages.size;
  }

  /** Of the first message. */
  get startOffset(): number {
    return this.#messages.startOffset;
  }

  /** The offset that `push` will use. */
  get endOffset(): number {
    return this.#messages.endOffset;
  }

  /** Whether they are too many to stay. */
  get isTooMuch(): boolean {
    const { startOffset, endOffset, size } = this.#messages;
    return this.bytes > this.#memory.laneBytesMax || endOffset - startOffset - size > HOLES_MAX;
  }

  push(message: StoredMessage): void {
    this.#messages.push(message);
    this.#count(message.memoryBytes);
  }

  /** To be called before the call ends that brought what was pushed last: if it is still here, it stays. */
  keepNewest(): void {
    const { newest } = this.#messages;
    if (newest?.isLent === true) newest.keep(this.bytes > OWN_SLABS_BYTES_MIN ? this.#ownSlabs : this.#sharedSlabs);
  }

  get(offset: number): StoredMessage | undefined {
    return this.#messages.get(offset);
  }

  /** It is settled: it need not be written any more. Answers what was there. */
  clear(offset: number): StoredMessage | undefined {
    const message = this.#messages.clear(offset);
    if (message !== undefined) this.#count(-message.memoryBytes);
    return message;
  }

  /** Forgets all; the next one gets `offset`. */
  reset(offset: number): void {
    this.#count(-this.bytes);
    this.#messages.reset(offset);
  }

  /** Appends all to `log`, which has them now. @param cipher encrypts them */
  writeTo(log: Log, cipher: BatchCipher | undefined): void {
    let batch: StoredMessage[] = [];
    let offsets: number[] = [];
    let bytes = 0;
    this.#messages.forEach((message, offset) => {
      const needed = encodedBytes(message);
      if (bytes > 0 && bytes + needed > BATCH_BYTES_MAX) {
        append(log, cipher, batch, offsets, bytes);
        batch = [];
        offsets = [];
        bytes = 0;
      }
      batch.push(message);
      offsets.push(offset);
      bytes += needed;
    });
    if (batch.length > 0) append(log, cipher, batch, offsets, bytes);
    this.reset(this.endOffset);
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    this.#memory.bytes += bytes;
    if (this.bytes === 0) this.#ownSlabs.clear();
  }
}

function append(
  log: Log,
  cipher: BatchCipher | undefined,
  batch: readonly StoredMessage[],
  offsets: readonly number[],
  bytes: number,
): void {
  const baseOffset = offsets[0] as number;
  const count = (offsets[offsets.length - 1] as number) + 1 - baseOffset;
  const encoder = new BatchEncoder(baseOffset, bytes);
  for (let i = 0; i < batch.length; i += 1) encoder.add(batch[i] as StoredMessage, offsets[i] as number);
  const plain = encoder.finish();
  const entry = { baseOffset, count, timestampMs: -1 };
  if (cipher === undefined) log.append({ ...entry, type: MESSAGES, payload: plain });
  else log.append({ ...entry, type: SEALED_MESSAGES, payload: cipher.seal(log.id, baseOffset, plain) });
}
