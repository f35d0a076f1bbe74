/** A deadline is missed once, exactly when it should be, however often it was moved. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadline } from '../../../src/coordinator/group/deadline.ts';
import { ManualClock } from './manual-clock.ts';

function deadline() {
  const clock = new ManualClock();
  const missed: number[] = [];
  return { clock, missed, deadline: new Deadline(clock, () => missed.push(clock.monotonicMs())) };
}

test('moving it back holds, and arms no second timer', () => {
  const d = deadline();
  d.deadline.set(100);
  d.clock.advance(60);
  d.deadline.set(100);
  assert.equal(d.clock.timerCount, 1);
  d.clock.advance(99);
  assert.deepEqual(d.missed, []);
  d.clock.advance(1_000);
  assert.deepEqual(d.missed, [160]);
});

test('moving it forward holds', () => {
  const d = deadline();
  d.deadline.set(1_000);
  d.deadline.set(10);
  d.clock.advance(2_000);
  assert.deepEqual(d.missed, [10]);
});

test('a cancelled one is not missed, and may be set again', () => {
  const d = deadline();
  d.deadline.set(10);
  d.deadline.cancel();
  d.clock.advance(100);
  assert.deepEqual([d.missed, d.clock.timerCount], [[], 0]);
  d.deadline.set(10);
  d.clock.advance(10);
  assert.deepEqual(d.missed, [110]);
});
