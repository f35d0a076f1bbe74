/** Memory of the block cache is used again, and never while somebody holds what was read into it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Loan } from '../../src/base/loan.ts';
import { Block } from '../../src/storage/block.ts';
import { BlockCache } from '../../src/storage/block-cache.ts';
import { MemoryMedium } from '../../src/storage/medium/memory.ts';
import { Segment } from '../../src/storage/segment.ts';
import { Scheduler } from '../support/scheduler.ts';

const BLOCK = 1024;
const NAME = 'wal-000000000001';

/** A file of `blocks` blocks whose bytes tell where they stand, and a cache of `cached` blocks over it. */
class World {
  readonly scheduler: Scheduler;
  readonly medium: MemoryMedium;
  readonly segment: Segment;
  readonly cache: BlockCache;
  readonly contents: Buffer;
  reads = 0;

  constructor(blocks: number, cached: number, seed = 1, sealed = true) {
    this.scheduler = new Scheduler(seed);
    this.medium = new MemoryMedium({
      schedule: this.scheduler.defer,
      faults: (operation) => {
        if (operation === 'read') this.reads += 1;
        return 'none';
      },
    });
    this.contents = Buffer.alloc(blocks * BLOCK);
    for (let at = 0; at < this.contents.length; at += 4) this.contents.writeUInt32LE(at, at);
    this.medium.replace(NAME, this.contents);
    this.segment = new Segment(NAME, 1, this.contents.length, sealed);
    this.cache = new BlockCache(this.medium, cached * BLOCK);
  }

  read(position: number, length: number, loan?: Loan): Promise<Buffer> {
    return this.scheduler.until(Promise.resolve(this.cache.read(this.segment, position, length, loan)));
  }

  assertIs(bytes: Buffer, position: number, length: number): void {
    assert.ok(bytes.equals(this.contents.subarray(position, position + length)), `bytes at ${position} are others`);
  }

  /** Reads every block, so that whatever may be used again is. */
  async sweep(): Promise<void> {
    const loan = new Loan();
    for (let at = 0; at < this.contents.length; at += BLOCK) {
      this.assertIs(await this.read(at, BLOCK, loan), at, BLOCK);
      loan.end();
    }
  }
}

test('what is lent stays as it is until its loan ends, however much is read meanwhile', async () => {
  const world = new World(16, 2);
  const loan = new Loan();
  const held = await world.read(100, 200, loan);
  await world.sweep();
  await world.sweep();
  world.assertIs(held, 100, 200);
  loan.end();
});

test('what is read without a loan stays as it is for good', async () => {
  const world = new World(16, 2);
  const held = await world.read(100, 200);
  await world.sweep();
  await world.sweep();
  world.assertIs(held, 100, 200);
});

test('a block that two loans hold is not used again when one of them ends', async () => {
  const world = new World(16, 2);
  const [first, second] = [new Loan(), new Loan()];
  await world.read(0, 100, first);
  const held = await world.read(0, 100, second);
  await world.sweep();
  first.end();
  await world.sweep();
  world.assertIs(held, 0, 100);
});

test('memory that nobody holds is used again: reading on and on takes no more than the bound', async () => {
  const world = new World(64, 4);
  const seen = new Set<ArrayBufferLike>();
  const loan = new Loan();
  for (let round = 0; round < 3; round += 1) {
    for (let at = 0; at < world.contents.length; at += BLOCK) {
      seen.add((await world.read(at, BLOCK, loan)).buffer);
      loan.end();
    }
  }
  assert.ok(seen.size <= 4, `${seen.size} pieces of memory for a cache of 4 blocks`);
});

test('blocks that come back late are kept only while there is room for them', async () => {
  const world = new World(64, 4);
  const loan = new Loan();
  for (let at = 0; at < world.contents.length; at += BLOCK) await world.read(at, BLOCK, loan);
  loan.end();
  const seen = new Set<ArrayBufferLike>();
  for (let round = 0; round < 3; round += 1) {
    for (let at = 0; at < world.contents.length; at += BLOCK) {
      seen.add((await world.read(at, BLOCK, loan)).buffer);
      loan.end();
    }
  }
  assert.ok(seen.size <= 8, `${seen.size} pieces of memory for a cache of 4 blocks`);
});

