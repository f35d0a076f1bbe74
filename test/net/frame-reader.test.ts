/** Frames are cut right wherever chunks end, and don't change when the memory of the chunks does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameError, FrameReader } from '../../src/net/frame-reader.ts';

function framed(...bodies: Buffer[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length);
      return [length, body];
    }),
  );
}

function all(reader: FrameReader): Buffer[] {
  const frames: Buffer[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  return frames;
}

const BODIES = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('three'), Buffer.alloc(9, 4)];

test('frames are cut at every byte, whatever becomes of the chunks', () => {
  const stream = framed(...BODIES);
  for (let first = 0; first <= stream.length; first += 1) {
    for (let second = first; second <= stream.length; second += 1) {
      const reader = new FrameReader(100);
      const frames: Buffer[] = [];
      for (const piece of [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)]) {
        const chunk = Buffer.from(piece);
        reader.push(chunk);
        frames.push(...all(reader));
        reader.keep();
        chunk.fill(0xee);
      }
      assert.deepEqual(frames, BODIES);
    }
  }
});

test('what is not asked for yet is kept', () => {
  const reader = new FrameReader(100);
  const chunk = framed(...BODIES);
  reader.push(chunk);
  assert.deepEqual(reader.next(), BODIES[0]);
  reader.keep();
  chunk.fill(0xee);
  reader.push(framed(Buffer.from('last')));
  assert.deepEqual(all(reader), [...BODIES.slice(1), Buffer.from('last')]);
});

test('a large frame in small chunks is put together', () => {
  const body = Buffer.alloc(300_000);
  for (let at = 0; at < body.length; at += 4) body.writeUInt32LE(at, at);
  const stream = framed(body, BODIES[0] as Buffer);
  const reader = new FrameReader(body.length);
  const chunk = Buffer.alloc(1000);
  const frames: Buffer[] = [];
  for (let at = 0; at < stream.length; at += chunk.length) {
    const bytes = stream.copy(chunk, 0, at);
    reader.push(chunk.subarray(0, bytes));
    frames.push(...all(reader));
    reader.keep();
  }
  assert.deepEqual(frames, [body, BODIES[0]]);
});

test('a length beyond the limit is refused, and again when asked again', () => {
  for (const length of [101, -1, 0x7fff_ffff]) {
    const reader = new FrameReader(100);
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(length);
    reader.push(bytes);
    assert.throws(() => reader.next(), FrameError);
    assert.throws(() => reader.next(), FrameError);
  }
});

test('what is announced and not sent takes little memory', () => {
  const reader = new FrameReader(2 ** 30);
  const before = process.memoryUsage().arrayBuffers;
  const start = Buffer.alloc(1000);
  start.writeInt32BE(2 ** 30 - 1);
  reader.push(start);
  assert.equal(reader.next(), undefined);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
});
