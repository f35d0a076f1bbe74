/** The order in which the test clock does things: every deterministic test leans on it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from './manual-clock.ts';

describe('ManualClock', () => {
  it('fires timers by due time, then by order of making, each at its own time', () => {
    const clock = new ManualClock(1_000);
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ['b', 20],
      ['c', 20],
      ['a', 10],
      ['late', 31],
    ] as const) {
      clock.setTimer(delayMs, () => fired.push(`${name}@${clock.monotonicMs()}/${clock.nowMs()}`));
    }
    clock.advance(30);
    assert.deepEqual(fired, ['a@10/1010', 'b@20/1020', 'c@20/1020']);
    assert.equal(clock.timerCount, 1);
    assert.equal(clock.monotonicMs(), 30);
  });

  it('fires a timer that a timer sets within the same advance, and not a cancelled one', () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const cancelled = clock.setTimer(15, () => fired.push(-1));
    clock.setTimer(10, () => {
      cancelled.cancel();
      clock.setTimer(5, () => fired.push(clock.monotonicMs()));
    });
    clock.advance(20);
    assert.deepEqual(fired, [15]);
  });

  it('runs deferred callbacks and promises only when settled, without moving time', async () => {
    const clock = new ManualClock();
    const trace: string[] = [];
    clock.defer(() => {
      trace.push('first');
      void Promise.resolve().then(() => clock.defer(() => trace.push('second')));
    });
    clock.advance(5);
    assert.deepEqual(trace, []);
    await clock.settle();
    assert.deepEqual(trace, ['first', 'second']);
    assert.equal(clock.monotonicMs(), 5);
  });

  it('settles between the timers that elapse fires', async () => {
    const clock = new ManualClock();
    const trace: string[] = [];
    clock.setTimer(10, () => void Promise.resolve().then(() => trace.push('after first')));
    clock.setTimer(20, () => trace.push('second'));
    await clock.elapse(20);
    assert.deepEqual(trace, ['after first', 'second']);
  });

  it('jumps the wall clock and leaves durations alone', () => {
    const clock = new ManualClock(1_000);
    clock.jumpWallClock(-500);
    assert.deepEqual([clock.nowMs(), clock.monotonicMs()], [500, 0]);
  });
});
