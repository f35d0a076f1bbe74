/** The expiration property: what is accepted, and RabbitMQ's words for what is not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseExpiration } from '../../../src/gateway/amqp/expiration.ts';

describe('the expiration of a message', () => {
  it('is a number of milliseconds', () => {
    assert.deepEqual(['0', '60000', '+5', '315360000000'].map(parseExpiration), [0, 60000, 5, 315360000000]);
  });

  for (const [expiration, why] of [
    ['abc', 'no_integer'],
    ['', 'no_integer'],
    [' 5', 'no_integer'],
    ['5s', '{leftover_string,"s"}'],
    ['1.5', '{leftover_string,".5"}'],
    ['-1', '{value_negative,-1}'],
    ['315360000001', '{value_too_large,315360000001}'],
  ] as const) {
    it(`is refused if it is ${JSON.stringify(expiration)}`, () => {
      assert.throws(() => parseExpiration(expiration), {
        replyText: `PRECONDITION_FAILED - invalid expiration '${expiration}': ${why}`,
      });
    });
  }
});
