/**
 * Pieces of segments that were read lately, within a byte bound, least recently used out first. Logs share segments, so
 * that what one log's reader fetches holds what readers of its neighbours want next: one read of the medium serves a
 * consumer of many partitions. Only bytes that were written and will not change are kept.
 */
import type { Medium } from './medium/medium.ts';
import type { Segment } from './segment.ts';

const BLOCK_BYTES = 128 * 1024;

export class BlockCache {
  /** By segment and block number. A block of an active segment may be short; it is read again when more is wanted. */
  readonly #blocks = new Map<string, Promise<Buffer>>();
  readonly #blocksMax: number;

  constructor(
    private readonly medium: Medium,
    bytesMax: number,
  ) {
    this.#blocksMax = Math.max(1, Math.floor(bytesMax / BLOCK_BYTES));
  }

  /** Bytes `[position, position + length)`, fewer at the end of what is written. The result may share memory with others. */
  async read(segment: Segment, position: number, length: number): Promise<Buffer> {
    const first = Math.floor(position / BLOCK_BYTES);
    const last = Math.floor((position + length - 1) / BLOCK_BYTES);
    const start = position - first * BLOCK_BYTES;
    if (first === last) {
      const block = await this.#block(segment, first, start + length);
      return block.subarray(start, start + length);
    }
    const parts: Buffer[] = [];
    for (let index = first; index <= last; index += 1) {
      const end = Math.min(position + length - index * BLOCK_BYTES, BLOCK_BYTES);
      const block = await this.#block(segment, index, end);
      parts.push(block.subarray(index === first ? start : 0, end));
    }
    return Buffer.concat(parts);
  }

  /** The block, with at least its first `bytes` bytes if they are written. */
  async #block(segment: Segment, index: number, bytes: number): Promise<Buffer> {
    const key = `${index} ${segment.name}`;
    const cached = this.#blocks.get(key);
    if (cached !== undefined) {
      const block = await cached;
      if (block.length >= bytes) {
        this.#keep(key, cached);
        return block;
      }
    }
    const reading = this.#read(segment, index);
    this.#keep(key, reading);
    this.#readAhead(segment, index + 1);
    return reading;
  }

  /** Readers go forward: while the last block is made use of, the next one is on its way. */
  #readAhead(segment: Segment, index: number): void {
    const key = `${index} ${segment.name}`;
    if (!segment.sealed || index * BLOCK_BYTES >= segment.writtenBytes || this.#blocks.has(key)) return;
    this.#keep(key, this.#read(segment, index));
  }

  #read(segment: Segment, index: number): Promise<Buffer> {
    const start = index * BLOCK_BYTES;
    const length = Math.min(BLOCK_BYTES, segment.writtenBytes - start);
    const reading = this.medium.read(segment.name, start, length);
    // Whoever waits for it is told; the next reader tries again.
    reading.catch(() => this.#blocks.delete(`${index} ${segment.name}`));
    return reading;
  }

  #keep(key: string, block: Promise<Buffer>): void {
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    if (this.#blocks.size <= this.#blocksMax) return;
    const [oldest] = this.#blocks.keys();
    if (oldest !== undefined) this.#blocks.delete(oldest);
  }
}
