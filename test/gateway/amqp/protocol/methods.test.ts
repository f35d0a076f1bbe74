import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError, EncodeError } from '../../../../src/base/schema/errors.ts';
import { UnknownMethodError } from '../../../../src/gateway/amqp/protocol/errors.ts';
import { FrameWriter } from '../../../../src/gateway/amqp/protocol/frame-writer.ts';
import { METHODS, type MethodName } from '../../../../src/gateway/amqp/protocol/methods.ts';
import { bytesOf, GOLDEN } from './golden-methods.ts';
import { decode, encode } from './helpers.ts';

test('every method has golden bytes', () => {
  assert.deepEqual(GOLDEN.map(({ name }) => name).sort(), Object.keys(METHODS).sort());
});

for (const { name, args, hex } of GOLDEN) {
  test(`${name} is encoded and decoded as the specification says`, () => {
    assert.equal(encode(name, args).toString('hex'), bytesOf(hex).toString('hex'));
    assert.deepEqual(decode(bytesOf(hex)), { method: name, ...args });
  });

  test(`${name} is refused when it is cut short or followed by more`, () => {
    const bytes = bytesOf(hex);
    for (let end = 0; end < bytes.length; end++) {
      assert.throws(() => decode(bytes.subarray(0, end)), DecodeError, `cut to ${end} bytes`);
    }
    assert.throws(() => decode(Buffer.concat([bytes, Buffer.of(0)])), DecodeError);
  });
}

test('only publish, return, deliver and get-ok have content', () => {
  const withContent = Object.entries(METHODS).filter(([, method]) => method.hasContent);
  assert.deepEqual(
    withContent.map(([name]) => name),
    ['basic.publish', 'basic.return', 'basic.deliver', 'basic.get-ok'],
  );
});

test('arguments that are left out are sent as their default', () => {
  assert.equal(
    encode('connection.start', {}).toString('latin1').slice(4),
    '\0\x09\0\0\0\0\0\0\0\x05PLAIN\0\0\0\x05en_US',
  );
  assert.deepEqual(decode(encode('basic.nack', {})), {
    method: 'basic.nack',
    deliveryTag: 0,
    multiple: false,
    requeue: true,
  });
});

test('a method is decoded where it lies in a larger buffer, and reads nothing around it', () => {
  const bytes = bytesOf('003c0015 01 63');
  const around = Buffer.concat([Buffer.of(9, 9), bytes, Buffer.of(9)]);
  assert.deepEqual(decode(around.subarray(2, 8)), { method: 'basic.consume-ok', consumerTag: 'c' });
  assert.throws(() => decode(around.subarray(2, 7)), DecodeError);
});

test('an unknown class or method names its numbers', () => {
  for (const hex of ['003c0082', '003d000a', 'ffffffff', '00280029']) {
    assert.throws(
      () => decode(bytesOf(hex)),
      (error) =>
        error instanceof UnknownMethodError &&
        error.classId === Number.parseInt(hex.slice(0, 4), 16) &&
        error.methodId === Number.parseInt(hex.slice(4), 16),
    );
  }
});

test('text that is not UTF-8 is refused, also behind text that is', () => {
  assert.throws(() => decode(bytesOf('003c0015 02 ff61')), /^DecodeError: basic\.consume-ok: consumerTag is not UTF-8/);
  assert.throws(() => decode(bytesOf('003c0028 0000 01 78 02 c3c3 00')), /routingKey is not UTF-8/);
  assert.throws(() => decode(bytesOf('000a000a 00 09 00000000 00000001 ff 00000000')), /mechanisms is not UTF-8/);
});

test('a reserved argument may hold anything of its type', () => {
  assert.deepEqual(decode(bytesOf('003c0028 ffff 01 78 01 72 00')), {
    method: 'basic.publish',
    exchange: 'x',
    routingKey: 'r',
    mandatory: false,
    immediate: false,
  });
  assert.deepEqual(decode(bytesOf('000a0028 01 2f 02 ffff 01')), { method: 'connection.open', virtualHost: '/' });
});

