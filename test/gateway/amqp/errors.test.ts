import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../../src/base/schema/errors.ts';
import { AmqpError, amqpErrorOf } from '../../../src/gateway/amqp/errors.ts';
import { FrameError, UnknownMethodError } from '../../../src/gateway/amqp/protocol/errors.ts';
import { closesConnection, ReplyCode, replyCodeName } from '../../../src/gateway/amqp/protocol/reply-codes.ts';

test('an error carries the code, its name in the text, and the method that failed', () => {
  const error = new AmqpError(ReplyCode.NOT_FOUND, "no queue 'q' in vhost '/'", 'queue.declare');
  assert.equal(error.replyText, "NOT_FOUND - no queue 'q' in vhost '/'");
  assert.deepEqual([error.code, error.classId, error.methodId, error.closesConnection], [404, 50, 10, false]);
  const closing = new AmqpError(ReplyCode.CONNECTION_FORCED, 'shutdown');
  assert.deepEqual([closing.classId, closing.methodId, closing.closesConnection], [0, 0, true]);
});

test('soft errors close the channel, hard errors the connection', () => {
  const soft = Object.values(ReplyCode).filter((code) => !closesConnection(code));
  assert.deepEqual(soft, [200, 311, 312, 313, 403, 404, 405, 406]);
});

test('every code has the name that the specification gives it', () => {
  assert.equal(replyCodeName(406), 'PRECONDITION_FAILED');
  for (const [name, code] of Object.entries(ReplyCode)) assert.equal(replyCodeName(code), name);
});

test('a text that no short string holds is cut, and no character of it in two', () => {
  const fits = new AmqpError(ReplyCode.NOT_FOUND, 'x'.repeat(255 - 12));
  assert.ok(fits.replyText.length === 255 && !fits.replyText.endsWith('...'));
  for (const text of ['x'.repeat(244), 'é'.repeat(200), `x${'é'.repeat(200)}`, '😀'.repeat(100)]) {
    const { replyText } = new AmqpError(ReplyCode.NOT_FOUND, text);
    assert.ok(Buffer.byteLength(replyText) <= 255 && Buffer.byteLength(replyText) > 250);
    assert.ok(replyText.endsWith('...') && !replyText.includes('\ufffd'));
    assert.ok(text.startsWith(replyText.slice('NOT_FOUND - '.length, -3)));
  }
});

test('what bytes of a client caused is answered with the code of its kind', () => {
  const answers = [new DecodeError('d'), new FrameError('f'), new UnknownMethodError(60, 130)].map((error) => {
    const answer = amqpErrorOf(error, 'basic.publish');
    assert.ok(answer?.closesConnection);
    return [answer.code, answer.replyText, answer.classId, answer.methodId];
  });
  assert.deepEqual(answers, [
    [501, 'FRAME_ERROR - d', 60, 40],
    [501, 'FRAME_ERROR - f', 0, 0],
    [540, 'NOT_IMPLEMENTED - there is no method 130 in a class 60', 60, 130],
  ]);
  const own = new AmqpError(ReplyCode.NOT_FOUND, 'n');
  assert.equal(amqpErrorOf(own), own);
  assert.equal(amqpErrorOf(new Error('a bug')), undefined);
});
