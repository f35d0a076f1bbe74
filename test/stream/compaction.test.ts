import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silentLogger } from '../../src/base/logger.ts';
import * as batches from '../../src/record/batch.ts';
import { findByTimestamp, findMaxTimestamp } from '../../src/stream/offset-lookup.ts';
import { enforceRetention } from '../../src/stream/retention.ts';
import { CompactionWorld } from './compaction-harness.ts';

describe('compaction', () => {
  test('keeps the last record of each key, in order and at its offset', async () => {
    const world = await CompactionWorld.started(1);
    await world.produce(['a=1', 'b=1', 'c=1']);
    await world.produce(['a=2', 'd=1']);
    await world.produce(['c=2', 'a=3']);
    await world.compact();
    assert.deepEqual(await world.texts(), ['1:b=1', '4:d=1', '5:c=2', '6:a=3']);
    assert.equal(world.partition.endOffset, 7);
  });

  test('keeps the base and last offset of a batch, its producer and its codec, and drops an empty one', async () => {
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
      const world = await CompactionWorld.started(1);
      await world.produce(['gone=1'], { compression });
      await world.produce(['a=1', 'b=1', 'a=2'], { compression, producer: { id: 7, epoch: 3, sequence: 5 } });
      await world.produce(['a=3', 'gone=2'], { compression });
      await world.compact();
      const [first, second, ...rest] = await world.batches();
      assert.ok(first !== undefined && second !== undefined);
      assert.equal(rest.length, 0);
      assert.deepEqual([batches.readBaseOffset(first), batches.lastOffset(first)], [1, 3]);
      assert.deepEqual(
        [batches.producerId(first), batches.producerEpoch(first), batches.baseSequence(first)],
        [7, 3, 5],
      );
      assert.equal(batches.compressionType(first), compression);
      assert.equal(batches.recordCount(first), 1);
      assert.deepEqual(await world.texts(), ['2:b=1', '4:a=3', '5:gone=2']);
    }
  });

  test('a fetch anywhere in a gap goes on with the next record, on disk and into the tail cache', async () => {
    const world = await CompactionWorld.started(2, {}, { storage: { tailCacheBytesMax: 1500 } });
    for (let i = 0; i < 40; i++) await world.produce([`k${i % 3}=${i}`]);
    await world.compact();
    for (let i = 40; i < 46; i++) await world.produce([`n${i}=${i}`]);
    const all = await world.consume();
    assert.deepEqual(
      all.map(({ offset }) => offset),
      [37, 38, 39, 40, 41, 42, 43, 44, 45],
    );
    for (let from = 0; from <= 46; from++) {
      for (const maxBytes of [1, 200, 10_000]) {
        const expected = all.filter(({ offset }) => offset >= from);
        assert.deepEqual(await world.consume(from, 'read_uncommitted', maxBytes), expected, `from ${from}`);
      }
    }
  });

  test('a reader can get to the end though nothing before it is left', async () => {
    const world = await CompactionWorld.started(3, { deleteRetentionMs: 0 });
    for (let i = 0; i < 5; i++) await world.produce([`a=${i}`]);
    await world.produce(['a']);
    await world.compact();
    await world.compact();
    assert.deepEqual(await world.texts(), []);
    assert.equal(world.partition.endOffset, 6);
    await world.restart();
    assert.equal(world.partition.endOffset, 6);
    assert.deepEqual(await world.texts(), []);
    assert.equal(await world.produce(['a=9']), 6);
    assert.deepEqual(await world.texts(), ['6:a=9']);
  });

  test('records without a key go', async () => {
    const world = await CompactionWorld.started(4, { cleanupCompact: false });
    await world.produce(['a=1', '=1', '=2']);
    world.config = { ...world.config, cleanupCompact: true };
    await world.compact();
    assert.deepEqual(await world.texts(), ['0:a=1']);
  });

  test('a batch that cannot be decoded stays as it is and supersedes nothing', async () => {
    const world = await CompactionWorld.started(5);
    await world.produce(['a=1']);
    await world.produce(['a=2'], { compression: 'lz4' });
    const damaged = Buffer.from((await world.batches())[1] as Buffer);
    damaged.fill(0xff, batches.BATCH_HEADER_BYTES);
    batches.setMaxTimestamp(damaged, batches.maxTimestamp(damaged));
    world.partition.append(damaged, false);
    await world.produce(['b=1']);
    await world.compact();
    assert.deepEqual(
      (await world.batches()).map((batch) => batches.readBaseOffset(batch)),
      [1, 2, 3],
    );
  });

  test('finds records by time over gaps, and the largest timestamp when its record is gone', async () => {
    const world = await CompactionWorld.started(6);
    const nowMs = world.scheduler.nowMs();
    await world.produce(['a=1'], { timestampMs: nowMs + 50 });
    await world.produce(['b=1'], { timestampMs: nowMs + 10 });
    await world.produce(['a=2'], { timestampMs: nowMs + 20 });
    await world.produce(['c=1'], { timestampMs: nowMs + 30 });
    await world.compact();
    const find = (ms: number) =>
      world.scheduler.until(findByTimestamp(world.partition, nowMs + ms, 'read_uncommitted'));
    assert.equal((await find(0))?.offset, 1);
    assert.equal((await find(15))?.offset, 2);
    assert.equal((await find(25))?.offset, 3);
    assert.equal(await find(31), undefined);
    const largest = await world.scheduler.until(findMaxTimestamp(world.partition));
    assert.deepEqual(largest, { timestampMs: nowMs + 30, offset: 3 });
  });

  test('compact together with delete does both', async () => {
    const world = await CompactionWorld.started(7, { cleanupDelete: true, retentionMs: 5000 });
    await world.produce(['a=1', 'b=1']);
    await world.produce(['a=2']);
    await world.compact(1000);
    assert.deepEqual(await world.texts(), ['1:b=1', '2:a=2']);
    await world.scheduler.advance(3000);
    await world.produce(['c=1']);
    await world.scheduler.advance(2000);
    await world.scheduler.until(enforceRetention(world.streams, world.scheduler, silentLogger));
    assert.deepEqual(await world.texts(), ['3:c=1']);
    await world.compact();
    assert.deepEqual(await world.texts(), ['3:c=1']);
  });

  test('more keys than memory allows take several passes of one round', async () => {
    const world = await CompactionWorld.started(8, {}, { keyBytesMax: 500 });
    const expected = new Map<string, string>();
    for (let i = 0; i < 200; i++) {
      const key = `key-${(i * 7) % 60}`;
      expected.set(key, `${await world.produce([`${key}=${i}`])}:${key}=${i}`);
    }
    await world.compact();
    assert.deepEqual((await world.texts()).sort(), [...expected.values()].sort());
  });

  test('a topic that is not compacted is left alone', async () => {
    const world = await CompactionWorld.started(9, { cleanupCompact: false });
    await world.produce(['a=1']);
    await world.produce(['a=2']);
    await world.compact();
    assert.equal((await world.texts()).length, 2);
  });
});

