import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameType } from '../../../../src/gateway/amqp/protocol/constants.ts';
import { FrameError } from '../../../../src/gateway/amqp/protocol/errors.ts';
import { FrameReader } from '../../../../src/gateway/amqp/protocol/frame-reader.ts';
import { type Frame, framesOf } from './helpers.ts';

function frame({ type, channel, payload }: Frame): Buffer {
  const bytes = Buffer.alloc(8 + payload.length);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16BE(channel, 1);
  bytes.writeUInt32BE(payload.length, 3);
  payload.copy(bytes, 7);
  bytes[bytes.length - 1] = 0xce;
  return bytes;
}

function body(bytes: number, channel = 1): Frame {
  return { type: FrameType.BODY, channel, payload: Buffer.alloc(bytes, 0xce) };
}

const MIXED: readonly Frame[] = [
  { type: FrameType.METHOD, channel: 65535, payload: Buffer.from('003c000b', 'hex') },
  { type: FrameType.HEARTBEAT, channel: 0, payload: Buffer.alloc(0) },
  body(0),
  { type: FrameType.HEADER, channel: 258, payload: Buffer.from('header') },
  body(300),
];

test('frames that are cut at every byte come out whole', () => {
  const bytes = Buffer.concat(MIXED.map(frame));
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.deepEqual(framesOf([bytes.subarray(0, cut), bytes.subarray(cut)]), MIXED, `cut at ${cut}`);
  }
});

test('the channel of the next frame is known when its header is there, cut at every byte, and it comes out whole', () => {
  const bytes = Buffer.concat(MIXED.map(frame));
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new FrameReader(4096);
    const channels: number[] = [];
    for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      reader.push(chunk);
      for (let channel = reader.nextChannel(); reader.next(); channel = reader.nextChannel()) {
        assert.equal(channel, reader.channel, `cut at ${cut}`);
        channels.push(reader.channel);
      }
      reader.keep();
    }
    assert.deepEqual(
      channels,
      MIXED.map(({ channel }) => channel),
      `cut at ${cut}`,
    );
  }
});

test('frames that come byte by byte come out whole', () => {
  const bytes = Buffer.concat(MIXED.map(frame));
  assert.deepEqual(framesOf(Array.from(bytes, (byte) => Buffer.of(byte))), MIXED);
});

