/** One life of the node's process: its clock stops, and nothing that it waits for happens, when it ends. */
import type { Clock, Timer } from '../../src/base/clock.ts';
import type { Scheduler } from '../support/scheduler.ts';

/** Of the disk's completions, how many come late, and by how much. */
const SLOW_PERCENT = 10;
const SLOW_MS_MAX = 30;

export class NodeLife implements Clock {
  alive = true;

  constructor(private readonly scheduler: Scheduler) {}

  nowMs(): number {
    return this.scheduler.nowMs();
  }

  monotonicMs(): number {
    return this.scheduler.monotonicMs();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.scheduler.setTimer(delayMs, () => {
      if (this.alive) callback();
    });
  }

  defer(callback: () => void): void {
    this.scheduler.defer(() => {
      if (this.alive) callback();
    });
  }

  /** The medium has done something. */
  complete(completion: () => void): void {
    const { random } = this.scheduler;
    if (random.chance(SLOW_PERCENT)) this.setTimer(1 + random.below(SLOW_MS_MAX), completion);
    else this.defer(completion);
  }
}
