import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EncodeError } from '../../../../src/base/schema/errors.ts';
import { FrameType } from '../../../../src/gateway/amqp/protocol/constants.ts';
import { decodeContentHeader } from '../../../../src/gateway/amqp/protocol/content-header.ts';
import { type Content, FrameWriter } from '../../../../src/gateway/amqp/protocol/frame-writer.ts';
import { encodeProperties } from '../../../../src/message/amqp-properties-codec.ts';
import { encodeShortstr } from '../../../../src/message/shortstr.ts';
import { decode, framesOf } from './helpers.ts';

const properties = encodeProperties({ deliveryMode: 2, contentType: 'text/plain' });
const content: Content = { exchange: 'orders', routingKey: 'created.é', properties, body: Buffer.from('body') };
const tag = encodeShortstr('ctag-1');

/** Two writers that must write the same: the specialised functions and the general ones. */
function assertSame(specialised: (writer: FrameWriter) => void, general: (writer: FrameWriter) => void): void {
  const [one, other] = [new FrameWriter(4096), new FrameWriter(4096)];
  specialised(one);
  general(other);
  assert.equal(one.byteLength, other.byteLength);
  const [bytes, expected] = [Buffer.concat(one.take()), Buffer.concat(other.take())];
  assert.equal(bytes.toString('hex'), expected.toString('hex'));
}

test('golden bytes of a delivery', () => {
  const writer = new FrameWriter(4096);
  writer.deliver(258, encodeShortstr('c'), 2, true, {
    exchange: 'x',
    routingKey: 'rk',
    properties: Buffer.from('100002', 'hex'),
    body: Buffer.from('hi'),
  });
  const method = '01 0102 00000014 003c003c 0163 0000000000000002 01 0178 02726b ce';
  const header = '02 0102 0000000f 003c 0000 0000000000000002 1000 02 ce';
  const body = '03 0102 00000002 6869 ce';
  assert.equal(Buffer.concat(writer.take()).toString('hex'), `${method}${header}${body}`.replaceAll(' ', ''));
});

const CONTENTS: readonly Content[] = [
  content,
  { exchange: '', routingKey: '', properties: Buffer.alloc(2), body: Buffer.alloc(0) },
  { exchange: 'x'.repeat(255), routingKey: 'é'.repeat(127), properties, body: Buffer.alloc(1023, 1) },
  { exchange: 'x'.repeat(48), routingKey: 'r'.repeat(49), properties, body: Buffer.alloc(1024, 1) },
  { exchange: `${'x'.repeat(20)}é`, routingKey: '漢', properties: Buffer.alloc(300, 1), body: Buffer.alloc(20_000, 1) },
];