test('frames in chunks of any size come out whole, empty chunks included', () => {
  const sizes = fc.array(fc.nat(400), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { maxLength: 10 }), sizes, (bodies, chunkSizes) => {
      const frames = bodies.map((bytes, i) => body(bytes, i));
      const bytes = Buffer.concat(frames.map(frame));
      const chunks: Buffer[] = [];
      let at = 0;
      for (const size of chunkSizes) {
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      chunks.push(bytes.subarray(at));
      assert.deepEqual(framesOf(chunks), frames);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('several chunks may wait while the reader is not asked', () => {
  const reader = new FrameReader(4096);
  const bytes = Buffer.concat(MIXED.map(frame));
  for (let at = 0; at < bytes.length; at += 7) reader.push(bytes.subarray(at, at + 7));
  assert.deepEqual(framesOf([Buffer.alloc(0)], reader), MIXED);
  assert.equal(reader.next(), false);
});

test('a chunk may be used for something else after `keep`, wherever reading stopped', () => {
  const bytes = Buffer.concat(MIXED.map(frame));
  for (let cut = 0; cut <= bytes.length; cut++) {
    for (let read = 0; read <= MIXED.length; read++) {
      const reader = new FrameReader(4096);
      const frames: Frame[] = [];
      for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        const chunk = Buffer.from(part);
        reader.push(chunk);
        for (let i = 0; i < read && reader.next(); i++) {
          frames.push({ type: reader.type, channel: reader.channel, payload: Buffer.from(reader.payload) });
        }
        reader.keep();
        chunk.fill(0);
      }
      assert.deepEqual(
        [...frames, ...framesOf([Buffer.alloc(0)], reader)],
        MIXED,
        `cut at ${cut}, ${read} frames at a time`,
      );
    }
  }
});

test('only a payload within one chunk is lent', () => {
  const bytes = frame(body(100));
  const reader = new FrameReader(4096);
  reader.push(bytes);
  assert.deepEqual([reader.next(), reader.isLent], [true, true]);
  reader.push(bytes.subarray(0, 50));
  assert.equal(reader.next(), false);
  reader.push(bytes.subarray(50));
  assert.deepEqual([reader.next(), reader.isLent], [true, false]);
});

test('a payload within one chunk is a slice of it; one that spans chunks is not', () => {
  const bytes = frame(body(100));
  const reader = new FrameReader(4096);
  reader.push(bytes);
  assert.ok(reader.next());
  assert.equal(reader.bytes, bytes);
  assert.deepEqual([reader.start, reader.end], [7, 107]);
  assert.equal(reader.payload.buffer, bytes.buffer);

  reader.push(bytes.subarray(0, 50));
  assert.equal(reader.next(), false);
  reader.push(bytes.subarray(50));
  assert.ok(reader.next());
  assert.notEqual(reader.payload.buffer, bytes.buffer);
  assert.ok(reader.payload.equals(Buffer.alloc(100, 0xce)));
});

test('what was read stays as it was while more is read', () => {
  const reader = new FrameReader(4096);
  const payloads: Buffer[] = [];
  for (let i = 0; i < 20; i++) {
    const bytes = frame({ type: FrameType.BODY, channel: 1, payload: Buffer.alloc(50, i) });
    for (const chunk of [bytes.subarray(0, 30), bytes.subarray(30)]) {
      reader.push(chunk);
      while (reader.next()) payloads.push(reader.payload);
    }
  }
  assert.equal(payloads.length, 20);
  for (const [i, payload] of payloads.entries()) assert.ok(payload.equals(Buffer.alloc(50, i)));
});

function refuses(bytes: Buffer, about: RegExp, frameMax = 4096): void {
  for (let cut = 0; cut < bytes.length; cut++) {
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    assert.throws(
      () => framesOf(chunks, new FrameReader(frameMax)),
      (error) => error instanceof FrameError && about.test(error.message),
      `cut at ${cut}`,
    );
  }
}

test('a frame without its end octet is refused', () => {
  const bytes = frame(body(20));
  bytes[bytes.length - 1] = 0xcd;
  refuses(bytes, /ends with octet 205 instead of 206/);
});

test('a frame of a type that does not exist is refused as soon as its header is there', () => {
  for (const type of [0, 4, 5, 6, 7, 9, 255]) refuses(frame({ ...body(0), type }).subarray(0, 7), /no frame type/);
});

test('a payload longer than frame_max is refused before it is sent', () => {
  refuses(frame(body(4097)).subarray(0, 7), /4097 bytes of payload is announced, frame_max is 4096/);
  refuses(Buffer.from('030001ffffffff', 'hex'), /4294967295/);
});

test('the eight bytes that clients forget to count are tolerated', () => {
  assert.equal(framesOf([frame(body(4096))], new FrameReader(4096)).length, 1);
});

test('a new frame_max holds from the next frame on', () => {
  const reader = new FrameReader(4096);
  reader.push(Buffer.concat([frame(body(4000)), frame(body(8000))]));
  assert.ok(reader.next());
  reader.frameMax = 8192;
  assert.ok(reader.next());
  assert.equal(reader.payload.length, 8000);
  reader.frameMax = 4096;
  reader.push(frame(body(4097)));
  assert.throws(() => reader.next(), FrameError);
});

test('a connection without a frame_max is our bug', () => {
  assert.throws(() => new FrameReader(0), /frame_max/);
});

test('what is announced takes no memory before it is sent', () => {
  const reader = new FrameReader(64 * 1024 * 1024);
  const bytes = frame(body(32 * 1024 * 1024)).subarray(0, 10);
  const before = process.memoryUsage().arrayBuffers;
  const readers = Array.from({ length: 50 }, () => new FrameReader(64 * 1024 * 1024));
  for (const one of [reader, ...readers]) {
    one.push(bytes);
    assert.equal(one.next(), false);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
});

for (const [version, header] of [
  ['AMQP 0-9-1', Buffer.from('AMQP\x00\x00\x09\x01', 'latin1')],
  ['AMQP 0-9', Buffer.from('AMQP\x01\x01\x00\x09', 'latin1')],
] as const) {
  test(`the protocol header of ${version} is accepted, cut at every byte, and frames may follow at once`, () => {
    const bytes = Buffer.concat([header, frame(body(3))]);
    for (let cut = 0; cut <= header.length; cut++) {
      const reader = new FrameReader(4096);
      reader.push(bytes.subarray(0, cut));
      assert.equal(reader.protocolHeader(), cut === header.length ? 'accepted' : undefined);
      reader.push(bytes.subarray(cut));
      if (cut < header.length) assert.equal(reader.protocolHeader(), 'accepted');
      assert.ok(reader.next());
      assert.equal(reader.payload.length, 3);
    }
  });
}

test('any other opening is refused as soon as it differs', () => {
  const openings = [
    'X',
    'AMQP\x00\x01',
    'AMQP\x01\x00',
    'AMQP\x01\x01\x08\x00',
    'AMQP\x01\x01\x00\x0a',
    'AMQP\x00\x01\x00\x09',
    'AMQP\x03\x01\x00\x00',
    'AMQP\x00\x00\x09\x02',
    'GET / HTTP/1.1',
  ];
  for (const text of openings) {
    const reader = new FrameReader(4096);
    reader.push(Buffer.from(text, 'latin1'));
    assert.equal(reader.protocolHeader(), 'refused', text);
  }
});
