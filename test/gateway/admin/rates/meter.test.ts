import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Meter } from '../../../../src/gateway/admin/rates/meter.ts';
import { Samples } from '../../../../src/gateway/admin/rates/samples.ts';
import { Ticks } from '../../../../src/gateway/admin/rates/ticks.ts';

const STEP_MS = 1000;
const START_MS = 1_700_000_000_000;

class World {
  readonly ticks: Ticks;
  readonly meter: Meter<string, 'sent' | 'waiting'>;
  nowMs = START_MS;

  constructor(size: number) {
    this.ticks = new Ticks(size);
    this.meter = new Meter(this.ticks, ['sent', 'waiting']);
  }

  tick(objects: Readonly<Record<string, readonly [sent: number, waiting: number]>>): void {
    this.nowMs += STEP_MS;
    this.ticks.add(this.nowMs - START_MS, this.nowMs);
    for (const [key, [sent, waiting]] of Object.entries(objects)) this.meter.add(key, { sent, waiting });
    this.meter.forgetOthers();
  }

  rate(key: string, name: 'sent' | 'waiting' = 'sent'): number {
    return this.meter.details(key, name).rate;
  }
}

describe('a meter', () => {
  it('knows no rate before there are two samples', () => {
    const world = new World(4);
    assert.equal(world.rate('a'), 0);
    world.tick({ a: [100, 5] });
    assert.equal(world.rate('a'), 0);
    world.tick({ a: [130, 4] });
    assert.deepEqual([world.rate('a'), world.rate('a', 'waiting')], [30, -1]);
  });

  it('counts an object that is new from nothing', () => {
    const world = new World(4);
    world.tick({});
    world.tick({ a: [7, 0] });
    assert.equal(world.rate('a'), 7);
  });

  it('remembers what was long unchanged, and measures from it', () => {
    const world = new World(3);
    world.tick({ a: [100, 0] });
    for (let i = 0; i < 10; i++) world.tick({ a: [100, 0] });
    assert.equal(world.rate('a'), 0);
    world.tick({ a: [105, 0] });
    assert.equal(world.rate('a'), 5);
    world.tick({ a: [105, 0] });
    assert.equal(world.rate('a'), 0);
  });

  it('keeps nothing of objects at which nothing ever happened, nor of those that are gone', () => {
    const world = new World(3);
    world.tick({ idle: [0, 0], busy: [1, 0], gone: [1, 0] });
    assert.equal(world.meter.size, 2);
    world.tick({ idle: [0, 0], busy: [2, 0] });
    assert.equal(world.meter.size, 1);
    assert.equal(world.rate('gone'), 0);
  });

  it('is right at any time for any history', () => {
    const world = new World(5);
    const history: number[] = [];
    let sent = 0;
    for (let i = 0; i < 60; i++) {
      // Busy for a while, still for longer than is remembered, and so on.
      if (Math.floor(i / 9) % 2 === 0) sent += i % 4;
      history.push(sent);
      world.tick({ a: [sent, i % 3] });
      assert.equal(world.rate('a'), i === 0 ? 0 : sent - (history[i - 1] ?? 0), `at tick ${i}`);
      const { samples = [] } = world.meter.details('a', 'sent', { ageMs: 60_000, stepMs: STEP_MS, nowMs: world.nowMs });
      assert.deepEqual(
        samples.map(({ sample }) => sample),
        history.slice(-5).reverse(),
        `at tick ${i}`,
      );
    }
  });

  it('gives samples at multiples of the step, none from before it began', () => {
    const world = new World(8);
    for (let i = 1; i <= 8; i++) world.tick({ a: [i * 10, 0] });
    const details = world.meter.details('a', 'sent', { ageMs: 100_000, stepMs: 3000, nowMs: world.nowMs });
    assert.ok(details.samples?.every(({ timestamp }) => timestamp % 3000 === 0));
    assert.ok((details.samples?.length ?? 0) <= 3);
  });
});

describe('samples', () => {
  it('of an object that stands still take no more room than one', () => {
    const ticks = new Ticks(4);
    const samples = new Samples(1);
    const values = Float64Array.of(5);
    for (let i = 0; i < 20; i++) samples.add(ticks.add(i * 1000, i), values, ticks);
    for (let tick = ticks.oldest; tick <= ticks.latest; tick++) assert.equal(samples.at(tick, 0, ticks), 5);
  });
});