for (const [i, one] of CONTENTS.entries()) {
  const { exchange, routingKey, body } = one;
  const general = (writer: FrameWriter) => writer.content(9, one.properties, body);

  test(`deliver, return and get-ok write what the general functions do, content ${i}`, () => {
    for (const deliveryTag of [0, 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      assertSame(
        (writer) => writer.deliver(9, tag, deliveryTag, false, one),
        (writer) => {
          const redelivered = false;
          writer.method(9, 'basic.deliver', { consumerTag: 'ctag-1', deliveryTag, redelivered, exchange, routingKey });
          general(writer);
        },
      );
    }
    assertSame(
      (writer) => writer.return(9, 312, 'NO_ROUTE', one),
      (writer) => {
        writer.method(9, 'basic.return', { replyCode: 312, replyText: 'NO_ROUTE', exchange, routingKey });
        general(writer);
      },
    );
    assertSame(
      (writer) => writer.getOk(9, 7, true, 0xffff_ffff, one),
      (writer) => {
        const messageCount = 0xffff_ffff;
        writer.method(9, 'basic.get-ok', { deliveryTag: 7, redelivered: true, exchange, routingKey, messageCount });
        general(writer);
      },
    );
  });
}

test('ack and nack write what the general functions do', () => {
  for (const multiple of [true, false]) {
    assertSame(
      (writer) => writer.ack(1, 2 ** 40, multiple),
      (writer) => writer.method(1, 'basic.ack', { deliveryTag: 2 ** 40, multiple }),
    );
    for (const requeue of [true, false]) {
      assertSame(
        (writer) => writer.nack(1, 3, multiple, requeue),
        (writer) => writer.method(1, 'basic.nack', { deliveryTag: 3, multiple, requeue }),
      );
    }
  }
});

test('a body is cut so that no frame is larger than frame_max', () => {
  for (const [length, expected] of [
    [0, []],
    [1, [1]],
    [4088, [4088]],
    [4089, [4088, 1]],
    [8176, [4088, 4088]],
    [10_000, [4088, 4088, 1824]],
  ] as const) {
    const writer = new FrameWriter(4096);
    const body = Buffer.from(Array.from({ length }, (_, i) => i));
    writer.content(1, properties, body);
    const [header, ...bodies] = framesOf(writer.take());
    assert.ok(header);
    const {
      classId,
      weight,
      bodySize,
      properties: sent,
    } = decodeContentHeader(header.payload, 0, header.payload.length);
    assert.deepEqual([header.type, classId, weight, bodySize], [FrameType.HEADER, 60, 0, length]);
    assert.ok(sent.equals(properties));
    assert.deepEqual(
      bodies.map((frame) => frame.payload.length),
      expected,
    );
    assert.ok(Buffer.concat(bodies.map((frame) => frame.payload)).equals(body));
  }
});

test('a new frame_max holds for the next body', () => {
  const writer = new FrameWriter(4096);
  writer.frameMax = 131_072;
  writer.content(1, properties, Buffer.alloc(131_064));
  assert.equal(framesOf(writer.take()).length, 2);
  assert.throws(() => {
    writer.frameMax = 4095;
  }, /frame_max/);
});

test('a large body is sent by reference, a small one is copied', () => {
  const writer = new FrameWriter(131_072);
  const [small, large] = [Buffer.alloc(8191), Buffer.alloc(8192)];
  writer.deliver(1, tag, 1, false, { ...content, body: small });
  writer.deliver(1, tag, 2, false, { ...content, body: large });
  const parts = writer.take();
  assert.ok(parts.includes(large));
  small.fill(1);
  assert.equal(Buffer.concat(parts).includes(Buffer.alloc(100, 1)), false);
});

test('a string that does not fit is refused, and nothing of its frames is sent', () => {
  const writer = new FrameWriter(4096);
  writer.ack(1, 1, false);
  const before = writer.byteLength;
  for (const text of ['x'.repeat(256), 'é'.repeat(128)]) {
    assert.throws(() => writer.deliver(1, tag, 1, false, { ...content, exchange: text }), EncodeError);
    assert.throws(() => writer.getOk(1, 1, false, 1, { ...content, routingKey: text }), EncodeError);
    assert.throws(() => writer.return(1, 312, text, content), EncodeError);
    assert.throws(() => encodeShortstr(text), EncodeError);
  }
  assert.equal(writer.byteLength, before);
  writer.ack(1, 2, false);
  assert.equal(framesOf(writer.take()).length, 2);
});

test('a method larger than a slab is one frame', () => {
  const writer = new FrameWriter(4096);
  writer.ack(1, 1, false);
  const reason = Buffer.alloc(100_000, 7);
  writer.method(0, 'connection.secure', { challenge: reason });
  writer.ack(1, 2, false);
  const frames = framesOf(writer.take());
  assert.equal(frames.length, 3);
  const method = decode(frames[1]?.payload ?? Buffer.alloc(0));
  assert.ok(method.method === 'connection.secure' && method.challenge.equals(reason));
});

test('heartbeats and the protocol header are constant', () => {
  const writer = new FrameWriter(4096);
  writer.protocolHeader();
  writer.ack(1, 1, false);
  writer.heartbeat();
  writer.heartbeat();
  const bytes = Buffer.concat(writer.take());
  assert.equal(bytes.subarray(0, 8).toString('latin1'), 'AMQP\x00\x00\x09\x01');
  assert.equal(bytes.subarray(-16).toString('hex'), '08000000000000ce08000000000000ce');
  assert.equal(framesOf([bytes.subarray(8)]).length, 3);
});

test('nothing is left after take', () => {
  const writer = new FrameWriter(4096);
  assert.deepEqual(writer.take(), []);
  writer.deliver(1, tag, 1, false, content);
  assert.ok(writer.byteLength > 0);
  assert.ok(writer.take().length > 0);
  assert.equal(writer.byteLength, 0);
  assert.deepEqual(writer.take(), []);
});

test('small frames of one take are one piece of memory', () => {
  const writer = new FrameWriter(4096);
  writer.ack(1, 1, false);
  writer.take();
  for (let i = 0; i < 10; i++) writer.deliver(1, tag, i, false, content);
  assert.equal(writer.take().length, 1);
});

test('memory is used again when everything that was taken from it was sent, and not before', () => {
  const writer = new FrameWriter(4096);
  const slabs = new Set<ArrayBufferLike>();
  const take = () => {
    writer.deliver(1, tag, 1, false, content);
    const [part] = writer.take();
    assert.ok(part !== undefined);
    slabs.add(part.buffer);
    return part;
  };
  const first = take();
  for (let i = 0; i < 1000; i++) {
    writer.reuse();
    assert.equal(take().byteOffset, first.byteOffset);
  }
  assert.equal(slabs.size, 1);
  writer.ack(1, 1, false);
  writer.reuse();
  const ack = Buffer.concat(writer.take());
  writer.ack(1, 1, false);
  assert.ok(ack.equals(Buffer.concat(writer.take())));
});

type Step =
  | { deliver: number }
  | { ack: number }
  | { method: string }
  | { take: true }
  | { sent: true }
  | { heartbeat: true };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.nat(6000).map((deliver) => ({ deliver })),
  fc.nat().map((ack) => ({ ack })),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((method) => ({ method })),
  fc.constant<Step>({ take: true }),
  fc.constant<Step>({ sent: true }),
  fc.constant<Step>({ heartbeat: true }),
);