describe('tombstones', () => {
  test('stay for delete.retention.ms from the pass that first met them, then go', async () => {
    const world = await CompactionWorld.started(10, { deleteRetentionMs: 5000 });
    await world.produce(['a=1', 'b=1']);
    await world.produce(['a']);
    const before = (await world.consume()).map(({ timestampMs }) => timestampMs);
    await world.compact();
    assert.deepEqual(await world.texts(), ['1:b=1', '2:a']);
    const [, tombstone] = await world.batches();
    assert.ok(tombstone !== undefined && batches.hasDeleteHorizon(tombstone));
    assert.equal(batches.baseTimestamp(tombstone), world.scheduler.nowMs() + 5000);
    assert.deepEqual(
      (await world.consume()).map(({ timestampMs }) => timestampMs),
      before.slice(1),
    );
    await world.compact(4000);
    assert.deepEqual(await world.texts(), ['1:b=1', '2:a']);
    await world.restart();
    await world.produce(['x=1']);
    await world.compact(1000);
    assert.deepEqual(await world.texts(), ['1:b=1', '3:x=1']);
  });

  test('go without anything new being written, and only once', async () => {
    const world = await CompactionWorld.started(11, { deleteRetentionMs: 5000 });
    await world.produce(['a=1', 'b']);
    await world.produce(['c=1']);
    await world.compact();
    assert.deepEqual(await world.texts(), ['0:a=1', '1:b', '2:c=1']);
    assert.ok(Number.isFinite(world.partition.deleteHorizonMs));
    await world.compact(5000);
    assert.deepEqual(await world.texts(), ['0:a=1', '2:c=1']);
    assert.equal(world.partition.deleteHorizonMs, Number.POSITIVE_INFINITY);
  });
});

