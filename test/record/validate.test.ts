import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorKind } from '../../src/base/errors.ts';
import { loadCodec } from '../../src/record/compression.ts';
import { type ProduceContext, type ProduceLimits, validateProduceRecords } from '../../src/record/validate.ts';
import { COMPRESSED, MARKERS, SMALL } from './golden.ts';
import { CONTEXT, forged, LIMITS, NOW_MS, produced } from './helpers.ts';

interface Given {
  limits?: Partial<ProduceLimits>;
  context?: Partial<ProduceContext>;
}

function validate(bytes: Buffer, { limits = {}, context = {} }: Given = {}): Buffer[] {
  return validateProduceRecords(bytes, { ...LIMITS, ...limits }, { ...CONTEXT, ...context });
}

function refused(bytes: Buffer, kind: ErrorKind, message: RegExp, given: Given = {}): void {
  assert.throws(() => validate(bytes, given), { name: 'DomainError', kind, message });
}

test('what real clients produce is accepted as one view of what came in', () => {
  for (const batch of [SMALL.plain, SMALL.transactional, ...Object.values(COMPRESSED)]) {
    const batches = validate(batch);
    assert.equal(batches.length, 1);
    assert.equal(batches[0]?.buffer, batch.buffer);
    assert.equal(batches[0]?.length, batch.length);
  }
});

test('batches in the formats before v2 are refused, and magics that no format has are corrupt', () => {
  refused(SMALL.legacyV1, 'record_invalid', /only batches of magic 2, not of 1/);
  const withMagic = (magic: number) => forged(produced(), (copy) => copy.writeInt8(magic, 16));
  refused(withMagic(0), 'record_invalid', /not of 0/);
  refused(withMagic(3), 'record_corrupt', /magic 3/);
  refused(withMagic(-1), 'record_corrupt', /magic -1/);
});

test('no batch, and more than one, is refused', () => {
  refused(Buffer.alloc(0), 'record_invalid', /must hold a record batch/);
  refused(Buffer.concat([produced(), produced()]), 'record_invalid', /only one record batch/);
  refused(Buffer.concat([produced(), Buffer.alloc(1)]), 'record_invalid', /only one record batch/);
});

test('a batch cut off at any byte is refused', () => {
  const batch = produced();
  for (let end = 0; end < batch.length; end++) {
    refused(batch.subarray(0, end), 'record_invalid', /./);
  }
});

test('a length that lies is refused', () => {
  const batch = produced();
  const withLength = (length: number) => forged(batch, (copy) => copy.writeInt32BE(length, 8));
  for (const length of [-1, 0, 13, 14, 48]) refused(withLength(length), 'record_corrupt', /long|length/);
  refused(withLength(batch.length - 11), 'record_invalid', /cut off/);
  refused(withLength(2 ** 31 - 1), 'record_invalid', /cut off/);
  refused(withLength(batch.length - 13), 'record_invalid', /only one record batch/);
});

test('damage to any byte that the CRC covers is found', () => {
  const batch = produced();
  for (let at = 17; at < batch.length; at++) {
    const damaged = Buffer.from(batch);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    assert.throws(() => validate(damaged), { kind: 'record_corrupt' }, `byte ${at}`);
  }
});

test('the base offset of a producer is 0', () => {
  refused(produced({ baseOffset: 1 }), 'record_invalid', /base offset of a batch should be 0, but is 1/);
});

test('a batch of exactly max.message.bytes is accepted, one byte more is too large', () => {
  const batch = produced();
  assert.equal(validate(batch, { limits: { maxMessageBytes: batch.length } }).length, 1);
  refused(batch, 'record_too_large', /max\.message\.bytes/, { limits: { maxMessageBytes: batch.length - 1 } });
});

test('the record count must be positive, agree with the offsets and fit into the bytes', () => {
  const claiming = (count: number, lastOffsetDelta: number) =>
    forged(produced(), (copy) => {
      copy.writeInt32BE(lastOffsetDelta, 23);
      copy.writeInt32BE(count, 57);
    });
  refused(claiming(0, -1), 'record_invalid', /holds 0 records/);
  refused(claiming(-1, -2), 'record_invalid', /holds -1 records/);
  refused(claiming(3, 3), 'record_invalid', /spans 4 offsets but holds 3/);
  refused(claiming(2 ** 31 - 1, 2 ** 31 - 2), 'record_invalid', /cannot hold 2147483647 records/);
  refused(produced({ records: [], lastOffsetDelta: 0 }), 'record_invalid', /holds 0 records/);
});

