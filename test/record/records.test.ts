import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionError } from '../../src/base/assert.ts';
import * as view from '../../src/record/batch.ts';
import { buildBatch } from '../../src/record/build.ts';
import { checkRecords, checkUncompressedRecords, everyRecordHasKey } from '../../src/record/check.ts';
import { loadCodec } from '../../src/record/compression.ts';
import { decodeRecords, readRecords, recordBytes } from '../../src/record/records.ts';
import { COMPRESSED, GOLDEN_RECORDS, SMALL } from './golden.ts';
import { asSpecs, forged, produced, someRecords } from './helpers.ts';

const BYTES_MAX = 1 << 20;
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

for (const [name, batch] of Object.entries(COMPRESSED)) {
  test(`a batch compressed by a real client decodes: ${name}`, async () => {
    const bytes = await recordBytes(batch, BYTES_MAX);
    assert.deepEqual(asSpecs(decodeRecords(batch, bytes)), GOLDEN_RECORDS);
    assert.deepEqual(checkRecords(batch, bytes), { maxTimestampMs: 1_700_000_000_100, everyRecordHasKey: false });
  });
}

test('an uncompressed batch of a real client decodes to views into it', async () => {
  const records = await readRecords(SMALL.plain, 0);
  assert.deepEqual(asSpecs(records), GOLDEN_RECORDS.slice(0, 3));
  assert.equal(records[0]?.value?.buffer, SMALL.plain.buffer);
});

test('building from the same records gives the bytes of the Java client', () => {
  assert.deepEqual(buildBatch({ baseOffset: 0, records: GOLDEN_RECORDS.slice(0, 3) }), SMALL.plain);
  const transactional = buildBatch({
    baseOffset: 0,
    records: GOLDEN_RECORDS.slice(0, 3),
    producerId: 4242,
    producerEpoch: 7,
    baseSequence: 2 ** 31 - 2,
    leaderEpoch: 3,
    transactional: true,
  });
  assert.deepEqual(transactional, SMALL.transactional);
});

for (const compression of CODECS) {
  test(`what is built with ${compression} reads back`, async () => {
    const codec = await loadCodec(compression);
    const batch = buildBatch({ baseOffset: 500, records: GOLDEN_RECORDS, codec });
    assert.equal(view.compressionType(batch), compression);
    assert.deepEqual(asSpecs(await readRecords(batch, BYTES_MAX), 500), GOLDEN_RECORDS);
  });
}

