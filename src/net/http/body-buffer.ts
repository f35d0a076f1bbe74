/** The memory of a body that arrives in pieces: it grows with what is there, not with what is announced. */

const ROOM_BYTES_MIN = 4 * 1024;

export class BodyBuffer {
  readonly #bytesMax: number;
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;

  /** @param bytesMax how much comes at the most. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** What it takes, not what it holds. */
  get memoryBytes(): number {
    return this.#memory.length;
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  /** No more than `bytesMax` in all. */
  add(input: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#memory.length) {
      const room = Math.min(this.#bytesMax, Math.max(ROOM_BYTES_MIN, length * 2));
      const memory = Buffer.allocUnsafeSlow(room);
      this.#memory.copy(memory, 0, 0, this.#length);
      this.#memory = memory;
    }
    input.copy(this.#memory, this.#length, from, to);
    this.#length = length;
  }
}
