/**
 * The index of one log within one file: runs. A run is an unbroken stretch of the log's entries of bounded length, so that
 * a log that has the disk to itself is indexed sparsely and one of a thousand is indexed per entry; reading never scans
 * entries of other logs. Four numbers per run in one flat array: base offset, position, length in bytes, largest timestamp.
 */

/** A new run starts when the present one has reached this length. */
const RUN_BYTES_MAX = 32 * 1024;

const FIELDS = 4;
export const RUN_INDEX_BYTES = FIELDS * 8;

export class Runs {
  #values: number[];

  constructor(values: number[] = []) {
    this.#values = values;
  }

  get count(): number {
    return this.#values.length / FIELDS;
  }

  base(run: number): number {
    return this.#values[run * FIELDS] ?? Number.NaN;
  }

  position(run: number): number {
    return this.#values[run * FIELDS + 1] ?? Number.NaN;
  }

  bytes(run: number): number {
    return this.#values[run * FIELDS + 2] ?? Number.NaN;
  }

  timestampMs(run: number): number {
    return this.#values[run * FIELDS + 3] ?? Number.NaN;
  }

  /** Records an entry of `bytes` (header included) at `position`. Entries come in order of position. */
  add(baseOffset: number, position: number, bytes: number, timestampMs: number): void {
    const values = this.#values;
    const last = values.length - FIELDS;
    const lastBytes = values[last + 2];
    if (lastBytes !== undefined && lastBytes < RUN_BYTES_MAX && (values[last + 1] ?? 0) + lastBytes === position) {
      values[last + 2] = lastBytes + bytes;
      if (timestampMs > (values[last + 3] ?? 0)) values[last + 3] = timestampMs;
    } else {
      values.push(baseOffset, position, bytes, timestampMs);
    }
  }

  /** The last run whose base offset is at or below `offset`; the first run if none is. */
  find(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.base(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The first run whose largest timestamp is at or after `timestampMs`. */
  findByTime(timestampMs: number): number | undefined {
    for (let run = 0; run < this.count; run += 1) {
      if (this.timestampMs(run) >= timestampMs) return run;
    }
    return undefined;
  }

  encode(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#values.length * 8);
    for (const [i, value] of this.#values.entries()) bytes.writeDoubleLE(value, i * 8);
    return bytes;
  }

  static decode(bytes: Buffer): Runs {
    const values: number[] = [];
    for (let at = 0; at + 8 <= bytes.length; at += 8) values.push(bytes.readDoubleLE(at));
    return new Runs(values);
  }
}
