import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../src/base/errors.ts';
import * as batches from '../../src/record/batch.ts';
import { CompactionWorld } from './compaction-harness.ts';

async function kinds(world: CompactionWorld): Promise<string[]> {
  return (await world.batches()).map((batch) => {
    const kind = batches.isControlBatch(batch) ? 'marker' : 'data';
    return `${batches.readBaseOffset(batch)} ${batches.recordCount(batch) === 0 ? 'empty ' : ''}${kind}`;
  });
}

/** A transaction of one batch; the marker moves the producer to the next epoch (KIP-890). */
async function transact(world: CompactionWorld, id: number, epoch: number, records: string[], isCommit: boolean) {
  await world.produce(records, { producer: { id, epoch, sequence: 0 }, transactional: true });
  await world.end(id, epoch + 1, isCommit);
}

describe('compaction of transactions', () => {
  test('drops what was aborted, which supersedes nothing', async () => {
    const world = await CompactionWorld.started(1);
    await world.produce(['a=1', 'b=1']);
    await transact(world, 5, 0, ['a=2'], false);
    await transact(world, 5, 1, ['b=2'], true);
    await world.produce(['end=1']);
    await world.compact();
    assert.deepEqual(await kinds(world), ['0 data', '3 marker', '4 data', '5 marker', '6 data']);
    for (const isolation of ['read_uncommitted', 'read_committed'] as const) {
      assert.deepEqual(await world.texts(isolation), ['0:a=1', '4:b=2', '6:end=1']);
    }
  });

  test('an abort marker goes in steps: data, then the entry in the index, then the marker', async () => {
    const world = await CompactionWorld.started(2, { deleteRetentionMs: 5000 });
    await transact(world, 5, 0, ['a=2'], false);
    await transact(world, 5, 1, ['b=2'], true);
    await world.produce(['end=1']);
    await world.compact();
    assert.deepEqual(await kinds(world), ['1 marker', '2 data', '3 marker', '4 data']);
    assert.equal(world.partition.producers.abortedCount, 1, 'data was there when the pass began');
    assert.deepEqual(await world.texts('read_committed'), ['2:b=2', '4:end=1']);
    await world.produce(['end=2']);
    await world.compact();
    assert.equal(world.partition.producers.abortedCount, 0);
    assert.deepEqual(await kinds(world), ['1 marker', '2 data', '3 marker', '5 data']);
    await world.crash();
    assert.equal(
      world.partition.producers.abortedCount,
      0,
      'replay finds the marker in the WAL, and that it was forgotten',
    );
    await world.compact(5000);
    assert.deepEqual(await kinds(world), ['2 data', '3 marker', '5 data']);
    assert.deepEqual(await world.texts('read_committed'), ['2:b=2', '5:end=2']);
    await world.restart();
    assert.deepEqual(await world.texts('read_committed'), ['2:b=2', '5:end=2']);
  });

  test('a commit marker stays as long as a record of its transaction, and goes after the horizon', async () => {
    const world = await CompactionWorld.started(3, { deleteRetentionMs: 5000 });
    await transact(world, 5, 0, ['a=1', 'b=1'], true);
    await world.produce(['a=2']);
    await world.compact(20_000);
    assert.deepEqual(await kinds(world), ['0 data', '2 marker', '3 data']);
    await transact(world, 5, 1, ['b=2'], true);
    await world.compact(20_000);
    assert.deepEqual(await kinds(world), ['2 marker', '3 data', '4 data', '5 marker']);
    await world.produce(['c=1']);
    await world.compact();
    assert.deepEqual(await kinds(world), ['2 marker', '3 data', '4 data', '5 marker', '6 data']);
    await world.compact(5000);
    assert.deepEqual(await kinds(world), ['3 data', '4 data', '5 marker', '6 data']);
  });

  test('the marker that alone tells the epoch of an active producer is kept, empty', async () => {
    const world = await CompactionWorld.started(4, { deleteRetentionMs: 0 });
    await transact(world, 5, 0, ['a=1'], true);
    for (let i = 0; i < 4; i++) {
      await world.produce([`a=${i}`]);
      await world.compact();
    }
    assert.deepEqual(await kinds(world), ['1 empty marker', '5 data']);
  });

  test('transactions that interleave are told apart', async () => {
    const world = await CompactionWorld.started(5);
    const write = (id: number, sequence: number, record: string) =>
      world.produce([record], { producer: { id, epoch: 0, sequence }, transactional: true });
    await write(1, 0, 'a=1');
    await write(2, 0, 'a=2');
    await write(1, 1, 'b=1');
    await world.end(2, 0, false);
    await write(2, 1, 'c=2');
    await world.end(1, 0, true);
    await world.end(2, 0, true);
    await world.produce(['end=1']);
    await world.compact();
    for (const isolation of ['read_uncommitted', 'read_committed'] as const) {
      assert.deepEqual(await world.texts(isolation), ['0:a=1', '2:b=1', '4:c=2', '7:end=1']);
    }
  });
});

describe('compaction of an idempotent producer', () => {
  test('keeps its last batch, empty if need be, and its duplicates are still found', async () => {
    const world = await CompactionWorld.started(6);
    for (let sequence = 0; sequence < 8; sequence++) {
      await world.produce(['a=1'], { producer: { id: 9, epoch: 0, sequence } });
    }
    await world.produce(['a=2']);
    await world.produce(['end=1']);
    await world.compact();
    assert.deepEqual(await kinds(world), ['7 empty data', '8 data', '9 data']);
    const [empty] = await world.batches();
    assert.ok(empty !== undefined);
    assert.deepEqual([batches.baseSequence(empty), batches.lastOffset(empty)], [7, 7]);
    for (const step of ['restart', 'crash'] as const) {
      await world[step]();
      assert.equal(await world.produce(['a=1'], { producer: { id: 9, epoch: 0, sequence: 5 } }), 5);
      await assert.rejects(
        world.produce(['a=1'], { producer: { id: 9, epoch: 0, sequence: 10 } }),
        (error) => error instanceof DomainError && error.kind === 'sequence_out_of_order',
      );
      assert.equal(world.partition.endOffset, 10);
    }
    assert.equal(await world.produce(['a=3'], { producer: { id: 9, epoch: 0, sequence: 8 } }), 10);
    await world.produce(['end=2']);
    await world.compact();
    assert.deepEqual(await kinds(world), ['10 data', '11 data']);
  });
});
