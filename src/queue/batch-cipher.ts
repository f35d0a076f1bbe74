/**
 * Encryption at rest: batches of queues that ask for it are AES-256-GCM under a key of the queue's own, derived (HKDF-SHA-256) from the
 * node's key, which is not among the data.
 *
 *   sealed batch   the batch's header, as it is · nonce, 12 bytes · everything behind the header, encrypted · tag, 16 bytes
 *
 * The header, the log and the place in it are authenticated too. A batch that was sealed under another node's key, or changed, does not
 * open.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { LogId } from '../base/brand.ts';
import type { Random } from '../base/random.ts';
import { BATCH_HEADER_BYTES } from './message-batch.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class BatchCipher {
  readonly #nodeKey: () => Buffer;
  readonly #random: Random;
  /** One queue mostly follows itself. */
  #lastLog: LogId | undefined;
  #lastKey = Buffer.alloc(0);

  /** @param nodeKey 32 bytes; asked for when the first queue needs it. May throw */
  constructor(nodeKey: () => Buffer, random: Random) {
    this.#nodeKey = nodeKey;
    this.#random = random;
  }

  seal(log: LogId, baseOffset: number, batch: Buffer): Buffer {
    const header = batch.subarray(0, BATCH_HEADER_BYTES);
    const nonce = this.#random.bytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#keyOf(log), nonce);
    cipher.setAAD(boundTo(log, baseOffset, header));
    const encrypted = cipher.update(batch.subarray(BATCH_HEADER_BYTES));
    return Buffer.concat([header, nonce, encrypted, cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error if it is not what was sealed */
  open(log: LogId, baseOffset: number, sealed: Buffer): Buffer {
    const header = sealed.subarray(0, BATCH_HEADER_BYTES);
    const bodyAt = BATCH_HEADER_BYTES + NONCE_BYTES;
    const decipher = createDecipheriv(ALGORITHM, this.#keyOf(log), sealed.subarray(BATCH_HEADER_BYTES, bodyAt));
    decipher.setAAD(boundTo(log, baseOffset, header));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const opened = decipher.update(sealed.subarray(bodyAt, sealed.length - TAG_BYTES));
    return Buffer.concat([header, opened, decipher.final()]);
  }

  #keyOf(log: LogId): Buffer {
    if (this.#lastLog !== log) {
      this.#lastKey = Buffer.from(hkdfSync('sha256', this.#nodeKey(), '', `trilog queue ${log}`, KEY_BYTES));
      this.#lastLog = log;
    }
    return this.#lastKey;
  }
}

function boundTo(log: LogId, baseOffset: number, header: Buffer): Buffer {
  const place = Buffer.alloc(12);
  place.writeUInt32LE(log, 0);
  place.writeDoubleLE(baseOffset, 4);
  return Buffer.concat([place, header]);
}
