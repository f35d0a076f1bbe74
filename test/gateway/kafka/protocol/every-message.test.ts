import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../../../src/base/schema/errors.ts';
import { Writer } from '../../../../src/base/schema/writer.ts';
import { completed, type Draw, randomStruct, seededDraw } from '../../../base/schema/random-value.ts';
import { type AnyMessage, EVERY_MESSAGE, versionsOf } from './every-message.ts';

const writer = new Writer();

function encode(message: AnyMessage, value: unknown, version: number): Buffer {
  writer.begin();
  message.encode(writer, value, version);
  return Buffer.concat(writer.finish());
}

/** Runs `body` for every message and version, each with its own seed. */
function forEveryVersion(body: (message: AnyMessage, version: number, draw: Draw) => void): void {
  EVERY_MESSAGE.forEach(([name, message], index) => {
    for (const version of versionsOf(message)) {
      try {
        body(message, version, seededDraw(index * 100 + version));
      } catch (error) {
        throw new Error(`${name} version ${version}`, { cause: error });
      }
    }
  });
}

test('random values of every message and version survive encoding and decoding', () => {
  forEveryVersion((message, version, draw) => {
    for (let round = 0; round < 8; round++) {
      const value = randomStruct(message.fields, version, message.isFlexible(version), draw);
      const bytes = encode(message, value, version);
      const around = Buffer.concat([Buffer.from([0xff]), bytes, Buffer.from([0xff])]);
      const result = message.decode(around, 1, 1 + bytes.length, version);
      assert.deepEqual(result, completed(message.fields, value, version));
      assert.ok(encode(message, result, version).equals(bytes), 'the decoded value encodes to the same bytes');
    }
  });
});

test('every message and version cut at any byte is a DecodeError', () => {
  forEveryVersion((message, version, draw) => {
    const bytes = encode(message, randomStruct(message.fields, version, message.isFlexible(version), draw), version);
    const step = Math.max(1, Math.floor(bytes.length / 400));
    for (let end = 0; end < bytes.length; end += step) {
      // The rest of the message stays in the buffer: reading over the end would succeed and be noticed.
      assert.throws(
        () => message.decodePrefix(bytes, 0, end, version),
        DecodeError,
        `cut at ${end} of ${bytes.length}`,
      );
    }
  });
});

test('changed bytes give a value or a DecodeError, nothing else', () => {
  let refused = 0;
  forEveryVersion((message, version, draw) => {
    for (let round = 0; round < 20; round++) {
      const bytes = encode(message, randomStruct(message.fields, version, message.isFlexible(version), draw), version);
      for (let change = 0; change < 3; change++)
        bytes[draw(bytes.length)] = [0, 0x7f, 0x80, 0xff, draw(256)][draw(5)] ?? 0;
      try {
        message.decode(bytes, 0, bytes.length, version);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
        refused++;
      }
    }
  });
  assert.ok(refused > 1000, 'the changes hit lengths');
});

test('in flexible versions an unknown tagged field is skipped', () => {
  forEveryVersion((message, version, draw) => {
    if (!message.isFlexible(version)) return;
    const fields = message.fields.filter((field) => field.tag === undefined);
    const value = randomStruct(fields, version, true, draw);
    const bytes = encode(message, value, version);
    assert.equal(bytes.at(-1), 0, 'the outermost tagged section is empty and last');
    const unknown = Buffer.concat([bytes.subarray(0, -1), Buffer.from('01e80703aabbcc', 'hex')]);
    assert.deepEqual(message.decode(unknown, 0, unknown.length, version), completed(message.fields, value, version));
  });
});
