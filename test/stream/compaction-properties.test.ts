/**
 * Random histories against a list of everything that was written: whatever is appended, truncated, cleaned up or crashed while
 * a pass runs, readers of committed data find the last value of every key, nothing that was not written, and the same
 * from every offset.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../src/base/errors.ts';
import { readBaseOffset } from '../../src/record/batch.ts';
import { buildBatch } from '../../src/record/build.ts';
import { CompactionWorld, type SeenRecord } from './compaction-harness.ts';

const SEEDS = 60;
const ROUNDS = 12;
const KEYS = 6;

interface Written {
  readonly key: string;
  readonly value: string | undefined;
  /** Undefined while its transaction is open. */
  isCommitted: boolean | undefined;
}

interface Producer {
  readonly id: number;
  sequence: number;
  readonly open: Written[];
}

class History {
  readonly written = new Map<number, Written>();
  readonly producers: Producer[] = [1, 2].map((id) => ({ id, sequence: 0, open: [] }));
  #values = 0;

  constructor(readonly world: CompactionWorld) {}

  #below(bound: number): number {
    return this.world.scheduler.random.below(bound);
  }

  #records(): string[] {
    return Array.from({ length: 1 + this.#below(4) }, () => {
      const key = `k${this.#below(KEYS)}`;
      if (this.#below(6) === 0) return key;
      this.#values += 1;
      return `${key}=${this.#values}${'x'.repeat(this.#below(60))}`;
    });
  }

  #note(baseOffset: number, records: readonly string[], isCommitted: boolean | undefined): Written[] {
    return records.map((record, i) => {
      const [key = '', value] = record.split('=');
      const written = { key, value, isCommitted };
      this.written.set(baseOffset + i, written);
      return written;
    });
  }

  async writePlain(): Promise<void> {
    const records = this.#records();
    const compression = (['none', 'none', 'gzip', 'lz4'] as const)[this.#below(4)] ?? 'none';
    this.#note(await this.world.produce(records, { compression }), records, true);
  }

  async writeInTransaction(): Promise<void> {
    const producer = this.producers[this.#below(this.producers.length)];
    if (producer === undefined) return;
    if (producer.open.length > 0 && this.#below(2) === 0) return this.#end(producer);
    const records = this.#records();
    const { id, sequence } = producer;
    const options = { producer: { id, epoch: 0, sequence }, transactional: true };
    producer.open.push(...this.#note(await this.world.produce(records, options), records, undefined));
    producer.sequence += records.length;
  }

  async #end(producer: Producer): Promise<void> {
    const isCommit = this.#below(2) === 0;
    await this.world.end(producer.id, 0, isCommit);
    for (const written of producer.open.splice(0)) written.isCommitted = isCommit;
  }

  /** Without waiting for the disk: a crash may lose it. */
  appendMeanwhile(): void {
    const [key, value] = [`k${this.#below(KEYS)}`, `m${this.#below(1e6)}`];
    const timestampMs = this.world.scheduler.nowMs();
    const records = [{ offsetDelta: 0, timestampMs, key: Buffer.from(key), value: Buffer.from(value) }];
    const { baseOffset } = this.world.partition.append(buildBatch({ baseOffset: 0, records }), false);
    this.#note(baseOffset, [`${key}=${value}`], true);
  }

  truncateMeanwhile(): void {
    const { partition, streams } = this.world;
    const span = partition.lastStableOffset - partition.startOffset;
    if (span > 4) streams.deleteRecords(partition, partition.startOffset + this.#below(Math.ceil(span / 4)));
  }

  /** What a crash took. */
  forgetBeyondEnd(): void {
    for (const offset of this.written.keys()) {
      if (offset >= this.world.partition.endOffset) this.written.delete(offset);
    }
  }

  check(seen: readonly SeenRecord[], message: string): void {
    const { startOffset, lastStableOffset } = this.world.partition;
    const newest = new Map<string, number>();
    for (const [offset, { key, isCommitted }] of [...this.written].sort(([a], [b]) => a - b)) {
      if (isCommitted && offset >= startOffset && offset < lastStableOffset) newest.set(key, offset);
    }
    let previous = -1;
    for (const { offset, key, value } of seen) {
      assert.ok(offset > previous, `${message}: ${offset} after ${previous}`);
      previous = offset;
      const original = this.written.get(offset);
      assert.deepEqual({ key, value }, { key: original?.key, value: original?.value }, message);
      assert.equal(original?.isCommitted, true, `${message}: ${offset} was not committed`);
    }
    for (const [key, offset] of newest) {
      const last = seen.filter((record) => record.key === key).at(-1);
      const value = this.written.get(offset)?.value;
      // A tombstone may be gone, but then so is everything before it.
      if (last !== undefined || value !== undefined) assert.equal(last?.offset, offset, `${message}: last of ${key}`);
    }
  }
}

async function checkReads(history: History, message: string): Promise<void> {
  const { world } = history;
  await world.scheduler.settle();
  const seen = await world.consume(undefined, 'read_committed');
  history.check(seen, message);
  const { random } = world.scheduler;
  const { startOffset, endOffset } = world.partition;
  for (let i = 0; i < 4; i++) {
    const from = startOffset + random.below(endOffset - startOffset + 1);
    const suffix = await world.consume(from, 'read_committed', 1 + random.below(2000));
    const expected = seen.filter(({ offset }) => offset >= from);
    assert.deepEqual(suffix, expected, `${message}: read from ${from}`);
  }
}

/** What a reader was given that began while a pass ran. */
interface Reading {
  readonly from: number;
  readonly batches: readonly Buffer[];
}

async function readMeanwhile({ world }: History, readings: Reading[]): Promise<void> {
  const { partition, scheduler } = world;
  const { startOffset, highWatermark } = partition;
  if (startOffset >= highWatermark) return;
  const from = startOffset + scheduler.random.below(highWatermark - startOffset);
  const maxBytes = 1 + scheduler.random.below(3000);
  try {
    readings.push({ from, batches: (await partition.read(from, maxBytes, 'read_uncommitted')).batches });
  } catch (error) {
    // Retention may delete the offset while the disk is read, and then it is told so.
    assert.ok(
      error instanceof DomainError && error.kind === 'offset_out_of_range' && from < partition.startOffset,
      `${error}`,
    );
  }
}

/** What is there now was there all the time: no reader may have gone past it. */
async function checkReadings({ world }: History, readings: readonly Reading[], message: string): Promise<void> {
  const left = await world.batches();
  for (const { from, batches } of readings) {
    const last = batches.at(-1);
    assert.ok(last !== undefined, `${message}: nothing was read at ${from}`);
    const given = new Set(batches.map((batch) => readBaseOffset(batch)));
    for (const offset of left.map((batch) => readBaseOffset(batch))) {
      if (offset < from || offset > readBaseOffset(last)) continue;
      assert.ok(given.has(offset), `${message}: ${offset} was left out of ${[...given]}`);
    }
  }
}

/** A pass, and everything that may happen beside it; sometimes the node dies in the middle. */
async function round(history: History, seed: number): Promise<void> {
  const { world } = history;
  const { random } = world.scheduler;
  for (let i = random.below(8); i >= 0; i--) {
    if (random.chance(60)) await history.writePlain();
    else await history.writeInTransaction();
  }
  await world.scheduler.advance(random.below(2) === 0 ? 100 : 1500);
  const bothDone = Promise.all([world.compactor.tick(), random.chance(50) ? world.storage.clean() : undefined]);
  const crashes = random.chance(40);
  const readings: Reading[] = [];
  const reads: Promise<void>[] = [];
  for (let steps = random.below(120); steps > 0; steps--) {
    if (random.chance(4)) history.appendMeanwhile();
    if (random.chance(15)) reads.push(readMeanwhile(history, readings));
    if (random.chance(1)) history.truncateMeanwhile();
    if (!(await world.scheduler.step())) break;
  }
  if (crashes) {
    await world.crash();
    history.forgetBeyondEnd();
  } else {
    await world.scheduler.until(Promise.all([bothDone, ...reads]));
    await world.scheduler.settle();
    await checkReadings(history, readings, `seed ${seed}`);
    if (random.chance(20)) await world.restart();
  }
  assert.equal(world.fatal, undefined, `seed ${seed}`);
}

describe('compaction of random histories', () => {
  test('leaves what readers of committed data are promised', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const options = { keyBytesMax: seed % 3 === 0 ? 100 : 100_000, pieceBytes: [1, 500, 100_000][seed % 3] ?? 1 };
      const world = await CompactionWorld.started(seed, { deleteRetentionMs: 1000 }, options);
      const history = new History(world);
      for (let i = 1; i <= ROUNDS; i++) {
        await round(history, seed);
        await checkReads(history, `seed ${seed}, round ${i}`);
      }
      await world.scheduler.advance(5000);
      await world.scheduler.until(world.compactor.tick());
      await checkReads(history, `seed ${seed}, at the end`);
    }
  });

  test('a crash after any number of steps of a pass leaves all that was promised', async () => {
    let isWhole = false;
    for (let steps = 0; !isWhole; steps++) {
      const world = await CompactionWorld.started(steps, { deleteRetentionMs: 0 }, { pieceBytes: 400 });
      const history = new History(world);
      for (let i = 0; i < 12; i++) {
        await history.writePlain();
        await history.writeInTransaction();
      }
      await world.scheduler.advance(100);
      let isDone = false;
      const ticking = world.compactor.tick().then(() => {
        isDone = true;
      });
      for (let i = 0; i < steps && !isDone; i++) await world.scheduler.step();
      isWhole = isDone;
      if (isDone) await ticking;
      await world.crash();
      await checkReads(history, `after ${steps} steps`);
      await world.compact();
      await checkReads(history, `after ${steps} steps and another pass`);
    }
  });

  test('a topic that is deleted during a pass takes the pass with it', async () => {
    for (let steps = 0; steps < 60; steps++) {
      const world = await CompactionWorld.started(steps, {}, { pieceBytes: 200 });
      for (let i = 0; i < 20; i++) await world.produce([`k${i % 5}=${i}`]);
      await world.scheduler.advance(100);
      const ticking = world.compactor.tick();
      for (let i = 0; i < steps; i++) await world.scheduler.step();
      world.drop();
      await world.scheduler.until(ticking);
      await world.scheduler.settle();
      assert.equal(world.fatal, undefined);
      await world.restart();
      assert.equal([...world.streams.all()].length, 0);
      while (await world.scheduler.until(world.storage.clean()));
    }
  });
});
