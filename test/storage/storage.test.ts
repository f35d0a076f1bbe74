import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entry } from '../../src/storage/log.ts';
import { SETTINGS, toyEntry, World } from './harness.ts';

function assertWhole(entries: readonly Entry[], id: number, from: number, to: number): void {
  let expected = from;
  for (const entry of entries) {
    assert.equal(entry.baseOffset, expected);
    const wanted = toyEntry(id, entry.baseOffset, entry.count, entry.payload.length);
    assert.deepEqual(Buffer.from(entry.payload), wanted.payload);
    expected += entry.count;
  }
  assert.equal(expected, to);
}

async function worldWithLogs(logs: number, seed = 1): Promise<World> {
  const world = new World(seed);
  await world.start();
  for (let id = 2000; id < 2000 + logs; id += 1) world.toy.commit({ type: 'log', id });
  return world;
}

describe('storage', () => {
  it('moves the durable watermark only after the group is synced', async () => {
    const world = await worldWithLogs(1);
    world.append(2000);
    const appended = world.storage.appended;
    assert.ok(world.storage.durable < appended);
    assert.equal(world.log(2000).durableOffset, 0);
    await world.scheduler.settle();
    assert.equal(world.storage.durable, appended);
    assert.equal(world.log(2000).durableOffset, 1);
  });

  it('reads back what was appended across segments, caches and restarts', async () => {
    const world = await worldWithLogs(3);
    for (let i = 0; i < 300; i += 1) {
      world.append(2000 + (i % 3), 1 + (i % 4), 50 + ((i * 37) % 400));
      if (i % 7 === 0) await world.scheduler.settle();
    }
    await world.scheduler.settle();
    const ends = [0, 1, 2].map((i) => world.log(2000 + i).endOffset);
    for (const [i, end] of ends.entries()) assertWhole(await world.readAll(2000 + i), 2000 + i, 0, end);
    await world.stop();
    await world.start();
    for (const [i, end] of ends.entries()) {
      assert.equal(world.log(2000 + i).endOffset, end);
      assertWhole(await world.readAll(2000 + i), 2000 + i, 0, end);
    }
  });

  it('starts again and again after a crash that left a file without a whole header', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const world = await worldWithLogs(1, seed);
      world.append(2000);
      await world.scheduler.settle();
      await world.stop();
      await world.start();
      world.crash();
      world.medium.replace('wal-000000000002', Buffer.alloc(5));
      await world.start();
      world.crash();
      await world.start();
      assertWhole(await world.readAll(2000), 2000, 0, 1);
    }
  });

  it('deletes no data on the word of a record that a crash can still take back', async () => {
    const world = await worldWithLogs(2);
    for (let i = 0; i < 50; i += 1) {
      world.append(2000 + (i % 2), 1, 400);
      if (i % 5 === 0) await world.scheduler.settle();
    }
    await world.scheduler.settle();
    const end = world.log(2000).endOffset;
    world.medium.faults = (operation) => (operation === 'write' ? 'full' : 'none');
    world.toy.commit({ type: 'drop', id: 2000 }, { type: 'drop', id: 2001 });
    const cleaned = world.storage.clean();
    await world.scheduler.settle();
    assert.equal(await cleaned, false);
    world.crash();
    await world.start();
    assertWhole(await world.readAll(2000), 2000, 0, end);
  });

  it('keeps large payloads that are not copied', async () => {
    const world = await worldWithLogs(1);
    for (const bytes of [4095, 4096, 4097, 20_000]) world.append(2000, 1, bytes);
    await world.scheduler.settle();
    world.crash();
    await world.start();
    assertWhole(await world.readAll(2000), 2000, 0, 4);
  });

  it('returns the first entry even if it is larger than asked for, and stops at the offset bound', async () => {
    const world = await worldWithLogs(1);
    for (let i = 0; i < 5; i += 1) world.append(2000, 2, 100);
    await world.scheduler.settle();
    assert.equal((await world.log(2000).read(0, 10, 1)).length, 1);
    assert.equal((await world.log(2000).read(3, 7, 10_000)).length, 2);
    assert.equal((await world.log(2000).read(10, 10, 1000)).length, 0);
  });

  it('replays no more than the WAL after the newest checkpoint', async () => {
    const world = await worldWithLogs(1);
    for (let i = 0; i < 500; i += 1) {
      world.append(2000);
      if (i % 5 === 0) await world.scheduler.settle();
    }
    await world.scheduler.settle();
    world.crash();
    await world.start();
    const replayed = world.toy.applied.get(2000) ?? 0;
    assert.ok(replayed === 0 || replayed === 500, 'only the end of the log is applied again');
    await world.scheduler.settle();
    const checkpoints = (await world.scheduler.until(world.medium.list())).filter((name) =>
      name.startsWith('checkpoint'),
    );
    assert.equal(checkpoints.length, 1);
    assertWhole(await world.readAll(2000), 2000, 0, 500);
  });

  it('deletes files once all they hold is truncated or dropped', async () => {
    const world = await worldWithLogs(2);
    for (let i = 0; i < 200; i += 1) {
      world.append(2000 + (i % 2));
      await world.scheduler.settle();
    }
    const before = world.storage.storedBytes;
    world.toy.commit({ type: 'start', id: 2000, offset: 95 }, { type: 'drop', id: 2001 });
    await world.scheduler.settle();
    while (await world.scheduler.until(world.storage.clean())) await world.scheduler.settle();
    assert.ok(world.storage.storedBytes < before / 3, `${world.storage.storedBytes} of ${before} bytes are left`);
    assertWhole(await world.readAll(2000), 2000, 95, 100);
    world.crash();
    await world.start();
    assert.equal(world.toy.logs.has(2001), false);
    assertWhole(await world.readAll(2000), 2000, 95, 100);
  });

  it('moves the live rest of sparse segments together and keeps it readable', async () => {
    const world = await worldWithLogs(2);
    for (let i = 0; i < 400; i += 1) {
      world.append(i % 8 === 0 ? 2000 : 2001);
      await world.scheduler.settle();
    }
    world.toy.commit({ type: 'drop', id: 2001 });
    await world.scheduler.settle();
    while (await world.scheduler.until(world.storage.clean())) await world.scheduler.settle();
    const names = await world.scheduler.until(world.medium.list());
    assert.ok(names.some((name) => name.startsWith('seg-')));
    assertWhole(await world.readAll(2000), 2000, 0, 50);
    world.crash();
    await world.start();
    assertWhole(await world.readAll(2000), 2000, 0, 50);
  });

  it('rewrites a stretch of a log, leaving gaps', async () => {
    const world = await worldWithLogs(1);
    for (let i = 0; i < 100; i += 1) {
      world.append(2000);
      await world.scheduler.settle();
    }
    async function* survivors(): AsyncIterable<Entry> {
      for (let offset = 0; offset < 60; offset += 10) yield toyEntry(2000, offset, 1, 80);
    }
    await world.scheduler.until(world.log(2000).rewrite(0, 60, survivors()));
    const offsets = (await world.readAll(2000)).map((entry) => entry.baseOffset);
    const expected = [0, 10, 20, 30, 40, 50, ...Array.from({ length: 40 }, (_, i) => 60 + i)];
    assert.deepEqual(offsets, expected);
    world.crash();
    await world.start();
    assert.deepEqual(
      (await world.readAll(2000)).map((entry) => entry.baseOffset),
      expected,
    );
  });

  it('finds offsets by time and by size', async () => {
    const world = await worldWithLogs(1);
    for (let i = 0; i < 100; i += 1) {
      world.append(2000);
      await world.scheduler.settle();
    }
    const found = await world.scheduler.until(world.log(2000).findByTime(1050));
    assert.ok(found !== undefined && found <= 50);
    assert.equal(await world.scheduler.until(world.log(2000).findByTime(5000)), undefined);
    const bySize = await world.scheduler.until(world.log(2000).findBySize(148 * 40));
    assert.ok(bySize >= 60 && bySize < 90, `${bySize}`);
    assert.equal(await world.scheduler.until(world.log(2000).findBySize(1e9)), 0);
  });

  it('lets an all-or-nothing set survive whole or not at all', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const world = await worldWithLogs(2, seed);
      await world.scheduler.settle();
      world.storage.atomically(() => {
        world.toy.commit({ type: 'set', key: 'x', value: 1 });
        world.append(2000, 1, 900);
        world.append(2001, 1, 900);
      });
      for (let steps = world.scheduler.random.below(6); steps > 0; steps -= 1) await world.scheduler.step();
      world.crash();
      await world.start();
      const outcome = [world.toy.values.size, world.log(2000).endOffset, world.log(2001).endOffset];
      assert.ok(new Set(outcome).size === 1, `seed ${seed}: ${outcome}`);
    }
  });

  it('stops for good after a failed sync', async () => {
    const world = await worldWithLogs(1);
    await world.scheduler.settle();
    world.medium.faults = (operation) => (operation === 'sync' ? 'lost' : 'none');
    world.append(2000);
    await world.scheduler.settle();
    world.medium.faults = () => 'none';
    world.append(2000);
    await world.scheduler.settle();
    assert.match(String(world.fatal), /fsync/);
    assert.equal(world.log(2000).durableOffset, 0);
  });

  it('waits for space when the disk is full and loses nothing', async () => {
    const world = await worldWithLogs(1);
    await world.scheduler.settle();
    let isFull = true;
    world.medium.faults = (operation) => (operation === 'write' && isFull ? 'full' : 'none');
    world.append(2000);
    await world.scheduler.settle();
    assert.equal(world.storage.hasSpace, false);
    assert.equal(world.log(2000).durableOffset, 0);
    isFull = false;
    await world.scheduler.advance(2000);
    assert.equal(world.storage.hasSpace, true);
    assert.equal(world.log(2000).durableOffset, 1);
    assert.equal(world.fatal, undefined);
  });

  it('stops while it waits for space, and recovers what was acknowledged', async () => {
    const world = await worldWithLogs(1);
    world.append(2000);
    await world.scheduler.settle();
    world.medium.faults = (operation) => (operation === 'write' ? 'full' : 'none');
    world.append(2000);
    await world.scheduler.settle();
    await world.scheduler.until(world.storage.stop());
    assert.equal(world.fatal, undefined);
    world.medium.faults = () => 'none';
    world.crash();
    await world.start();
    assert.equal(world.log(2000).endOffset, 1);
  });

  it('gives the same run for the same seed', async () => {
    const run = async (): Promise<unknown[]> => {
      const world = await worldWithLogs(2, 42);
      for (let i = 0; i < 50; i += 1) {
        world.append(2000 + (i % 2), 1, world.scheduler.random.below(600));
        await world.scheduler.step();
      }
      await world.scheduler.settle();
      const names = (await world.scheduler.until(world.medium.list())).sort();
      return names.map((name) => [name, world.medium.contents(name).toString('hex')]);
    };
    assert.deepEqual(await run(), await run());
  });
});

