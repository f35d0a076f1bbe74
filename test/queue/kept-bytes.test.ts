import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptBytes } from '../../src/queue/kept-bytes.ts';

test('what is kept stays, whatever becomes of where it came from', () => {
  const memory = new KeptBytes(64, 256);
  const source = Buffer.alloc(100);
  const kept: Buffer[] = [];
  for (let i = 0; i < 200; i++) {
    const bytes = source.subarray(0, i % 100).fill(i);
    kept.push(memory.keep(bytes));
    if (i === 150) memory.clear();
  }
  for (const [i, bytes] of kept.entries()) assert.deepEqual(bytes, Buffer.alloc(i % 100, i));
});

test('slabs double up to a size, and what is larger has a slab of its own', () => {
  const memory = new KeptBytes(64, 256);
  const sizes = new Set<number>();
  for (let i = 0; i < 100; i++) sizes.add(memory.keep(Buffer.alloc(32)).buffer.byteLength);
  assert.deepEqual([...sizes], [64, 128, 256]);
  assert.equal(memory.keep(Buffer.alloc(1000)).buffer.byteLength, 1000);
  memory.clear();
  assert.equal(memory.keep(Buffer.alloc(32)).buffer.byteLength, 64);
});
