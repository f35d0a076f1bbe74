/** The contract of `BackgroundTask`, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { BackgroundTask } from '../../src/base/background-task.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('BackgroundTask', () => {
  let clock: ManualClock;
  let trace: string[];
  /** Set by a test that wants ticks to stay in progress. */
  let release: (() => void)[];
  let blocking: boolean;
  let failure: Error | undefined;

  beforeEach(() => {
    clock = new ManualClock();
    trace = [];
    release = [];
    blocking = false;
    failure = undefined;
  });

  function newTask(intervalMs?: number): BackgroundTask {
    return new BackgroundTask({
      name: 'test',
      clock,
      ...(intervalMs === undefined ? {} : { intervalMs }),
      tick: async () => {
        trace.push(`begin ${clock.monotonicMs()}`);
        if (blocking) await new Promise<void>((resolve) => release.push(resolve));
        if (failure) throw failure;
        trace.push(`end ${clock.monotonicMs()}`);
      },
      onFatal: (error) => trace.push(`fatal ${error.message}`),
    });
  }

  it('ticks once per interval, not at the start', async () => {
    newTask(100).start();
    await clock.elapse(99);
    assert.deepEqual(trace, []);
    await clock.elapse(201);
    assert.deepEqual(trace, ['begin 100', 'end 100', 'begin 200', 'end 200', 'begin 300', 'end 300']);
  });

  it('counts the interval from the end of a slow tick and never runs two at once', async () => {
    blocking = true;
    newTask(100).start();
    await clock.elapse(350);
    assert.deepEqual(trace, ['begin 100']);
    release.pop()?.();
    await clock.elapse(99);
    assert.deepEqual(trace, ['begin 100', 'end 350']);
    await clock.elapse(1);
    assert.deepEqual(trace, ['begin 100', 'end 350', 'begin 450']);
  });

  it('runs when poked, after the caller has finished, and puts the interval off', async () => {
    const task = newTask(100);
    task.start();
    await clock.elapse(60);
    task.poke();
    assert.deepEqual(trace, []);
    await clock.elapse(60);
    assert.deepEqual(trace, ['begin 60', 'end 60']);
    await clock.elapse(40);
    assert.deepEqual(trace, ['begin 60', 'end 60', 'begin 160', 'end 160']);
  });

  it('answers any number of pokes during a tick with one more tick', async () => {
    blocking = true;
    const task = newTask();
    task.start();
    task.poke();
    await clock.settle();
    task.poke();
    task.poke();
    blocking = false;
    release.pop()?.();
    await task.drain();
    assert.deepEqual(trace, ['begin 0', 'end 0', 'begin 0', 'end 0']);
    assert.equal(clock.timerCount, 0);
  });

  it('remembers a poke from before the start', async () => {
    const task = newTask();
    task.poke();
    await clock.settle();
    assert.deepEqual(trace, []);
    task.start();
    await clock.settle();
    assert.deepEqual(trace, ['begin 0', 'end 0']);
  });

  it('stops only after the tick in progress, without the ticks poked meanwhile', async () => {
    blocking = true;
    const task = newTask(100);
    task.start();
    await clock.elapse(100);
    task.poke();
    const stopped = Promise.all([task.stop(), task.stop()]).then(() => trace.push('stopped'));
    await clock.settle();
    assert.deepEqual(trace, ['begin 100']);
    release.pop()?.();
    await stopped;
    task.poke();
    await clock.elapse(1000);
    assert.deepEqual(trace, ['begin 100', 'end 100', 'stopped']);
    assert.equal(clock.timerCount, 0);
  });

  it('does not begin a tick that was poked just before the stop', async () => {
    const task = newTask(100);
    task.start();
    task.poke();
    const stopped = task.stop();
    await clock.settle();
    await stopped;
    assert.deepEqual(trace, []);
  });

  it('reports a failing tick once and never ticks again', async () => {
    failure = new Error('disk on fire');
    const task = newTask(100);
    task.start();
    await clock.elapse(1000);
    task.poke();
    await clock.elapse(1000);
    await task.stop();
    assert.deepEqual(trace, ['begin 100', 'fatal disk on fire']);
  });

  it('reports a tick that throws without a promise, and one that fails while stopping', async () => {
    const told: string[] = [];
    const task = new BackgroundTask({
      name: 'test',
      clock,
      intervalMs: 10,
      tick: () => {
        throw new Error('at once');
      },
      onFatal: (error) => told.push(error.message),
    });
    task.start();
    await clock.elapse(50);
    assert.deepEqual(told, ['at once']);

    blocking = true;
    failure = new Error('late');
    const stopping = newTask(10);
    stopping.start();
    await clock.elapse(10);
    const stopped = stopping.stop();
    release.pop()?.();
    await stopped;
    assert.deepEqual(trace, ['begin 60', 'fatal late']);
  });

  it('refuses to start twice', () => {
    const task = newTask(100);
    task.start();
    assert.throws(() => task.start(), /background task test was started while waiting/);
  });
});
