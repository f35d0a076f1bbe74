import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { message, QueueWorld } from './world.ts';

const TARGET = { vhost: '/', exchange: 'delayed', routingKeys: ['key', 'cc'] };

describe('delayed messages', () => {
  it('go on when their time has come, those of the same time in the order in which they came', async () => {
    const world = await new QueueWorld().start();
    for (const [text, delayMs] of [
      ['c', 300],
      ['a', 100],
      ['b', 100],
    ] as const) {
      assert.ok(world.queues.delay(message(text), TARGET, delayMs));
    }
    await world.scheduler.advance(99);
    assert.deepEqual(world.delaysOver, []);
    await world.scheduler.advance(1);
    assert.deepEqual(world.delaysOver, [
      { text: 'a', target: TARGET, atMs: 100 },
      { text: 'b', target: TARGET, atMs: 100 },
    ]);
    await world.scheduler.advance(1000);
    assert.deepEqual(world.delaysOver.at(-1), { text: 'c', target: TARGET, atMs: 300 });
  });

  it('survive a crash, and are gone for good after they went on', async () => {
    const world = await new QueueWorld().start();
    for (let i = 0; i < 50; i += 1) world.queues.delay(message(`m${i}`.padEnd(200, '.')), TARGET, 1000 - i);
    world.queues.delay(message('soon'), TARGET, 10);
    await world.scheduler.advance(500);
    assert.equal(world.delaysOver.length, 1);
    await world.crash();
    await world.scheduler.advance(1000);
    assert.equal(world.delaysOver.length, 51);
    assert.deepEqual(world.delaysOver.map(({ text }) => text.slice(0, 3)).slice(1, 4), ['m49', 'm48', 'm47']);
    await world.scheduler.advance(200);
    await world.crash();
    await world.scheduler.advance(2000);
    assert.equal(world.delaysOver.length, 51);
  });

  it('are refused when too many wait', async () => {
    const world = await new QueueWorld().start();
    for (let i = 0; i < 100; i += 1) assert.ok(world.queues.delay(message('m'), TARGET, 1000));
    assert.ok(!world.queues.delay(message('m'), TARGET, 1000));
  });
});
