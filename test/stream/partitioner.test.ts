import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOfKey } from '../../src/stream/partitioner.ts';

/** The hashes that the tests of Kafka's Java client expect of murmur2. */
const HASHES = {
  '21': -973932308,
  foobar: -790332482,
  'a-little-bit-long-string': -985981536,
  'a-little-bit-longer-string': -1486304829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
  abc: 479470107,
};

for (const [key, hash] of Object.entries(HASHES)) {
  test(`the key ${key} goes to the partition that Java producers choose`, () => {
    const positive = hash & 0x7fffffff;
    for (const partitions of [1, 2, 7, 1000, 2 ** 31 - 1]) {
      assert.equal(partitionOfKey(Buffer.from(key), partitions), positive % partitions);
    }
  });
}
