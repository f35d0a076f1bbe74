import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../../src/base/crc32c.ts';

test('crc32c gives the known answers of the Castagnoli polynomial', () => {
  // RFC 3720 §B.4, and the check value of the CRC catalogue.
  assert.equal(crc32c(Buffer.alloc(0)), 0);
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  assert.equal(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i))), 0x46dd794e);
});

test('crc32c is the same in one piece and in parts, across the sizes where table and native code change over', () => {
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7919) & 0xff));
  for (let split = 0; split <= bytes.length; split++) {
    const parts = crc32c(bytes.subarray(split), crc32c(bytes.subarray(0, split)));
    assert.equal(parts, crc32c(bytes), `split at ${split}`);
  }
});

test('crc32c covers only the part of the memory that a subarray shows', () => {
  const whole = Buffer.from(`xx${'123456789'}${'y'.repeat(200)}`);
  assert.equal(crc32c(whole.subarray(2, 11)), 0xe3069283);
  const long = Buffer.alloc(200, 0xaa);
  assert.equal(crc32c(Buffer.concat([Buffer.from('zz'), long]).subarray(2)), crc32c(long));
});