test('a compressed batch of a few bytes cannot claim billions of offsets', async () => {
  const batch = produced({ codec: await loadCodec('zstd') });
  const claiming = forged(batch, (copy) => {
    copy.writeInt32BE(2 ** 31 - 2, 23);
    copy.writeInt32BE(2 ** 31 - 1, 57);
  });
  refused(claiming, 'record_invalid', /cannot hold 2147483647 records/);
});

test('clients may not write control batches or set a delete horizon', () => {
  const marker = forged(MARKERS.commit, (copy) => copy.writeBigInt64BE(0n, 0));
  refused(marker, 'record_invalid', /control records/);
  refused(produced({ deleteHorizonMs: NOW_MS }), 'record_invalid', /delete horizon/);
});

test('a batch with a producer id needs a sequence and an epoch, a transactional one needs a producer id', () => {
  const producer = { producerId: 0, producerEpoch: 0, baseSequence: 0 };
  assert.equal(validate(produced(producer)).length, 1);
  refused(produced({ ...producer, baseSequence: -1 }), 'record_invalid', /producer 0 has sequence -1/);
  refused(produced({ ...producer, producerEpoch: -1 }), 'record_invalid', /epoch -1/);
  refused(produced({ transactional: true }), 'record_invalid', /needs a producer id/);
});

test('a producer id outside of the safe integers is refused', () => {
  const batch = forged(produced(), (copy) => copy.writeBigInt64BE(2n ** 62n, 43));
  refused(batch, 'record_invalid', /out of range/);
});

test('unknown compressions, and zstd from clients that could not read it, are refused', () => {
  for (const id of [5, 6, 7]) {
    const batch = forged(produced(), (copy) => copy.writeInt16BE(id, 21));
    refused(batch, 'compression_unsupported', /unknown/);
  }
  refused(COMPRESSED.javaZstd, 'compression_unsupported', /version 6/, { context: { version: 6 } });
  assert.equal(validate(COMPRESSED.javaZstd, { context: { version: 7 } }).length, 1);
});

test('timestamps outside of the limits of the topic are refused, at the millisecond', () => {
  const limits = { timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 500 };
  const at = (timestampMs: number) => {
    const record = { offsetDelta: 0, timestampMs, key: null, value: null };
    return produced({ records: [record] });
  };
  assert.equal(validate(at(NOW_MS - 1000), { limits }).length, 1);
  assert.equal(validate(at(NOW_MS + 500), { limits }).length, 1);
  refused(at(NOW_MS - 1001), 'timestamp_invalid', /not within/, { limits });
  refused(at(NOW_MS + 501), 'timestamp_invalid', /not within/, { limits });
  // A record without a timestamp is not out of any range.
  assert.equal(validate(at(-1), { limits }).length, 1);
  // The broker's own time replaces the client's.
  assert.equal(validate(at(1), { limits: { ...limits, timestampType: 'LogAppendTime' } }).length, 1);
});

test('a refused timestamp names the records that have it', () => {
  const limits = { timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 500 };
  const times = [NOW_MS, NOW_MS - 5000, NOW_MS, NOW_MS + 600];
  const records = times.map((timestampMs, offsetDelta) => ({ offsetDelta, timestampMs, key: null, value: null }));
  assert.throws(() => validate(produced({ records }), { limits }), { kind: 'timestamp_invalid', places: [1, 3] });
});

test('both the first and the largest timestamp are checked', () => {
  const limits = { timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 500 };
  refused(produced({ baseTimestamp: NOW_MS - 2000 }), 'timestamp_invalid', /not within/, { limits });
  refused(produced({ maxTimestamp: NOW_MS + 2000 }), 'timestamp_invalid', /not within/, { limits });
});

test('unlimited timestamps are still ones that can be computed with', () => {
  const limits = { timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER, timestampAfterMaxMs: Number.MAX_SAFE_INTEGER };
  const batch = forged(produced(), (copy) => copy.writeBigInt64BE(2n ** 51n, 35));
  refused(batch, 'timestamp_invalid', /out of range/, { limits });
});

test('a client may not claim that its timestamps were set by the broker', () => {
  const batch = produced({ timestampType: 'LogAppendTime' });
  refused(batch, 'timestamp_invalid', /LogAppendTime/);
  refused(batch, 'timestamp_invalid', /LogAppendTime/, { limits: { timestampType: 'LogAppendTime' } });
});