test('frames come out as they went in, in order, whatever is taken when; what was taken stays until it was sent', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 200 }), (list) => {
      const writer = new FrameWriter(4096);
      const taken: { parts: Buffer[]; copy: Buffer }[] = [];
      let sent = 0;
      const expected: string[] = [];
      const take = () => {
        const bytes = writer.byteLength;
        const parts = writer.take();
        const copy = Buffer.concat(parts);
        assert.equal(copy.length, bytes);
        taken.push({ parts, copy });
      };
      const check = () => {
        for (const { parts, copy } of taken.slice(sent)) assert.ok(Buffer.concat(parts).equals(copy));
      };
      for (const step of list) {
        if ('take' in step) take();
        else if ('sent' in step) {
          check();
          sent = taken.length;
          writer.reuse();
        } else expected.push(write(writer, step));
      }
      take();
      check();
      assert.deepEqual(seen(taken.map(({ copy }) => copy)), expected);
    }),
    { seed: 1, numRuns: 100 },
  );
});

function write(writer: FrameWriter, step: Exclude<Step, { take: true }>): string {
  if ('deliver' in step) {
    writer.deliver(3, tag, step.deliver, false, { ...content, body: Buffer.alloc(step.deliver, step.deliver) });
    return `deliver ${step.deliver}`;
  }
  if ('ack' in step) {
    writer.ack(4, step.ack, true);
    return `ack ${step.ack}`;
  }
  if ('method' in step) {
    writer.method(5, 'basic.cancel-ok', { consumerTag: step.method });
    return `cancel ${step.method}`;
  }
  writer.heartbeat();
  return 'heartbeat';
}

/** The steps that frames tell of; the body of a delivery is checked against its tag. */
function seen(chunks: readonly Buffer[]): string[] {
  const found: string[] = [];
  let bodyBytes = 0;
  for (const { type, payload } of framesOf(chunks)) {
    if (type === FrameType.HEARTBEAT) found.push('heartbeat');
    if (type === FrameType.BODY) {
      bodyBytes -= payload.length;
      const last = Number(found.at(-1)?.split(' ')[1]);
      assert.ok(payload.equals(Buffer.alloc(payload.length, last)));
    }
    if (type !== FrameType.METHOD) continue;
    assert.equal(bodyBytes, 0);
    const method = decode(payload);
    if (method.method === 'basic.ack') found.push(`ack ${method.deliveryTag}`);
    if (method.method === 'basic.cancel-ok') found.push(`cancel ${method.consumerTag}`);
    if (method.method === 'basic.deliver') {
      found.push(`deliver ${method.deliveryTag}`);
      bodyBytes = method.deliveryTag;
    }
  }
  return found;
}
