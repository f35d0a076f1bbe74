import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../../../src/base/schema/writer.ts';

function hex(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString('hex');
}

test('a frame starts with the length of what follows, attached slices included', () => {
  const writer = new Writer();
  writer.beginFrame();
  writer.int16(7);
  writer.attach(Buffer.alloc(1000, 0xaa));
  writer.int8(9);
  const parts = writer.finish();
  assert.equal(parts.length, 3);
  assert.equal(hex(parts), `000003eb0007${'aa'.repeat(1000)}09`);
});

test('a frame that outgrows its slab after an attached slice keeps its length', () => {
  const writer = new Writer(16);
  writer.beginFrame();
  writer.attach(Buffer.alloc(600, 0xbb));
  for (let i = 0; i < 100; i++) writer.int32(i);
  const bytes = Buffer.concat(writer.finish());
  assert.equal(bytes.readInt32BE(0), 1000);
  assert.equal(bytes.length, 1004);
  assert.equal(bytes.readInt32BE(1000), 99);
});

test('a small slice is copied, so it may change afterwards', () => {
  const writer = new Writer();
  const slice = Buffer.from('0102', 'hex');
  writer.begin();
  writer.attach(slice);
  const parts = writer.finish();
  slice.fill(0);
  assert.equal(hex(parts), '0102');
});

test('what was finished is not overwritten by later messages', () => {
  const writer = new Writer(64);
  const finished: Buffer[][] = [];
  for (let i = 0; i < 100; i++) {
    writer.beginFrame();
    writer.int32(i);
    finished.push(writer.finish());
  }
  finished.forEach((parts, i) => {
    assert.equal(hex(parts), `00000004${i.toString(16).padStart(8, '0')}`);
  });
});

test('a message that was begun and not finished leaves no bytes', () => {
  const writer = new Writer();
  writer.beginFrame();
  writer.int32(1);
  writer.attach(Buffer.alloc(1000));
  writer.int32(2);
  writer.begin();
  writer.int8(3);
  assert.equal(writer.byteLength, 1);
  assert.equal(hex(writer.finish()), '03');
});

test('byteLength counts the whole message', () => {
  const writer = new Writer(8);
  writer.beginFrame();
  writer.attach(Buffer.alloc(600));
  writer.int64(1);
  assert.equal(writer.byteLength, 612);
});

test('strings of every length keep their bytes and lengths while the slab grows', () => {
  for (const length of [0, 1, 24, 25, 63, 64, 126, 127, 128, 5000, 8191, 8192, 16382, 16383, 16384]) {
    for (const text of ['x'.repeat(length), 'é'.repeat(length).slice(0, 16383)]) {
      const bytes = Buffer.from(text);
      const writer = new Writer(1);
      writer.begin();
      writer.string(text);
      writer.compactString(text);
      writer.int8(0x77);
      const expected = new Writer();
      expected.begin();
      expected.int16(bytes.length);
      expected.raw(bytes);
      expected.uvarint(bytes.length + 1);
      expected.raw(bytes);
      expected.int8(0x77);
      assert.ok(Buffer.concat(writer.finish()).equals(Buffer.concat(expected.finish())), `${bytes.length} bytes`);
    }
  }
});

test('varints hold seven bits a byte, the lowest first', () => {
  const writer = new Writer(1);
  writer.begin();
  for (const value of [0, 127, 128, 300, 16383, 16384, 0xffff_ffff]) writer.uvarint(value);
  assert.equal(hex(writer.finish()), ['00', '7f', '8001', 'ac02', 'ff7f', '808001', 'ffffffff0f'].join(''));
});

test('sizes are patched at every varint length', () => {
  for (const size of [0, 127, 128, 16383, 16384, 2097151, 2097152]) {
    const writer = new Writer(16);
    writer.begin();
    const mark = writer.mark();
    writer.raw(Buffer.alloc(size, 0x5a));
    writer.patchSize(mark);
    const reference = new Writer(16);
    reference.begin();
    reference.uvarint(size);
    reference.raw(Buffer.alloc(size, 0x5a));
    assert.ok(Buffer.concat(writer.finish()).equals(Buffer.concat(reference.finish())), `size ${size}`);
  }
});