test('a compacted batch keeps its offsets, gaps and delete horizon', async () => {
  const batch = buildBatch({
    baseOffset: 100,
    records: [
      { offsetDelta: 3, timestampMs: 5, key: null, value: null, headers: [] },
      { offsetDelta: 9, timestampMs: 4, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    ],
    lastOffsetDelta: 12,
    deleteHorizonMs: 1_700_000_000_000,
  });
  assert.equal(view.hasDeleteHorizon(batch), true);
  assert.equal(view.baseTimestamp(batch), 1_700_000_000_000);
  assert.equal(view.lastOffset(batch), 112);
  assert.equal(view.maxTimestamp(batch), 5);
  const records = await readRecords(batch, 0);
  assert.deepEqual(
    records.map(({ offset, timestampMs, key, value }) => [offset, timestampMs, key?.length, value?.length]),
    [
      [103, 5, undefined, undefined],
      [109, 4, 0, 0],
    ],
  );
});

test('a batch that compaction emptied keeps its range, producer and time, and is not compressed', async () => {
  const codec = await loadCodec('lz4');
  const batch = buildBatch({
    baseOffset: 7,
    records: [],
    lastOffsetDelta: 4,
    maxTimestamp: 99,
    producerId: 5,
    producerEpoch: 1,
    baseSequence: 10,
    codec,
  });
  assert.equal(batch.length, view.BATCH_HEADER_BYTES);
  assert.equal(view.compressionType(batch), 'none');
  assert.deepEqual([view.recordCount(batch), view.lastOffset(batch), view.lastSequence(batch)], [0, 11, 14]);
  assert.equal(view.maxTimestamp(batch), 99);
  assert.deepEqual(await readRecords(batch, 0), []);
  assert.throws(() => buildBatch({ baseOffset: 7, records: [] }), AssertionError);
});

test('building refuses offsets that do not increase or leave the range', () => {
  const [first, second] = someRecords(2);
  assert.ok(first && second);
  assert.throws(() => buildBatch({ baseOffset: 0, records: [second, first] }), AssertionError);
  assert.throws(() => buildBatch({ baseOffset: 0, records: [first, second], lastOffsetDelta: 0 }), AssertionError);
});

test('records of a batch with log append time all have that time', async () => {
  const batch = Buffer.from(SMALL.plain);
  view.setLogAppendTime(batch, 1_800_000_000_000);
  const records = await readRecords(batch, 0);
  assert.deepEqual(
    records.map(({ timestampMs }) => timestampMs),
    [1_800_000_000_000, 1_800_000_000_000, 1_800_000_000_000],
  );
  assert.equal(checkUncompressedRecords(batch).maxTimestampMs, 1_800_000_000_000);
});

test('checking finds the largest timestamp and missing keys', async () => {
  const keyed = produced();
  assert.deepEqual(checkUncompressedRecords(keyed), { maxTimestampMs: 1_700_000_000_002, everyRecordHasKey: true });
  assert.equal(checkUncompressedRecords(SMALL.plain).everyRecordHasKey, false);
  const zstd = produced({ codec: await loadCodec('zstd') });
  assert.equal(await everyRecordHasKey(zstd, BYTES_MAX), true);
  assert.equal(await everyRecordHasKey(COMPRESSED.javaZstd, BYTES_MAX), false);
});

test('checking refuses offsets with gaps, which only compaction may leave', () => {
  const [first] = someRecords(1);
  assert.ok(first);
  const batch = buildBatch({ baseOffset: 0, records: [{ ...first, offsetDelta: 1 }] });
  assert.throws(() => checkUncompressedRecords(batch), { kind: 'record_invalid' });
});

test('a declared count that the bytes do not hold is refused by check and decode', () => {
  for (const count of [-1, 0, 2, 4, 2 ** 31 - 1]) {
    const batch = forged(produced(), (copy) => copy.writeInt32BE(count, 57));
    assert.throws(() => checkUncompressedRecords(batch), { kind: 'record_invalid' }, `count ${count}`);
    assert.throws(() => [...decodeRecords(batch, batch.subarray(61))], { kind: 'record_invalid' }, `count ${count}`);
  }
});

test('records cut off at any byte are refused', () => {
  const batch = SMALL.plain;
  for (let end = view.BATCH_HEADER_BYTES; end < batch.length; end++) {
    const cut = batch.subarray(0, end);
    assert.throws(() => checkUncompressedRecords(cut), { kind: 'record_invalid' }, `cut at ${end}`);
    assert.throws(() => [...decodeRecords(cut, cut.subarray(61))], { kind: 'record_invalid' }, `cut at ${end}`);
  }
});

test('a record that claims more headers than it has bytes is refused before anything is allocated for them', () => {
  // length 12, attributes, timestamp delta, offset delta, null key, null value, 2^31-1 headers, padding
  const record = [24, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0];
  const empty = produced({ records: [], lastOffsetDelta: 0 });
  const batch = forged(Buffer.concat([empty, Buffer.from(record)]), (copy) => copy.writeInt32BE(1, 57));
  assert.throws(() => checkUncompressedRecords(batch), /cannot hold 2147483647 headers/);
  assert.throws(() => [...decodeRecords(batch, batch.subarray(61))], /cannot hold 2147483647 headers/);
});

test('a codec answers without a promise once it is loaded', async () => {
  await loadCodec('snappy');
  assert.ok(Array.isArray(readRecords(COMPRESSED.javaSnappy, BYTES_MAX)));
});
