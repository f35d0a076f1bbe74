import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Position } from '../../../src/base/brand.ts';
import { DurableWait } from '../../../src/gateway/admin/durable-wait.ts';

class Watermark {
  appended = 0 as Position;
  durable = 0 as Position;
  readonly #listeners = new Set<() => void>();

  onDurable(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  move(to: number): void {
    this.durable = to as Position;
    for (const listener of this.#listeners) listener();
  }
}

describe('waiting for the disk', () => {
  it('ends for those whose change the watermark has passed, in their order', async () => {
    const mark = new Watermark();
    const wait = new DurableWait(mark);
    const left: number[] = [];
    assert.equal(wait.untilDurable(), undefined);
    for (const position of [10, 10, 20, 30]) {
      mark.appended = position as Position;
      void wait.untilDurable()?.then(() => left.push(position));
    }
    mark.move(9);
    await Promise.resolve();
    assert.deepEqual(left, []);
    mark.move(20);
    await Promise.resolve();
    assert.deepEqual(left, [10, 10, 20]);
    mark.move(99);
    await Promise.resolve();
    assert.deepEqual(left, [10, 10, 20, 30]);
  });

  it('ends with a refusal when nothing becomes durable any more', async () => {
    const mark = new Watermark();
    const wait = new DurableWait(mark);
    mark.appended = 10 as Position;
    const waiting = wait.untilDurable();
    wait.end();
    await assert.rejects(async () => waiting, /whether the change is kept is unknown/);
    assert.equal(mark.listeners, 0);
  });
});
