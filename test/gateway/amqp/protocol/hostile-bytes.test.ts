import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../../../../src/base/schema/errors.ts';
import { FrameType } from '../../../../src/gateway/amqp/protocol/constants.ts';
import { decodeContentHeader } from '../../../../src/gateway/amqp/protocol/content-header.ts';
import { FrameError, UnknownMethodError } from '../../../../src/gateway/amqp/protocol/errors.ts';
import { FrameReader } from '../../../../src/gateway/amqp/protocol/frame-reader.ts';
import { FrameWriter } from '../../../../src/gateway/amqp/protocol/frame-writer.ts';
import { encodeProperties } from '../../../../src/message/amqp-properties-codec.ts';
import { PropertiesReader } from '../../../../src/message/amqp-properties-reader.ts';
import { encodeShortstr } from '../../../../src/message/shortstr.ts';
import { bytesOf, GOLDEN } from './golden-methods.ts';
import { decode } from './helpers.ts';

function isDeclared(error: unknown): boolean {
  return error instanceof DecodeError || error instanceof FrameError || error instanceof UnknownMethodError;
}

/** Decodes all that a connection would; gives the error that ended it. */
function receive(chunks: readonly Buffer[]): unknown {
  const reader = new FrameReader(4096);
  const properties = new PropertiesReader();
  try {
    for (const chunk of chunks) {
      reader.push(chunk);
      while (reader.next()) {
        if (reader.type === FrameType.METHOD) decode(reader.payload);
        else if (reader.type === FrameType.HEADER) {
          const header = decodeContentHeader(reader.bytes, reader.start, reader.end);
          assert.equal(properties.read(header.properties).hasHeaders, properties.headers !== undefined);
        }
      }
    }
    return undefined;
  } catch (error) {
    if (isDeclared(error)) return error;
    throw error;
  }
}

/** A conversation with every method and some content. */
function conversation(): Buffer {
  const writer = new FrameWriter(4096);
  for (const { name, args } of GOLDEN) writer.method(1, name, args);
  const properties = encodeProperties({
    headers: new Map([['list', { type: 'array', value: [{ type: 'longstr', value: 'x' }] }]]),
    expiration: '5',
    timestamp: 7n,
  });
  writer.content(1, properties, Buffer.from('body'));
  const content = { exchange: 'x', routingKey: 'r', properties, body: Buffer.alloc(5000) };
  writer.deliver(1, encodeShortstr('c'), 1, false, content);
  writer.heartbeat();
  return Buffer.concat(writer.take());
}

test('the undamaged conversation is understood', () => {
  assert.equal(receive([conversation()]), undefined);
});

test('any damaged byte ends the conversation with a declared error, or not at all', () => {
  const whole = conversation();
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, cut) => {
      const damaged = Buffer.from(whole);
      damaged[at] = byte;
      receive([damaged.subarray(0, cut), damaged.subarray(cut)]);
    }),
    { seed: 1, numRuns: 3000 },
  );
});

test('inserted and missing bytes end the conversation with a declared error, or not at all', () => {
  const whole = conversation();
  const inserted = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(12), inserted, (at, missing, bytes) => {
      receive([whole.subarray(0, at), Buffer.from(bytes), whole.subarray(at + missing)]);
    }),
    { seed: 2, numRuns: 2000 },
  );
});

test('random bytes end the conversation with a declared error, or not at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      receive([Buffer.from(bytes)]);
    }),
    { seed: 3, numRuns: 2000 },
  );
});

test('methods with random arguments are decoded or refused as they should be', () => {
  const names = fc.constantFrom(...GOLDEN.map(({ hex }) => bytesOf(hex).subarray(0, 4)));
  fc.assert(
    fc.property(names, fc.uint8Array({ maxLength: 60 }), (ids, bytes) => {
      try {
        decode(Buffer.concat([ids, bytes]));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }),
    { seed: 4, numRuns: 5000 },
  );
});

test('lengths that lie are refused at once, whatever they claim', () => {
  const lies: [string, RegExp][] = [
    ['003c0028 0000 ff 78', /basic\.publish: exchange: the frame ends/],
    ['000a0014 ffffffff 00', /connection\.secure: challenge/],
    ['0032000a 0000 00 00 7fffffff', /queue\.declare: arguments/],
    ['0032000a 0000 00 00 00000003 01 6b 53', /before its value/],
    ['000a000a 00 09 00000000 80000000', /connection\.start: mechanisms/],
  ];
  for (const [hex, about] of lies) assert.throws(() => decode(bytesOf(hex)), about, hex);
});
