import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as batch from '../../src/record/batch.ts';
import { SMALL } from './golden.ts';
import { forged, produced } from './helpers.ts';

test('the header views read what a transactional Java producer wrote', () => {
  const bytes = SMALL.transactional;
  assert.equal(batch.readBaseOffset(bytes), 0);
  assert.equal(batch.readBatchLength(bytes), bytes.length - 12);
  assert.equal(batch.readLeaderEpoch(bytes), 3);
  assert.equal(batch.readMagic(bytes), 2);
  assert.equal(batch.readCrc(bytes), batch.computeCrc(bytes));
  assert.equal(batch.compressionType(bytes), 'none');
  assert.equal(batch.isTransactional(bytes), true);
  assert.equal(batch.isControlBatch(bytes), false);
  assert.equal(batch.timestampType(bytes), 'CreateTime');
  assert.equal(batch.hasDeleteHorizon(bytes), false);
  assert.equal(batch.lastOffsetDelta(bytes), 2);
  assert.equal(batch.baseTimestamp(bytes), 1_700_000_000_000);
  assert.equal(batch.maxTimestamp(bytes), 1_700_000_000_005);
  assert.equal(batch.producerId(bytes), 4242);
  assert.equal(batch.producerEpoch(bytes), 7);
  assert.equal(batch.baseSequence(bytes), 2 ** 31 - 2);
  assert.equal(batch.recordCount(bytes), 3);
});

test('the sequence after 2^31-1 is 0', () => {
  // Three records from 2^31-2: 2^31-2, 2^31-1, 0.
  assert.equal(batch.lastSequence(SMALL.transactional), 0);
  assert.equal(
    batch.lastSequence(produced({ producerId: 1, producerEpoch: 0, baseSequence: 2 ** 31 - 3 })),
    2 ** 31 - 1,
  );
  assert.equal(batch.lastSequence(produced()), batch.NO_SEQUENCE);
  assert.equal(batch.advanceSequence(2 ** 31 - 1, 1), 0);
  assert.equal(batch.advanceSequence(2 ** 31 - 1, 2 ** 31 - 1), 2 ** 31 - 2);
});

test('patching the place leaves the CRC valid', () => {
  const bytes = Buffer.from(SMALL.plain);
  batch.patchForAppend(bytes, { baseOffset: 2 ** 40 + 5, leaderEpoch: 9 });
  assert.equal(batch.readBaseOffset(bytes), 2 ** 40 + 5);
  assert.equal(batch.lastOffset(bytes), 2 ** 40 + 7);
  assert.equal(batch.readLeaderEpoch(bytes), 9);
  assert.equal(batch.readCrc(bytes), batch.computeCrc(bytes));
  assert.deepEqual(bytes.subarray(17), SMALL.plain.subarray(17));
});

test('the log append time replaces the largest timestamp and renews the CRC', () => {
  const bytes = Buffer.from(SMALL.plain);
  batch.setLogAppendTime(bytes, 1_800_000_000_000);
  assert.equal(batch.timestampType(bytes), 'LogAppendTime');
  assert.equal(batch.maxTimestamp(bytes), 1_800_000_000_000);
  assert.equal(batch.baseTimestamp(bytes), 1_700_000_000_000);
  assert.notEqual(batch.readCrc(bytes), batch.readCrc(SMALL.plain));
  assert.equal(batch.readCrc(bytes), batch.computeCrc(bytes));
});

test('correcting the largest timestamp leaves its type', () => {
  const bytes = Buffer.from(SMALL.plain);
  batch.setMaxTimestamp(bytes, -1);
  assert.equal(batch.maxTimestamp(bytes), -1);
  assert.equal(batch.timestampType(bytes), 'CreateTime');
  assert.equal(batch.readCrc(bytes), batch.computeCrc(bytes));
});

test('an id that names no compression is undefined', () => {
  const withId = (id: number) => batch.compressionType(forged(produced(), (copy) => copy.writeInt16BE(id, 21)));
  assert.deepEqual([0, 1, 2, 3, 4].map(withId), ['none', 'gzip', 'snappy', 'lz4', 'zstd']);
  assert.deepEqual([5, 6, 7].map(withId), [undefined, undefined, undefined]);
});

test('a 64-bit field outside of the safe integers is refused, not rounded', () => {
  const bytes = forged(produced(), (copy) => copy.writeBigInt64BE(2n ** 53n, 43));
  assert.throws(() => batch.producerId(bytes), { kind: 'record_invalid' });
  const least = forged(produced(), (copy) => copy.writeBigInt64BE(-(2n ** 63n), 35));
  assert.throws(() => batch.maxTimestamp(least), { kind: 'record_invalid' });
  const largest = forged(produced(), (copy) => copy.writeBigInt64BE(2n ** 53n - 1n, 43));
  assert.equal(batch.producerId(largest), 2 ** 53 - 1);
});
