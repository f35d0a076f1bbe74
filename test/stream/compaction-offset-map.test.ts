import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { halfSipHash, OffsetMap } from '../../src/stream/compaction-offset-map.ts';
import { SeededRandom } from '../support/scheduler.ts';

describe('the offset map', () => {
  test('agrees with a map of strings, however often it grows', () => {
    const random = new SeededRandom(1);
    const map = new OffsetMap(1 << 24, random);
    const model = new Map<string, number>();
    for (let offset = 0; offset < 20_000; offset++) {
      const key = `prefix ${random.below(8000)}${'y'.repeat(random.below(12))}`;
      const bytes = Buffer.from(`<${key}>`);
      map.put(bytes, 1, bytes.length - 1, offset);
      model.set(key, offset);
    }
    assert.equal(map.count, model.size);
    for (const [key, offset] of model) assert.equal(map.offsetOf(Buffer.from(key), 0, key.length), offset);
    assert.equal(map.offsetOf(Buffer.from('absent'), 0, 6), -1);
  });

  test('tells keys apart that only begin alike, and knows the empty one', () => {
    const map = new OffsetMap(1 << 20, new SeededRandom(2));
    const zeros = Buffer.alloc(40);
    for (let length = 0; length <= 40; length++) map.put(zeros, 0, length, length);
    for (let length = 0; length <= 40; length++) assert.equal(map.offsetOf(zeros, 0, length), length);
  });

  test('has room up to its bound in bytes', () => {
    const map = new OffsetMap(1000, new SeededRandom(3));
    assert.ok(map.hasRoom(10, 760));
    assert.ok(!map.hasRoom(10, 761));
    map.put(Buffer.alloc(100), 0, 100, 1);
    assert.ok(map.hasRoom(1, 852));
    assert.ok(!map.hasRoom(1, 853));
  });

  test('hashes as HalfSipHash-1-3 does', () => {
    // By hand for the empty input: one word of zeros, then three rounds.
    const round = (v: number[]) => {
      const rotl = (x: number, by: number) => (x << by) | (x >>> (32 - by));
      let [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = v;
      v0 = (v0 + v1) | 0;
      v1 = rotl(v1, 5) ^ v0;
      v0 = rotl(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotl(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotl(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotl(v1, 13) ^ v2;
      v2 = rotl(v2, 16);
      return [v0, v1, v2, v3];
    };
    const [k0, k1] = [0x03020100, 0x07060504];
    let v = [k0, k1, 0x6c796765 ^ k0, 0x74656462 ^ k1];
    v = round(v);
    v[2] = (v[2] ?? 0) ^ 0xff;
    for (let i = 0; i < 3; i++) v = round(v);
    assert.equal(halfSipHash(k0, k1, Buffer.alloc(0), 0, 0), (v[1] ?? 0) ^ (v[3] ?? 0));
  });
});
