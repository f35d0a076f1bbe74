/**
 * Pieces of segments that were read lately, within a byte bound, least recently used out first. Logs share segments, so
 * that what one log's reader fetches holds what readers of its neighbours want next: one read of the medium serves a
 * consumer of many partitions. Only bytes that were written and will not change are kept. Their memory is used again for
 * other pieces (`block.ts`); blocks that are lent while they are dropped come on top of the bound until they are given back.
 */
import type { Loan } from '../base/loan.ts';
import { Block } from './block.ts';
import type { Medium } from './medium/medium.ts';
import type { Segment } from './segment.ts';

/** Large enough that a trip to the thread pool is a small part of a read. */
const BLOCK_BYTES_MAX = 512 * 1024;
const BLOCK_BYTES_MIN = 1024;
/** A small cache has small blocks instead of few. */
const BLOCKS_MIN = 16;

export class BlockCache {
  /** By segment and block number. A block of an active segment may be short; more of it is read when it is wanted. */
  readonly #blocks = new Map<string, Block>();
  readonly #blockBytes: number;
  readonly #blocksMax: number;
  readonly #unused: Buffer[] = [];

  constructor(
    private readonly medium: Medium,
    bytesMax: number,
  ) {
    const bytes = 2 ** Math.floor(Math.log2(Math.max(bytesMax, 1) / BLOCKS_MIN));
    this.#blockBytes = Math.min(Math.max(bytes, BLOCK_BYTES_MIN), BLOCK_BYTES_MAX);
    this.#blocksMax = Math.max(1, Math.floor(bytesMax / this.#blockBytes));
  }

  /**
   * Bytes `[position, position + length)`, fewer at the end of what is written. They may share memory with others', and
   * stay as they are until `loan` ends; without one, for good.
   */
  read(segment: Segment, position: number, length: number, loan?: Loan): Buffer | Promise<Buffer> {
    const index = Math.floor(position / this.#blockBytes);
    const start = position - index * this.#blockBytes;
    const end = start + length;
    if (end > this.#blockBytes) return this.#readAcross(segment, position, length);
    const block = this.#use(segment, index);
    if (block.filledBytes < Math.min(end, this.#writtenBytes(segment, index))) {
      return this.#readBlock(segment, index, block, start, end, loan);
    }
    const bytes = lend(block, start, end, loan);
    block.release();
    return bytes;
  }

  /** What lies in two blocks is put together; what would take more of the cache than that is read past it. */
  async #readAcross(segment: Segment, position: number, length: number): Promise<Buffer> {
    const size = this.#blockBytes;
    const boundary = (Math.floor(position / size) + 1) * size;
    if (length > size / 2) {
      const bytes = Math.max(0, Math.min(length, segment.writtenBytes - position));
      return this.medium.read(segment.name, position, bytes);
    }
    const next = boundary / size;
    const end = position + length - boundary;
    const first = this.#use(segment, next - 1);
    const second = this.#use(segment, next);
    try {
      await this.#fill(segment, next - 1, first, size);
      await this.#fill(segment, next, second, end);
      return Buffer.concat([slice(first, position + size - boundary, size), slice(second, 0, end)]);
    } finally {
      first.release();
      second.release();
    }
  }

  async #readBlock(
    segment: Segment,
    index: number,
    block: Block,
    start: number,
    end: number,
    loan: Loan | undefined,
  ): Promise<Buffer> {
    try {
      await this.#fill(segment, index, block, end);
      return lend(block, start, end, loan);
    } finally {
      block.release();
    }
  }

  /** How much of a block is on the medium. */
  #writtenBytes(segment: Segment, index: number): number {
    return Math.min(this.#blockBytes, segment.writtenBytes - index * this.#blockBytes);
  }

  /** The block for somebody who reads it now, and releases it: it is held, lest reading ahead takes its memory. */
  #use(segment: Segment, index: number): Block {
    const block = this.#block(segment, index);
    block.hold();
    if (block.isAhead) {
      block.isAhead = false;
      this.#readAhead(segment, index);
    }
    return block;
  }

  /** The block, which becomes the last to be dropped; it may have to be filled. */
  #block(segment: Segment, index: number): Block {
    const key = keyOf(segment, index);
    let block = this.#blocks.get(key);
    if (block === undefined) {
      this.#makeRoom();
      block = this.#newBlock();
    } else {
      this.#blocks.delete(key);
    }
    this.#blocks.set(key, block);
    return block;
  }

  #newBlock(): Block {
    const memory = this.#unused.pop() ?? Buffer.allocUnsafeSlow(this.#blockBytes);
    return new Block(memory, (unused) => {
      if (this.#unused.length + this.#blocks.size < this.#blocksMax) this.#unused.push(unused);
    });
  }

  #makeRoom(): void {
    if (this.#blocks.size < this.#blocksMax) return;
    for (const [key, block] of this.#blocks) {
      this.#blocks.delete(key);
      block.drop();
      return;
    }
  }

  /** Reads until the block has its first `bytes` bytes, as far as they were written when this was called. */
  async #fill(segment: Segment, index: number, block: Block, bytes: number): Promise<void> {
    // A read that is under way may have begun before the bytes were written; one that begins after it has not.
    if (block.filling !== undefined) await block.filling;
    if (block.filledBytes >= Math.min(bytes, this.#writtenBytes(segment, index))) return;
    if (block.filling === undefined) {
      block.filling = this.#readInto(segment, index, block);
      if (index === 0 || this.#blocks.has(keyOf(segment, index - 1))) this.#readAhead(segment, index);
    }
    await block.filling;
  }

  async #readInto(segment: Segment, index: number, block: Block): Promise<void> {
    const from = block.filledBytes;
    const target = block.memory.subarray(from, this.#writtenBytes(segment, index));
    block.hold();
    try {
      const bytes = await this.medium.readInto(segment.name, index * this.#blockBytes + from, target);
      block.filledBytes = from + bytes;
    } catch (error) {
      // Whoever waits for it is told; the next reader tries again.
      const key = keyOf(segment, index);
      if (this.#blocks.get(key) === block) {
        this.#blocks.delete(key);
        block.drop();
      }
      throw error;
    } finally {
      block.filling = undefined;
      block.release();
    }
  }

  /** Somebody goes forward through the file: while he makes use of a block, the next one is on its way. */
  #readAhead(segment: Segment, index: number): void {
    const next = index + 1;
    const written = this.#writtenBytes(segment, next);
    if (written <= 0 || (!segment.sealed && written < this.#blockBytes)) return;
    if (this.#blocks.has(keyOf(segment, next))) return;
    const block = this.#block(segment, next);
    block.isAhead = true;
    block.filling = this.#readInto(segment, next, block);
    // Its reader is told when it comes.
    block.filling.catch(() => {});
  }
}

function keyOf(segment: Segment, index: number): string {
  return `${index} ${segment.name}`;
}

function lend(block: Block, start: number, end: number, loan: Loan | undefined): Buffer {
  if (loan === undefined) block.hold();
  else loan.add(block);
  return slice(block, start, end);
}

function slice(block: Block, start: number, end: number): Buffer {
  return block.memory.subarray(start, Math.max(start, Math.min(end, block.filledBytes)));
}
