import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../src/base/errors.ts';
import { buildBatch } from '../../src/record/build.ts';
import { checkUncompressedRecords } from '../../src/record/check.ts';
import { buildRawBatch, encodeHeaders, rawRecordBytes } from '../../src/record/raw-records.ts';
import { RecordReader } from '../../src/record/record-reader.ts';
import { decodeRecords, type RecordHeader, recordBytes } from '../../src/record/records.ts';
import { COMPRESSED } from './golden.ts';
import { NOW_MS, produced } from './helpers.ts';

const bytes = fc.option(fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array)));
const header: fc.Arbitrary<RecordHeader> = fc.record({
  key: fc.string({ unit: 'grapheme', maxLength: 8 }),
  value: bytes,
});
const record = fc.record({ key: bytes, value: bytes, headers: fc.array(header, { maxLength: 4 }) });

function readAll(batch: Buffer, unpacked: Buffer) {
  const reader = new RecordReader(batch, unpacked);
  const all = [];
  while (reader.next()) {
    const { offset, timestampMs, key, value } = reader;
    all.push({ offset, timestampMs, key, value, headers: reader.headers() });
  }
  return all;
}

test('a batch of raw records has the bytes of one that is built of their parts', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 200 }), (records) => {
      const raw = records.map(({ headers, ...rest }) => ({ ...rest, headers: encodeHeaders(headers) }));
      const size = raw.reduce((sum, each, i) => sum + rawRecordBytes(each, i), 0);
      const batch = buildRawBatch(raw, size, NOW_MS);
      const specs = records.map((each, offsetDelta) => ({ ...each, offsetDelta, timestampMs: NOW_MS }));
      assert.deepEqual(batch, buildBatch({ baseOffset: 0, records: specs }));
      checkUncompressedRecords(batch);
    }),
    { seed: 1, numRuns: 100 },
  );
});

for (const [name, batch] of Object.entries(COMPRESSED)) {
  test(`a reader finds the records that decoding finds: ${name}`, async () => {
    const unpacked = await recordBytes(batch, 1 << 20);
    assert.deepEqual(readAll(batch, unpacked), [...decodeRecords(batch, unpacked)]);
  });
}

test('damaged records give what decoding gives, or are refused like there', () => {
  const batch = produced();
  const unpacked = recordBytes(batch, 0) as Buffer;
  const outcome = (read: () => unknown): unknown => {
    try {
      return read();
    } catch (error) {
      assert.ok(error instanceof DomainError);
      return error.kind;
    }
  };
  fc.assert(
    fc.property(fc.nat(unpacked.length - 1), fc.nat(255), fc.nat(unpacked.length), (at, byte, end) => {
      const damaged = Buffer.from(unpacked.subarray(0, end));
      if (at < end) damaged[at] = byte;
      assert.deepEqual(
        outcome(() => readAll(batch, damaged)),
        outcome(() => [...decodeRecords(batch, damaged)]),
      );
    }),
    { seed: 2, numRuns: 2000 },
  );
});
