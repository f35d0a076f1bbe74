/** Damaged batches, some with a CRC that was made right again: every way in answers with a `DomainError` or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError } from '../../src/base/errors.ts';
import { computeCrc } from '../../src/record/batch.ts';
import { checkRecords, checkUncompressedRecords, everyRecordHasKey } from '../../src/record/check.ts';
import { decodeRecords, recordBytes } from '../../src/record/records.ts';
import { validateProduceRecords } from '../../src/record/validate.ts';
import { COMPRESSED, SMALL } from './golden.ts';
import { CONTEXT, LIMITS, produced, seededIntegers } from './helpers.ts';

const SEED = 20260;
const ROUNDS = 6000;
const BYTES_MAX = 200_000;
const HEADER_BYTES = 61;
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff];

/** A copy with a few bytes changed, sometimes cut or extended, set inside foreign bytes that nobody may read. */
function damage(batch: Buffer, next: (bound: number) => number): Buffer {
  const length = next(8) === 0 ? next(batch.length + 1) : batch.length + (next(16) === 0 ? next(40) : 0);
  const around = Buffer.alloc(length + 32, 0xee);
  const copy = around.subarray(16, 16 + length);
  batch.copy(copy, 0, 0, length);
  for (let changes = next(5); changes > 0 && length > 0; changes--) {
    const at = next(next(2) === 0 ? Math.min(length, HEADER_BYTES + 24) : length);
    copy[at] = next(2) === 0 ? (INTERESTING[next(INTERESTING.length)] ?? 0) : next(256);
  }
  if (length >= HEADER_BYTES && next(4) > 0) copy.writeUInt32BE(computeCrc(copy), 17);
  return copy;
}

/** Counts an outcome; anything but a `DomainError` fails the test. */
async function outcome(counts: Map<string, number>, what: string, body: () => unknown): Promise<boolean> {
  let result = 'accepted';
  try {
    await body();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    result = error.kind;
  }
  const key = `${what} ${result}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  return result === 'accepted';
}

async function readAll(batch: Buffer): Promise<void> {
  const bytes = await recordBytes(batch, BYTES_MAX);
  assert.ok(batch.length - HEADER_BYTES === bytes.length || bytes.length <= BYTES_MAX);
  let size = 0;
  for (const { key, value, headers } of decodeRecords(batch, bytes)) {
    size += (key?.length ?? 0) + (value?.length ?? 0);
    for (const header of headers) size += header.value?.length ?? 0;
  }
  assert.ok(size <= bytes.length, 'records were read from outside of the batch');
}

test(`damaged batches are answered with domain errors only (seed ${SEED})`, async () => {
  const next = seededIntegers(SEED);
  const originals = [SMALL.plain, SMALL.transactional, produced(), ...Object.values(COMPRESSED)];
  const counts = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const batch = damage(originals[next(originals.length)] ?? SMALL.plain, next);
    const valid = await outcome(counts, 'validate', () => validateProduceRecords(batch, LIMITS, CONTEXT));
    // The rest is handed only what has at least a header; what validation let through above all.
    if (batch.length < HEADER_BYTES) continue;
    await outcome(counts, valid ? 'read of valid' : 'read', () => readAll(batch));
    await outcome(counts, 'check', async () => checkRecords(batch, await recordBytes(batch, BYTES_MAX)));
    await outcome(counts, 'keys', () => everyRecordHasKey(batch, BYTES_MAX));
  }
  // The run is worth something only if it reached both sides of each check.
  for (const seen of [
    'validate accepted',
    'validate record_invalid',
    'validate record_corrupt',
    'validate timestamp_invalid',
    'validate compression_unsupported',
    'read of valid accepted',
    'read of valid record_invalid',
    'read of valid record_corrupt',
    'check accepted',
    'check record_invalid',
    'keys accepted',
  ]) {
    assert.ok((counts.get(seen) ?? 0) > 0, `never seen: ${seen}`);
  }
});

test('an uncompressed batch that passes the check decodes without an error', () => {
  const next = seededIntegers(SEED + 1);
  let passed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const batch = damage(next(2) === 0 ? SMALL.plain : produced(), next);
    try {
      validateProduceRecords(batch, LIMITS, CONTEXT);
      if (batch[22] !== 0) continue;
      checkUncompressedRecords(batch);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      continue;
    }
    passed++;
    assert.ok([...decodeRecords(batch, batch.subarray(HEADER_BYTES))].length > 0);
  }
  assert.ok(passed > 100, `only ${passed} passed`);
});
