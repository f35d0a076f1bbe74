/** The subscription parser reads hostile bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscribedTopicsOf } from '../../../src/coordinator/group/subscription.ts';
import { SeededRandom, subscription } from './harness.ts';

test('topics are read from any version, whatever follows them', () => {
  assert.deepEqual(subscribedTopicsOf(subscription('clicks', 'vües')), ['clicks', 'vües']);
  assert.deepEqual(subscribedTopicsOf(subscription()), []);
  const newer = subscription('clicks');
  newer.writeInt16BE(9, 0);
  assert.deepEqual(subscribedTopicsOf(Buffer.concat([newer, Buffer.from('more')])), ['clicks']);
});

test('bytes that are cut off anywhere inside of the topics are no subscription', () => {
  const whole = subscription('clicks', 'views').subarray(0, 2 + 4 + 2 + 6 + 2 + 5);
  assert.deepEqual(subscribedTopicsOf(whole), ['clicks', 'views']);
  for (let length = 0; length < whole.length; length++) {
    assert.equal(subscribedTopicsOf(whole.subarray(0, length)), undefined);
  }
});

test('lying counts and lengths are no subscription', () => {
  assert.equal(subscribedTopicsOf(Buffer.from([0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 1, 65])), undefined);
  assert.equal(subscribedTopicsOf(Buffer.from([0, 0, 0xff, 0xff, 0xff, 0xff])), undefined);
  assert.equal(subscribedTopicsOf(Buffer.from([0, 0, 0, 0, 0, 1, 0xff, 0xff])), undefined);
  assert.equal(subscribedTopicsOf(Buffer.from([0xff, 0xff, 0, 0, 0, 0])), undefined);
});

test('random bytes never throw', () => {
  const random = new SeededRandom(3);
  for (let i = 0; i < 2_000; i++) {
    const bytes = random.bytes(random.below(40));
    if (bytes.length > 3) bytes.fill(0, 2, Math.min(5, bytes.length));
    subscribedTopicsOf(bytes);
  }
});
