import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSipHash16 } from '../../src/base/siphash.ts';

const sequence = Buffer.from(Array.from({ length: 17 }, (_, i) => i));

test('it is SipHash-2-4: the vector of the reference implementation for 16 bytes', () => {
  const digest = newSipHash16(sequence.subarray(0, 16))(sequence, 0);
  assert.deepEqual(digest, { high: 0x3f2acc7f, low: 0x57c29bdb });
});

test('every bit of the input and of the key changes it', () => {
  const key = Buffer.from(sequence.subarray(0, 16));
  const textOf = (bytes: Buffer) => JSON.stringify(newSipHash16(key)(bytes, 0));
  const seen = new Set([textOf(sequence)]);
  for (let bit = 0; bit < 128; bit++) {
    const changed = Buffer.from(sequence);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    seen.add(textOf(changed));
    key[bit >> 3] = (key[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    seen.add(textOf(sequence));
    key[bit >> 3] = (key[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }
  assert.equal(seen.size, 257);
});

test('it reads where it is told to, and takes no key of another length', () => {
  const sipHash = newSipHash16(sequence.subarray(0, 16));
  const { low } = sipHash(sequence, 1);
  assert.equal(sipHash(sequence.subarray(1), 0).low, low);
  assert.notEqual(sipHash(sequence, 0).low, low);
  assert.throws(() => newSipHash16(sequence), /a key of 17 bytes/);
});
