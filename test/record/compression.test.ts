import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressSync } from 'snappy';
import { BATCH_HEADER_BYTES } from '../../src/record/batch.ts';
import { loadCodec } from '../../src/record/compression.ts';
import { COMPRESSED } from './golden.ts';
import { seededIntegers } from './helpers.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const COMPRESSING = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

function noise(length: number): Buffer {
  const next = seededIntegers(length);
  return Buffer.from(Array.from({ length }, () => next(256)));
}

const SAMPLES = [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(300_000, 'abc'), noise(70_000)];

for (const name of CODECS) {
  test(`${name} restores what it compressed, up to exactly the bound`, async () => {
    const codec = await loadCodec(name);
    assert.equal(codec.compression, name);
    for (const sample of SAMPLES) {
      assert.deepEqual(codec.decompress(codec.compress(sample), sample.length), sample);
    }
  });

  test(`${name} refuses to decompress to more than its bound`, async () => {
    const codec = await loadCodec(name);
    for (const sample of SAMPLES.slice(2)) {
      const compressed = codec.compress(sample);
      assert.throws(() => codec.decompress(compressed, sample.length - 1), { kind: 'record_too_large' });
      assert.throws(() => codec.decompress(compressed, 10), { kind: 'record_too_large' });
    }
  });
}

for (const name of COMPRESSING) {
  test(`${name} refuses bytes that are not its own, or cut off`, async () => {
    const codec = await loadCodec(name);
    for (const bytes of [Buffer.alloc(0), Buffer.from('neither one nor the other'), Buffer.alloc(64, 0xff)]) {
      assert.throws(() => codec.decompress(bytes, 1 << 20), { name: 'DomainError' });
    }
    const compressed = codec.compress(noise(500));
    // Cut in the header, in the data and before the last byte. (An empty stream of snappy is a legal one.)
    for (const length of [3, 12, 40, compressed.length - 1]) {
      assert.throws(() => codec.decompress(compressed.subarray(0, length), 1 << 20), { kind: 'record_corrupt' });
    }
  });
}

test('a decompression bomb is stopped at the bound whatever its codec', async () => {
  const bomb = Buffer.alloc(64 << 20);
  for (const name of COMPRESSING) {
    const codec = await loadCodec(name);
    assert.throws(() => codec.decompress(codec.compress(bomb), 1 << 20), { kind: 'record_too_large' }, name);
  }
});

test('snappy without the stream framing is read as one block', async () => {
  const codec = await loadCodec('snappy');
  const sample = Buffer.alloc(100_000, 'abc');
  assert.deepEqual(codec.decompress(compressSync(sample), sample.length), sample);
  assert.throws(() => codec.decompress(compressSync(sample), sample.length - 1), { kind: 'record_too_large' });
});

test('snappy streams that follow one another are read as one', async () => {
  const codec = await loadCodec('snappy');
  const twice = Buffer.concat([codec.compress(Buffer.from('one')), codec.compress(Buffer.from('two'))]);
  assert.equal(codec.decompress(twice, 6).toString(), 'onetwo');
  assert.throws(() => codec.decompress(twice, 5), { kind: 'record_too_large' });
});

test('a snappy block that declares 4 GiB is refused by its declaration', async () => {
  const codec = await loadCodec('snappy');
  assert.throws(() => codec.decompress(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]), 1 << 20), {
    kind: 'record_too_large',
  });
});

test('only the first lz4 frame counts, as for the reader of Kafka', async () => {
  const codec = await loadCodec('lz4');
  const twice = Buffer.concat([codec.compress(Buffer.from('one')), codec.compress(Buffer.from('two'))]);
  assert.equal(codec.decompress(twice, 3).toString(), 'one');
});

test('lz4 with linked blocks, block checksums and content checksum is read', async () => {
  // Written by lz4 4.4.5 for Python: frame.compress(b'abcdefgh' * 20000, block_linked=True, block_checksum=True,
  // content_checksum=True, store_size=False); blocks of 64 KiB, the second refers back to the first.
  const frame = Buffer.from(
    'BCJNGFRArhIBAACPYWJjZGVmZ2gIAP/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////gUGRlZmdowbSE+AoBAAAPCAD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////6FBkZWZnaCskrFR7AAAADwgA//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9ZUGRlZmdoEjIrwAAAAABZRJwB',
    'base64',
  );
  const codec = await loadCodec('lz4');
  assert.deepEqual(codec.decompress(frame, 160_000), Buffer.from('abcdefgh'.repeat(20_000)));
  assert.throws(() => codec.decompress(frame, 159_999), { kind: 'record_too_large' });
});

test('zstd frames that follow one another, and skippable ones between them, are read as one', async () => {
  const codec = await loadCodec('zstd');
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const frames = Buffer.concat([codec.compress(Buffer.from('one')), skippable, codec.compress(Buffer.from('two'))]);
  assert.equal(codec.decompress(frames, 6).toString(), 'onetwo');
  assert.throws(() => codec.decompress(frames, 5), { kind: 'record_too_large' });
});

test('a zstd frame that declares more than its blocks can hold is refused before memory is taken for it', async () => {
  const codec = await loadCodec('zstd');
  // Single segment, content size of 8 bytes: 2^31; then one last raw block of one byte.
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0x80, 0, 0, 0, 0, 9, 0, 0, 0x61]);
  assert.throws(() => codec.decompress(frame, 2 ** 40), { kind: 'record_corrupt' });
});

test('a zstd frame of unknown size, as streaming writers make it, is bounded too', async () => {
  const codec = await loadCodec('zstd');
  const frame = COMPRESSED.javaZstd.subarray(BATCH_HEADER_BYTES);
  const size = codec.decompress(frame, 1 << 20).length;
  assert.equal(codec.decompress(frame, size).length, size);
  assert.throws(() => codec.decompress(frame, size - 1), { kind: 'record_too_large' });
});
