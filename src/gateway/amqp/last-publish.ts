/**
 * The last basic.publish of a channel. Publishers mostly send the very same method again and again, exchange, key and flags; what is
 * byte by byte the same need not be decoded again.
 */
import type { DecodedMethod } from './protocol/methods.ts';

type PublishMethod = DecodedMethod<'basic.publish'>;

/** Longer ones are decoded every time. */
const KEPT_BYTES_MAX = 128;

export class LastPublish {
  #kept: Buffer | undefined;
  #length = 0;
  #method: PublishMethod | undefined;

  /** The method that `[start, end)` holds, if it is the last one again. */
  again(bytes: Buffer, start: number, end: number): PublishMethod | undefined {
    const kept = this.#kept;
    const length = end - start;
    if (kept === undefined || length !== this.#length) return undefined;
    // From the back, where keys differ first.
    for (let i = length - 1; i >= 0; i -= 1) if (kept[i] !== bytes[start + i]) return undefined;
    return this.#method;
  }

  keep(bytes: Buffer, start: number, end: number, method: PublishMethod): void {
    const length = end - start;
    if (length > KEPT_BYTES_MAX) return;
    this.#kept ??= Buffer.allocUnsafeSlow(KEPT_BYTES_MAX);
    bytes.copy(this.#kept, 0, start, end);
    this.#length = length;
    this.#method = method;
  }
}
