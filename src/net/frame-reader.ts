/**
 * Cuts a stream of bytes into frames that start with their length (int32, big-endian, without itself). A frame that lies
 * within one chunk is a slice of it; one that spans chunks is copied once. What a peer announces costs nothing until it is sent.
 */

export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const LENGTH_BYTES = 4;

export class FrameReader {
  readonly #frameBytesMax: number;
  /** Chunks that are not cut yet, the first from `#at` on. */
  #chunks: Buffer[] = [];
  #at = 0;
  #available = 0;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#available += chunk.length;
  }

  /** The next whole frame without its length; undefined if it has not arrived yet. Throws `FrameError`. */
  next(): Buffer | undefined {
    if (this.#available < LENGTH_BYTES) return undefined;
    const length = this.#peekLength();
    if (length < 0 || length > this.#frameBytesMax) {
      throw new FrameError(`a frame of ${length} bytes is announced, the limit is ${this.#frameBytesMax}`);
    }
    if (this.#available < LENGTH_BYTES + length) return undefined;
    this.#skip(LENGTH_BYTES);
    return this.#take(length);
  }

  #peekLength(): number {
    const first = this.#chunks[0];
    if (first !== undefined && first.length - this.#at >= LENGTH_BYTES) return first.readInt32BE(this.#at);
    let value = 0;
    let at = this.#at;
    let chunk = 0;
    for (let i = 0; i < LENGTH_BYTES; i += 1) {
      while (at >= (this.#chunks[chunk]?.length ?? 0)) {
        chunk += 1;
        at = 0;
      }
      value = (value << 8) | (this.#chunks[chunk]?.[at] ?? 0);
      at += 1;
    }
    return value;
  }

  #skip(bytes: number): void {
    this.#available -= bytes;
    this.#at += bytes;
    this.#dropRead();
  }

  #dropRead(): void {
    let read = 0;
    for (const chunk of this.#chunks) {
      if (this.#at < chunk.length) break;
      this.#at -= chunk.length;
      read += 1;
    }
    if (read > 0) this.#chunks.splice(0, read);
  }

  #take(bytes: number): Buffer {
    const first = this.#chunks[0];
    if (bytes === 0 || first === undefined) return Buffer.alloc(0);
    if (first.length - this.#at >= bytes) {
      const frame = first.subarray(this.#at, this.#at + bytes);
      this.#skip(bytes);
      return frame;
    }
    const frame = Buffer.allocUnsafeSlow(bytes);
    let filled = 0;
    for (const [i, chunk] of this.#chunks.entries()) {
      const from = i === 0 ? this.#at : 0;
      filled += chunk.copy(frame, filled, from, Math.min(chunk.length, from + bytes - filled));
      if (filled === bytes) break;
    }
    this.#skip(bytes);
    return frame;
  }
}
