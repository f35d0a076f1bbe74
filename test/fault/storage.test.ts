/** Faults of the medium below the storage engine, at the moments where the engine decides what is safe. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { World } from '../storage/harness.ts';

async function walNames(world: World): Promise<string[]> {
  const names = await world.scheduler.until(world.medium.list());
  return names.filter((name) => name.startsWith('wal-')).sort();
}

describe('storage under faults', () => {
  it('keeps the files of a dropped log until the drop is durable', async () => {
    const world = new World(1);
    await world.start();
    world.toy.commit({ type: 'log', id: 2000 });
    for (let i = 0; i < 100; i += 1) {
      world.append(2000);
      await world.scheduler.settle();
    }
    const end = world.log(2000).endOffset;
    world.medium.faults = (operation) => (operation === 'write' ? 'full' : 'none');
    world.toy.commit({ type: 'drop', id: 2000 });
    await world.scheduler.settle();
    await world.scheduler.until(world.storage.clean());
    world.crash();
    world.medium.faults = () => 'none';
    await world.start();
    assert.equal(world.log(2000).endOffset, end, 'the drop was not durable, so the log is still there');
    assert.equal((await world.readAll(2000)).length, end);
    world.toy.commit({ type: 'drop', id: 2000 });
    await world.scheduler.settle();
    const before = world.storage.storedBytes;
    while (await world.scheduler.until(world.storage.clean())) await world.scheduler.settle();
    assert.ok(world.storage.storedBytes < before / 4, 'once it is durable the space comes back');
  });

  it('starts again after two crashes, the first while a file was begun, the second while starting', async () => {
    const world = new World(2);
    await world.start();
    world.toy.commit({ type: 'log', id: 2000 });
    for (let i = 0; i < 3; i += 1) world.append(2000);
    await world.scheduler.settle();
    // No start gets as far as a checkpoint.
    const noCheckpoint = () => {
      world.medium.faults = (operation) => (operation === 'put' ? 'full' : 'none');
    };
    world.crash();
    noCheckpoint();
    await world.start();
    world.crash();
    noCheckpoint();
    world.medium.replace((await walNames(world)).at(-1) ?? '', Buffer.alloc(0));
    await world.start();
    world.append(2000);
    await world.scheduler.settle();
    world.crash();
    noCheckpoint();
    await world.start();
    assert.equal(world.log(2000).endOffset, 4);
    assert.equal((await world.readAll(2000)).length, 4);
  });
});
