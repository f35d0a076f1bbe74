import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReceiptHandles } from '../../../src/gateway/sqs/receipt-handles.ts';
import { awsError } from './protocol/helpers.ts';

const handles = new ReceiptHandles(Buffer.from('secret'));
const RECEIPT = { queueId: 7, messageId: 123_456, receiveCount: 2 };
const below = (bits: number) => fc.maxSafeNat().map((value) => value % 2 ** bits);

test('a handle says which message was received and which time', () => {
  fc.assert(
    fc.property(below(48), below(48), below(32), (queueId, messageId, receiveCount) => {
      const handle = handles.encode({ queueId, messageId, receiveCount });
      assert.match(handle, /^[\w-]{32}$/);
      assert.deepEqual(handles.decode(handle), { queueId, messageId, receiveCount });
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('what was never a handle of this node is invalid', () => {
  const handle = handles.encode(RECEIPT);
  const garbage = [
    'garbage',
    'x'.repeat(32),
    '!'.repeat(32),
    handle.slice(1),
    `${handle}A`,
    handle.toLowerCase(),
    ` ${handle}`,
  ];
  const other = new ReceiptHandles(Buffer.from('another secret')).encode(RECEIPT);
  for (const text of [...garbage, other, 'y'.repeat(100_000)]) {
    assert.throws(
      () => handles.decode(text),
      awsError('ReceiptHandleIsInvalid', /^The input receipt handle ".*" is not a valid receipt handle\.$/),
    );
  }
  assert.throws(
    () => handles.decode(''),
    awsError('MissingRequiredParameterException', 'The request must contain the parameter ReceiptHandle.'),
  );
});

test('a handle with any changed character is invalid', () => {
  const handle = handles.encode(RECEIPT);
  for (let at = 0; at < handle.length; at++) {
    const changed = `${handle.slice(0, at)}${handle[at] === 'A' ? 'B' : 'A'}${handle.slice(at + 1)}`;
    assert.throws(() => handles.decode(changed), awsError('ReceiptHandleIsInvalid', /.*/));
  }
});

test('a node with the same secret knows the handle', () => {
  assert.deepEqual(new ReceiptHandles(Buffer.from('secret')).decode(handles.encode(RECEIPT)), RECEIPT);
});