describe('recovery', () => {
  async function written(): Promise<{ world: World; name: string; ends: number[] }> {
    const world = new World(3, { ...SETTINGS, segmentBytesMax: 1 << 20 });
    await world.start();
    world.toy.commit({ type: 'log', id: 2000 });
    await world.scheduler.settle();
    const name = 'wal-000000000001';
    const ends = [world.medium.contents(name).length];
    for (let group = 0; group < 3; group += 1) {
      for (let i = 0; i < 3; i += 1) world.append(2000, 1, 40);
      await world.scheduler.settle();
      ends.push(world.medium.contents(name).length);
    }
    return { world, name, ends };
  }

  it('cuts a torn last group at every byte', async () => {
    const { world, name, ends } = await written();
    const bytes = world.medium.contents(name);
    const [from = 0, to = 0] = ends.slice(2);
    for (let end = from; end < to; end += 1) {
      world.crash();
      world.medium.replace(name, Buffer.concat([bytes.subarray(0, end)]));
      for (const other of await world.scheduler.until(world.medium.list())) {
        if (other !== name) await world.scheduler.until(world.medium.delete(other));
      }
      await world.start();
      const whole = Math.floor((end - from) / 88);
      assert.equal(world.log(2000).endOffset, 6 + whole, `cut at ${end}`);
      assertWhole(await world.readAll(2000), 2000, 0, 6 + whole);
    }
  });

  it('cuts a hole in the last group even if later bytes of that group survived', async () => {
    const { world, name, ends } = await written();
    const bytes = world.medium.contents(name);
    bytes.fill(0, (ends[2] ?? 0) + 10, (ends[2] ?? 0) + 20);
    world.crash();
    world.medium.replace(name, bytes);
    await world.start();
    assert.equal(world.log(2000).endOffset, 6);
  });

  it('refuses to start when acknowledged data follows the damage', async () => {
    const { world, name, ends } = await written();
    const bytes = world.medium.contents(name);
    bytes.fill(0, (ends[1] ?? 0) + 10, (ends[1] ?? 0) + 20);
    world.crash();
    world.medium.replace(name, bytes);
    await assert.rejects(world.start(), /damaged at byte \d+, and acknowledged data follows/);
  });

  it('refuses to start when a WAL file is missing', async () => {
    const world = await worldWithLogs(1);
    for (let i = 0; i < 40; i += 1) {
      world.append(2000);
      await world.scheduler.settle();
    }
    await world.stop();
    const names = (await world.scheduler.until(world.medium.list())).sort();
    const live = names.find((name) => name.startsWith('wal-'));
    await world.scheduler.until(world.medium.delete(live ?? ''));
    world.crash();
    world.medium.delete(live ?? '');
    await assert.rejects(world.start(), /missing/);
  });
});