test('bits without a meaning are ignored', () => {
  assert.deepEqual(decode(bytesOf('003c0050 0000000000000001 fe')), {
    method: 'basic.ack',
    deliveryTag: 1,
    multiple: false,
  });
});

test('a delivery tag beyond the safe integers is none that was ever given out', () => {
  for (const tag of ['ffffffffffffffff', '0020000000000000', '0020000000000001']) {
    const decoded = decode(bytesOf(`003c0050 ${tag} 00`));
    assert.ok(decoded.method === 'basic.ack');
    assert.equal(Number.isSafeInteger(decoded.deliveryTag), false, tag);
  }
});

test('strings that come again, nearly the same, or in great numbers are all decoded as themselves', () => {
  const names = Array.from({ length: 5000 }, (_, i) => `queue-${i % 2500}`);
  for (const name of ['a', 'b', 'a', 'aa', 'ab', 'ba', '', 'é', 'e', ...names]) {
    assert.deepEqual(decode(encode('basic.consume-ok', { consumerTag: name })), {
      method: 'basic.consume-ok',
      consumerTag: name,
    });
  }
});

test('a longlong in the arguments of a table keeps all its bits', () => {
  const value = { type: 'int64', value: -(2n ** 63n) } as const;
  const args = { queue: 'q', arguments: new Map([['x', value]]) };
  const decoded = decode(encode('queue.declare', args));
  assert.ok(decoded.method === 'queue.declare');
  assert.deepEqual(decoded.arguments.get('x'), value);
});

const ILLEGAL: readonly [MethodName, object, RegExp][] = [
  ['basic.qos', { prefetchCount: 65536 }, /prefetchCount: 65536 does not fit/],
  ['basic.qos', { prefetchSize: -1 }, /prefetchSize/],
  ['basic.qos', { prefetchSize: 1.5 }, /prefetchSize/],
  ['basic.qos', { global: 1 }, /global/],
  ['connection.start', { versionMajor: 256 }, /versionMajor/],
  ['connection.start', { mechanisms: Buffer.alloc(1) }, /mechanisms: an object/],
  ['connection.start-ok', { response: 'text' }, /response/],
  ['basic.ack', { deliveryTag: 2 ** 53 }, /deliveryTag/],
  ['basic.ack', { deliveryTag: -1 }, /deliveryTag/],
  ['basic.consume-ok', {}, /consumerTag: undefined/],
  ['basic.consume-ok', { consumerTag: 'x'.repeat(256) }, /consumerTag/],
  ['basic.consume-ok', { consumerTag: 'é'.repeat(128) }, /consumerTag/],
  ['queue.declare', { arguments: {} }, /arguments/],
  ['queue.declare', { arguments: new Map([['x'.repeat(256), { type: 'void' }]]) }, /field name of 256 bytes/],
];

test('a value that its argument cannot express is refused by name, and nothing of the frame is sent', () => {
  const writer = new FrameWriter(4096);
  writer.ack(1, 1, false);
  const before = writer.byteLength;
  for (const [name, args, about] of ILLEGAL) {
    assert.throws(
      () => writer.method(1, name, args as never),
      (error) => error instanceof EncodeError && about.test(error.message),
      `${name} ${JSON.stringify(Object.keys(args))}`,
    );
    assert.equal(writer.byteLength, before);
  }
  writer.ack(1, 2, false);
  assert.equal(Buffer.concat(writer.take()).length, 2 * before);
});

test('the longest short string fits', () => {
  for (const consumerTag of ['x'.repeat(255), `${'é'.repeat(127)}x`]) {
    assert.deepEqual(decode(encode('basic.consume-ok', { consumerTag })), { method: 'basic.consume-ok', consumerTag });
  }
});