test('readers at random places, with loans of random length, see only what they asked for', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const world = new World(12, 1 + (seed % 4), seed);
    const { random } = world.scheduler;
    const reader = async (): Promise<void> => {
      const held: { loan: Loan | undefined; bytes: Buffer; position: number; length: number }[] = [];
      for (let i = 0; i < 60; i += 1) {
        const position = random.below(world.contents.length - 1);
        const length = 1 + random.below(Math.min(1500, world.contents.length - position));
        const loan = random.chance(80) ? new Loan() : undefined;
        const bytes = await world.cache.read(world.segment, position, length, loan);
        held.push({ loan, bytes, position, length });
        if (held.length > 1 + random.below(5)) {
          const oldest = held.shift();
          if (oldest === undefined) continue;
          world.assertIs(oldest.bytes, oldest.position, oldest.length);
          oldest.loan?.end();
        }
      }
      for (const rest of held) world.assertIs(rest.bytes, rest.position, rest.length);
    };
    await world.scheduler.until(Promise.all([reader(), reader(), reader()]));
  }
});

test('of a file that grows, only what is new is read, and what was lent stays', async () => {
  const world = new World(1, 4, 1, false);
  const { segment } = world;
  segment.writtenBytes = 300;
  const loan = new Loan();
  const held = await world.read(0, 300, loan);
  assert.equal((await world.read(0, 500, loan)).length, 300, 'no more than what is written');
  assert.equal(world.reads, 1, 'what is not written is not asked for');
  segment.writtenBytes = BLOCK;
  world.assertIs(await world.read(200, 800, loan), 200, 800);
  assert.equal(world.reads, 2);
  world.assertIs(held, 0, 300);
});

test('a read that asks while an older one is under way gets what was written in between', async () => {
  const world = new World(1, 4, 1, false);
  const { segment, cache } = world;
  segment.writtenBytes = 300;
  const first = cache.read(segment, 0, 300, new Loan());
  segment.writtenBytes = 700;
  const second = cache.read(segment, 300, 400, new Loan());
  const [a, b] = await world.scheduler.until(Promise.all([first, second]));
  world.assertIs(a, 0, 300);
  world.assertIs(b, 300, 400);
});

test('who goes forward finds the next block there', async () => {
  const world = new World(8, 4);
  const loan = new Loan();
  await world.read(0, 100, loan);
  await world.scheduler.until(Promise.resolve());
  await world.read(BLOCK, 100, loan);
  const readsBefore = world.reads;
  world.assertIs(await world.read(2 * BLOCK, 100, loan), 2 * BLOCK, 100);
  assert.ok(world.reads - readsBefore <= 1, 'nothing but the block after it was read');
});

test('a failed read is told to those who wait for it, and tried again by the next', async () => {
  const world = new World(4, 4);
  const { cache, segment } = world;
  world.medium.faults = () => 'lost';
  const both = [cache.read(segment, 0, 10, new Loan()), cache.read(segment, 20, 10, new Loan())];
  for (const outcome of await world.scheduler.until(Promise.allSettled(both))) assert.equal(outcome.status, 'rejected');
  world.medium.faults = () => 'none';
  world.assertIs(await world.read(0, 10, new Loan()), 0, 10);
});

test('a block is given away once, when it is dropped and nobody holds it', () => {
  const given: Buffer[] = [];
  const memory = Buffer.alloc(8);
  const block = new Block(memory, (unused) => given.push(unused));
  const loan = new Loan();
  loan.add(block);
  loan.add(block);
  block.drop();
  assert.equal(given.length, 0);
  loan.end();
  loan.end();
  assert.deepEqual(given, [memory]);
  assert.throws(() => block.hold());
  assert.throws(() => block.release());
  assert.throws(() => block.drop());
});
