import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnpackedBatches } from '../../src/stream/unpacked-batches.ts';

class Holder {
  drops = 0;

  dropUnpacked(): void {
    this.drops += 1;
  }
}

test('the readers that have not unpacked for longest make room', () => {
  const batches = new UnpackedBatches(100);
  const [a, b, c] = [new Holder(), new Holder(), new Holder()];
  batches.hold(a, 40);
  batches.hold(b, 40);
  batches.hold(a, 30);
  batches.hold(c, 50);
  assert.deepEqual([a.drops, b.drops, c.drops, batches.bytes], [0, 1, 0, 80]);
});

test('as many readers make room as must', () => {
  const batches = new UnpackedBatches(100);
  const holders = Array.from({ length: 5 }, () => new Holder());
  for (const holder of holders) batches.hold(holder, 20);
  const last = new Holder();
  batches.hold(last, batches.batchBytesMax);
  assert.deepEqual(
    holders.map(({ drops }) => drops),
    [1, 1, 1, 0, 0],
  );
  assert.equal(batches.bytes, 90);
});

test('what is released makes room for others, once', () => {
  const batches = new UnpackedBatches(100);
  const [a, b] = [new Holder(), new Holder()];
  batches.hold(a, 50);
  batches.release(a);
  batches.release(a);
  batches.hold(b, 50);
  assert.deepEqual([a.drops, batches.bytes], [0, 50]);
});
