/**
 * Cuts a stream of bytes into frames that start with their length (int32, big-endian, without itself). Each frame is
 * memory of its own, copied once from the chunks, which are looked at until `keep` is called and no longer. What a peer
 * announces costs nothing until it is sent.
 */

export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const LENGTH_BYTES = 4;
/** A frame of which little has arrived gets room for this much; it is moved at most once for each time it doubles. */
const ROOM_BYTES_MIN = 64 * 1024;

const NONE = Buffer.alloc(0);

export class FrameReader {
  readonly #frameBytesMax: number;
  /** What was pushed and is not cut yet, from `#at` on. */
  #input: Buffer = NONE;
  #at = 0;
  /** Of the frame that has begun: how many bytes of its length field are there, and what they say so far. */
  #lengthBytes = 0;
  #length = 0;
  #frame: Buffer = NONE;
  #filled = 0;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** `chunk` must stay as it is until `keep`, or until `next` has said that there is no further frame. */
  push(chunk: Buffer): void {
    const rest = this.#input.length - this.#at;
    this.#input = rest === 0 ? chunk : Buffer.concat([this.#input.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  /** Takes a copy of what is not cut yet: the chunk may be used for something else. */
  keep(): void {
    if (this.#at === this.#input.length) this.#input = NONE;
    else this.#input = Buffer.from(this.#input.subarray(this.#at));
    this.#at = 0;
  }

  /** The next whole frame without its length; undefined if it has not arrived yet. Throws `FrameError`. */
  next(): Buffer | undefined {
    if (this.#lengthBytes < LENGTH_BYTES && !this.#readLength()) return undefined;
    if (this.#length < 0 || this.#length > this.#frameBytesMax) {
      throw new FrameError(`a frame of ${this.#length} bytes is announced, the limit is ${this.#frameBytesMax}`);
    }
    const wanted = this.#length - this.#filled;
    const given = Math.min(wanted, this.#input.length - this.#at);
    this.#makeRoom(given);
    this.#input.copy(this.#frame, this.#filled, this.#at, this.#at + given);
    this.#at += given;
    this.#filled += given;
    if (this.#at === this.#input.length) this.keep();
    if (given < wanted) return undefined;
    const frame = this.#frame;
    this.#frame = NONE;
    this.#filled = 0;
    this.#lengthBytes = 0;
    this.#length = 0;
    return frame;
  }

  /** False while bytes of the length are missing. */
  #readLength(): boolean {
    while (this.#lengthBytes < LENGTH_BYTES) {
      const byte = this.#input[this.#at];
      if (byte === undefined) {
        this.keep();
        return false;
      }
      this.#length = (this.#length << 8) | byte;
      this.#lengthBytes += 1;
      this.#at += 1;
    }
    return true;
  }

  /** A frame that is all there gets memory of its size; one that isn't, no more than in proportion to what is there. */
  #makeRoom(given: number): void {
    const filled = this.#filled + given;
    if (filled <= this.#frame.length && this.#length > 0) return;
    const room = filled === this.#length ? filled : Math.min(this.#length, Math.max(ROOM_BYTES_MIN, filled * 2));
    const frame = Buffer.allocUnsafe(room);
    this.#frame.copy(frame, 0, 0, this.#filled);
    this.#frame = frame;
  }
}
