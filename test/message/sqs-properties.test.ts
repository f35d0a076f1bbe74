import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.ts';
import { encodeProperties } from '../../src/message/amqp-properties-codec.ts';
import type { FieldValue } from '../../src/message/field-table.ts';
import type { Message } from '../../src/message/message.ts';
import { messageGroupOf } from '../../src/message/message-group.ts';
import { decodeSqsProperties, encodeSqsProperties, type SqsProperties } from '../../src/message/sqs-properties.ts';
import { arbitrarySqsProperties } from './arbitrary-sqs.ts';

const SMALL: SqsProperties = {
  messageId: 'm',
  senderId: undefined,
  attributes: new Map([
    ['n', { DataType: 'Number', StringValue: '5' }],
    ['b', { DataType: 'Binary', BinaryValue: Buffer.of(0xff) }],
  ]),
  messageGroupId: 'g1',
  deduplicationId: undefined,
  traceHeader: 't',
  deadLetterSource: undefined,
  bodyMd5: '00112233445566778899aabbccddeeff',
};
const SMALL_HEX =
  '0200 6731  01 01000000 6d  04 01000000 74  07 10000000 00112233445566778899aabbccddeeff' +
  '  06 0e000000 0100 0600 0000 6e 4e756d626572 35  06 0e000000 0100 0600 0100 62 42696e617279 ff';

function message(origin: Message['origin'], properties: Buffer): Message {
  const body = Buffer.from('body');
  return { origin, exchange: '', routingKey: 'q', properties, body, persistent: true, priority: 0, ttlMs: undefined };
}

test('properties of SQS have golden bytes', () => {
  assert.equal(encodeSqsProperties(SMALL).toString('hex'), SMALL_HEX.replaceAll(' ', ''));
});

test('decoding gives back all properties that were encoded, attributes in their order', () => {
  fc.assert(
    fc.property(arbitrarySqsProperties, (properties) => {
      const back = decodeSqsProperties(encodeSqsProperties(properties));
      assert.deepEqual(back, properties);
      assert.deepEqual([...(back.attributes ?? [])], [...(properties.attributes ?? [])]);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('fields of later versions are passed over', () => {
  const later = Buffer.from('09 03000000 010203'.replaceAll(' ', ''), 'hex');
  assert.deepEqual(decodeSqsProperties(Buffer.concat([encodeSqsProperties(SMALL), later])), SMALL);
});

test('bytes that do not add up are taken for a bug', () => {
  const bytes = encodeSqsProperties(SMALL);
  for (let end = 0; end < bytes.length; end++) {
    const cut = bytes.subarray(0, end);
    try {
      const { messageId } = decodeSqsProperties(cut);
      assert.equal(messageId, 'm', `cut to ${end} bytes`);
    } catch (error) {
      assert.ok(error instanceof AssertionError || error instanceof RangeError, `cut to ${end} bytes`);
    }
  }
});

test('an attribute without a value, or an empty group, is a bug', () => {
  const without = new Map([['a', { DataType: 'String' }]]);
  assert.throws(() => encodeSqsProperties({ ...SMALL, attributes: without }), AssertionError);
  assert.throws(() => encodeSqsProperties({ ...SMALL, messageGroupId: '' }), AssertionError);
});

test('the group of a message is told by its properties of SQS, or by a header that is text', () => {
  const group = (value: FieldValue, name = 'MessageGroupId') =>
    messageGroupOf(message('amqp', encodeProperties({ headers: new Map([[name, value]]) })));
  assert.equal(messageGroupOf(message('sqs', encodeSqsProperties(SMALL))), 'g1');
  assert.equal(messageGroupOf(message('sqs', encodeSqsProperties({ ...SMALL, messageGroupId: undefined }))), '');
  assert.equal(group({ type: 'longstr', value: 'g/2' }), 'g/2');
  assert.equal(group({ type: 'longstr', value: 'Gruppe ä' }), '');
  assert.equal(group({ type: 'longstr', value: 'g'.repeat(129) }), '');
  assert.equal(group({ type: 'int32', value: 5 }), '');
  assert.equal(group({ type: 'longstr', value: 'x' }, 'XMessageGroupId'), '');
  assert.equal(group({ type: 'table', value: new Map([['MessageGroupId', { type: 'void' }]]) }, 'nested'), '');
  assert.equal(messageGroupOf(message('amqp', encodeProperties({ contentType: 'MessageGroupId' }))), '');
  assert.equal(messageGroupOf(message('amqp', Buffer.alloc(2))), '');
  assert.equal(messageGroupOf(message('kafka', Buffer.alloc(0))), '');
});