describe('what is cleanable', () => {
  test('waits until enough of the log is dirty, and remembers where it is clean', async () => {
    const world = await CompactionWorld.started(12, { minCleanableDirtyRatio: 0.5 });
    for (let i = 0; i < 10; i++) await world.produce([`k${i}=1`]);
    await world.compact();
    assert.equal(world.partition.cleanedOffset, 10);
    await world.restart();
    assert.equal(world.partition.cleanedOffset, 10);
    for (let i = 0; i < 9; i++) await world.produce(['k0=2']);
    await world.compact();
    assert.equal((await world.texts()).length, 19);
    for (let i = 0; i < 3; i++) await world.produce(['k0=2']);
    await world.compact();
    assert.equal((await world.texts()).length, 10);
  });

  test('a checkpoint remembers where the log is clean and when tombstones may go', async () => {
    const world = await CompactionWorld.started(12, { minCleanableDirtyRatio: 0.99, deleteRetentionMs: 60_000 });
    await world.produce(['a=1', 'b']);
    await world.compact();
    const { deleteHorizonMs } = world.partition;
    assert.ok(Number.isFinite(deleteHorizonMs));
    for (let i = 0; i < 100; i++) await world.produce(['a=2']);
    await world.restart();
    assert.equal(world.partition.cleanedOffset, 2);
    assert.equal(world.partition.deleteHorizonMs, deleteHorizonMs);
  });

  test('what a pass leaves unchanged stays where it is on the disk', async () => {
    const world = await CompactionWorld.started(12, {}, { pieceBytes: 3000 });
    const rewritten = async () => {
      const names = await world.scheduler.until(world.medium.list());
      return names.flatMap((name) => (name.startsWith('seg-') ? world.medium.contents(name).length : []));
    };
    for (let i = 0; i < 150; i++) await world.produce([`k${i}=1`]);
    await world.compact();
    assert.equal(world.partition.cleanedOffset, 150);
    assert.deepEqual(await rewritten(), []);
    await world.produce(['k1=2']);
    await world.compact();
    const [bytes, ...others] = await rewritten();
    assert.ok(bytes !== undefined && bytes < 6000 && others.length === 0, `${bytes}, ${others}`);
    assert.equal((await world.texts()).length, 150);
  });

  test('max.compaction.lag.ms does not wait for the ratio', async () => {
    const world = await CompactionWorld.started(13, { minCleanableDirtyRatio: 1, maxCompactionLagMs: 60_000 });
    await world.produce(['a=1']);
    await world.produce(['a=2']);
    await world.compact(59_000);
    assert.equal((await world.texts()).length, 2);
    await world.compact(2000);
    assert.deepEqual(await world.texts(), ['1:a=2']);
  });

  test('min.compaction.lag.ms protects the young', async () => {
    const world = await CompactionWorld.started(14, { minCompactionLagMs: 10_000 });
    await world.produce(['a=1']);
    await world.produce(['a=2']);
    await world.scheduler.advance(9000);
    await world.produce(['a=3']);
    await world.compact(500);
    assert.equal((await world.texts()).length, 3);
    await world.compact(1000);
    assert.deepEqual(await world.texts(), ['1:a=2', '2:a=3']);
  });

  test('the tail is active until it is older than segment.ms or larger than segment.bytes', async () => {
    const world = await CompactionWorld.started(15, { segmentMs: 60_000, segmentBytes: 9000 });
    for (let i = 0; i < 50; i++) await world.produce([`a=${i}`]);
    await world.compact();
    assert.equal((await world.texts()).length, 50);
    for (let i = 50; i < 150; i++) await world.produce([`a=${i}`]);
    await world.compact();
    const left = (await world.texts()).length;
    assert.ok(left > 40 && left < 90, `${left}`);
    await world.compact(60_000);
    assert.deepEqual(await world.texts(), ['149:a=149']);
  });

  test('an open transaction holds compaction back', async () => {
    const world = await CompactionWorld.started(16);
    await world.produce(['a=1']);
    await world.produce(['a=2']);
    await world.produce(['t=1'], { producer: { id: 1, epoch: 0, sequence: 0 }, transactional: true });
    await world.produce(['a=3']);
    await world.compact();
    assert.deepEqual(await world.texts(), ['1:a=2', '2:t=1', '3:a=3']);
  });
});
