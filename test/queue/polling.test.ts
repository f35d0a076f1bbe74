/** What those get who poll: visibility, delays, removal, redrive, waiting, and what of it survives a crash. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogId } from '../../src/base/brand.ts';
import type { MessageId } from '../../src/queue/message-id.ts';
import { HELD_MS_MAX } from '../../src/queue/polling.ts';
import { Poller } from './poller.ts';
import { QUEUES, QueueWorld } from './world.ts';

const QUEUE = 2048;

async function polled(settings = {}): Promise<{ world: QueueWorld; queue: LogId; poller: Poller }> {
  const world = await new QueueWorld().start();
  const queue = world.declare(QUEUE, settings);
  return { world, queue, poller: new Poller(world, queue) };
}

describe('a received message', () => {
  it('is not received again before its visibility timeout ends, and then once more', async () => {
    const { world, poller } = await polled();
    poller.send('a');
    assert.deepEqual(await poller.receive({ visibilityMs: 1000 }), ['a']);
    assert.deepEqual(await poller.receive(), []);
    await world.scheduler.advance(999);
    assert.deepEqual(await poller.receive(), []);
    await world.scheduler.advance(1);
    assert.deepEqual(await poller.receive(), ['a']);
    assert.equal(poller.last.receives, 2);
  });

  it('can be had again at once without a visibility timeout', async () => {
    const { world, queue, poller } = await polled();
    poller.send('a');
    const answers: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      world.queues.receive(queue, { max: 1, visibilityMs: 0, waitMs: 0 }, (answer) => answers.push(answer.length));
    }
    assert.deepEqual(answers, [1, 1, 1]);
  });

  it('comes back to its old place', async () => {
    const { world, poller } = await polled();
    for (const text of ['a', 'b', 'c']) poller.send(text);
    assert.deepEqual(await poller.receive({ visibilityMs: 1000, max: 2 }), ['a', 'b']);
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive({ max: 10 }), ['a', 'b', 'c']);
  });

  it('keeps the time at which it was received first', async () => {
    const { world, poller } = await polled();
    poller.send('a');
    await poller.receive({ visibilityMs: 1000 });
    const first = poller.last.firstReceivedAtMs;
    await world.scheduler.advance(5000);
    await poller.receive();
    assert.equal(poller.last.firstReceivedAtMs, first);
  });

  it('stays away longer or shorter when its visibility is changed', async () => {
    const { world, poller } = await polled();
    poller.send('a');
    await poller.receive({ visibilityMs: 1000 });
    assert.equal(poller.changeVisibility('a', 5000), 'changed');
    await world.scheduler.advance(4999);
    assert.deepEqual(await poller.receive(), []);
    assert.equal(poller.changeVisibility('a', 0), 'changed');
    assert.deepEqual(await poller.receive(), ['a']);
  });

  it('stays with one receiver for twelve hours in all, counted from the receive', async () => {
    const { world, poller } = await polled();
    const hour = HELD_MS_MAX / 12;
    poller.send('a');
    await poller.receive({ visibilityMs: 2 * hour });
    await world.scheduler.advance(hour);
    assert.equal(poller.changeVisibility('a', 11 * hour + 1), 'too_long');
    assert.equal(poller.changeVisibility('a', 11 * hour), 'changed');
    await world.scheduler.advance(11 * hour - 1);
    assert.equal(poller.changeVisibility('a', 2), 'too_long');
    assert.equal(poller.changeVisibility('a', 1), 'changed');
    await world.scheduler.advance(1);
    assert.deepEqual(await poller.receive(), ['a'], 'what was refused has changed nothing');
    assert.equal(poller.changeVisibility('a', HELD_MS_MAX), 'changed', 'the next receive counts anew');
  });

  it('does not change its visibility for an earlier receiver', async () => {
    const { world, poller } = await polled();
    poller.send('a');
    await poller.receive({ visibilityMs: 1000 });
    const early = poller.last;
    await world.scheduler.advance(1000);
    assert.equal(world.queues.changeVisibility(poller.queue, early.id, early.receives, 9000), 'expired');
    await poller.receive({ visibilityMs: 1000 });
    assert.equal(world.queues.changeVisibility(poller.queue, early.id, early.receives, 9000), 'expired');
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive(), ['a']);
  });

  it('is gone for good when it is removed, by whatever handle', async () => {
    const { world, poller } = await polled();
    for (const text of ['a', 'b', 'c']) poller.send(text);
    await poller.receive({ visibilityMs: 1000, max: 3 });
    assert.equal(await poller.remove('a'), 'removed');
    assert.equal(await poller.remove('a'), 'gone');
    await world.scheduler.advance(1000);
    assert.equal(await poller.remove('b'), 'removed', 'although it is ready again');
    await poller.receive({ visibilityMs: 1000 });
    assert.deepEqual(poller.texts, ['c']);
    assert.deepEqual(world.queues.pollCounts(poller.queue), { ready: 0, inFlight: 1, delayed: 0 });
    assert.equal(poller.changeVisibility('a', 1), 'gone');
  });

  it('is one of so many at the most', async () => {
    const world = await new QueueWorld(1, { ...QUEUES, inFlightMax: 3 }).start();
    const poller = new Poller(world, world.declare(QUEUE));
    for (let i = 0; i < 5; i += 1) poller.send(`m${i}`);
    assert.deepEqual(await poller.receive({ max: 10, visibilityMs: 1000 }), ['m0', 'm1', 'm2']);
    assert.equal(await poller.receiveAnswer(), 'full');
    await poller.remove('m1');
    assert.deepEqual(await poller.receive({ max: 10 }), ['m3']);
  });

  it('is waited for by those who have time, while there are too many', async () => {
    const world = await new QueueWorld(1, { ...QUEUES, inFlightMax: 1 }).start();
    const poller = new Poller(world, world.declare(QUEUE));
    for (const text of ['a', 'b']) poller.send(text);
    await poller.receive();
    const waiting = poller.receive({ waitMs: 1000 });
    assert.equal(await poller.receiveAnswer(), 'full');
    await poller.remove('a');
    assert.deepEqual(await waiting, ['b']);
    const inVain = poller.receive({ waitMs: 1000 });
    await world.scheduler.advance(1000);
    assert.deepEqual(await inVain, []);
  });

  it('comes with as many others as an answer can hold', async () => {
    const { poller } = await polled();
    for (const mark of ['a', 'b', 'c']) poller.send(mark.repeat(5 * 1_048_576));
    assert.equal((await poller.receive({ max: 10 })).length, 2);
    assert.equal((await poller.receive({ max: 10 })).length, 1);
  });

  it('goes to consumers too when it comes back', async () => {
    const { world, queue, poller } = await polled();
    poller.send('a');
    await poller.receive({ visibilityMs: 1000 });
    const consumer = world.consume(queue, { prefetch: 1 });
    assert.deepEqual(consumer.texts, []);
    await world.scheduler.advance(1000);
    assert.deepEqual(consumer.texts, ['a']);
    assert.equal(consumer.delivered[0]?.deliveries, 1);
    consumer.settle('requeued', 'a');
    consumer.settle('accepted', 'a');
  });
});

describe('a receiver', () => {
  it('waits for the first message, and for no longer than it wants to', async () => {
    const { world, poller } = await polled();
    const waiting = poller.receive({ waitMs: 1000 });
    poller.send('a');
    assert.deepEqual(await waiting, ['a']);
    const inVain = poller.receive({ waitMs: 1000 });
    await world.scheduler.advance(1000);
    assert.deepEqual(await inVain, []);
  });

  it('is woken by the end of a delay and of a visibility timeout', async () => {
    const { world, poller } = await polled();
    poller.send('late', { delayMs: 500 });
    const first = poller.receive({ waitMs: 1000, visibilityMs: 700 });
    await world.scheduler.advance(500);
    assert.deepEqual(await first, ['late']);
    const second = poller.receive({ waitMs: 1000 });
    await world.scheduler.advance(700);
    assert.deepEqual(await second, ['late']);
  });

  it('is served in its turn, and not when it is gone', async () => {
    const { poller, world } = await polled();
    const answers: string[] = [];
    const wait = (name: string) =>
      world.queues.receive(poller.queue, { max: 1, visibilityMs: 1000, waitMs: 1000 }, (answer) => {
        answers.push(
          `${name} ${typeof answer === 'string' ? answer : answer.map(({ message }) => message.body).join()}`,
        );
      });
    wait('first');
    const gone = wait('gone');
    wait('second');
    gone?.cancel();
    poller.send('a');
    poller.send('b');
    assert.deepEqual(answers, ['first a', 'second b']);
  });

  it('learns that the queue is gone', async () => {
    const { world, queue, poller } = await polled();
    const waiting = poller.receiveAnswer({ waitMs: 1000 });
    world.delete(queue);
    assert.equal(await waiting, 'gone');
  });
});

describe('a delayed message', () => {
  it('can not be had before its time, and counts as delayed', async () => {
    const { world, queue, poller } = await polled();
    poller.send('late', { delayMs: 1000 });
    poller.send('now');
    assert.deepEqual(world.queues.pollCounts(queue), { ready: 1, inFlight: 0, delayed: 1 });
    assert.deepEqual(await poller.receive({ max: 10 }), ['now']);
    assert.equal(await world.get(queue), undefined);
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive(), ['late']);
    assert.equal(poller.last.receives, 1);
  });

  it('does not overtake what was sent before', async () => {
    const { world, poller } = await polled();
    poller.send('early');
    poller.send('late', { delayMs: 100 });
    await world.scheduler.advance(100);
    assert.deepEqual(await poller.receive({ max: 10 }), ['early', 'late']);
  });

  it('is not purged with what is ready, but with everything', async () => {
    const { world, queue, poller } = await polled();
    poller.send('late', { delayMs: 1000 });
    poller.send('now');
    assert.equal(world.queues.purge(queue), 1);
    assert.deepEqual(world.queues.pollCounts(queue), { ready: 0, inFlight: 0, delayed: 1 });
    poller.send('taken');
    await poller.receive({ visibilityMs: 10_000 });
    world.queues.purgeAll(queue);
    assert.deepEqual(world.queues.pollCounts(queue), { ready: 0, inFlight: 0, delayed: 0 });
    await world.scheduler.advance(20_000);
    assert.deepEqual(await poller.receive({ max: 10 }), []);
    await world.crash();
    assert.deepEqual(await poller.receive({ max: 10 }), []);
  });
});

describe('numbers of messages', () => {
  it('are not given out again after a crash, even if a message was removed before it was written', async () => {
    const { world, poller } = await polled();
    const first = poller.send('a');
    await poller.receive();
    assert.equal(await poller.remove('a'), 'removed');
    await world.scheduler.settle();
    await world.crash();
    assert.ok(poller.send('b').sequence > first.sequence);
    assert.equal(await poller.remove('a'), 'gone', 'and not b');
    assert.deepEqual(await poller.receive(), ['b']);
  });
});

describe('what was received too often', () => {
  it('moves to another queue instead of being received once more', async () => {
    const { world, poller } = await polled({ redriveQueue: 'dead', redriveReceives: 2 });
    const dead = new Poller(world, world.declare(4096));
    world.redriveTo = dead.queue;
    poller.send('bad');
    poller.send('good');
    for (let i = 0; i < 2; i += 1) {
      assert.deepEqual(await poller.receive({ visibilityMs: 1000 }), ['bad']);
      await world.scheduler.advance(1000);
    }
    assert.deepEqual(await poller.receive({ max: 10 }), ['good']);
    assert.deepEqual(await dead.receive(), ['bad']);
    assert.equal(dead.last.receives, 1);
  });

  it('keeps the time at which it came, but not in a FIFO queue', async () => {
    for (const fifo of [undefined, 'queue'] as const) {
      const { world, poller } = await polled({ redriveReceives: 1, fifo });
      const dead = new Poller(world, world.declare(4096, { fifo }));
      world.redriveTo = dead.queue;
      const sentAtMs = world.scheduler.nowMs();
      poller.send('a');
      await poller.receive({ visibilityMs: 1000 });
      await world.scheduler.advance(1000);
      assert.deepEqual(await poller.receive(), []);
      await dead.receive();
      assert.equal(dead.last.message.enqueuedAtMs, fifo === undefined ? sentAtMs : sentAtMs + 1000);
    }
  });

  it('stays where it is while the other queue is full', async () => {
    const { world, poller } = await polled({ redriveReceives: 1 });
    world.redriveTo = world.declare(4096, { maxLength: 0, overflow: 'reject-publish-dlx', deadLetterExchange: 'dlx' });
    poller.send('a');
    for (let i = 0; i < 2; i++) assert.deepEqual(await poller.receive({ visibilityMs: 0 }), ['a']);
    await world.scheduler.settle();
    assert.deepEqual(world.deadLetters, []);
  });

  it('stays where it is without such a queue', async () => {
    const { world, poller } = await polled({ redriveQueue: 'dead', redriveReceives: 1 });
    poller.send('bad');
    await poller.receive({ visibilityMs: 1000 });
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive(), ['bad']);
  });
});

describe('limits of the queue', () => {
  it('hold for what is sent as for what is published', async () => {
    const { world, queue, poller } = await polled({ messageTtlMs: 1000 });
    poller.send('a');
    await world.scheduler.advance(1000);
    assert.deepEqual(world.queues.pollCounts(queue), { ready: 0, inFlight: 0, delayed: 0 });
  });

  it('refuse what is sent to a full queue, and dead-letter it if they should', async () => {
    for (const overflow of ['reject-publish', 'reject-publish-dlx'] as const) {
      const { world, poller } = await polled({ maxLength: 1, overflow, deadLetterExchange: 'dlx' });
      poller.send('a');
      assert.throws(() => poller.send('b'), { kind: 'limit_exceeded' });
      await world.scheduler.settle();
      assert.deepEqual(
        world.deadLetters.map(({ text }) => text),
        overflow === 'reject-publish' ? [] : ['b'],
      );
      assert.deepEqual(await poller.receiveAll(), ['a']);
    }
  });

  it('answer a duplicate as if there were room for it', async () => {
    const settings = { maxLength: 1, overflow: 'reject-publish', fifo: 'queue' } as const;
    const { poller } = await polled(settings);
    const first = poller.send('a', { deduplicationKey: 'k' });
    assert.deepEqual(poller.send('a', { deduplicationKey: 'k' }), first);
  });
});

describe('retention', () => {
  it('ends the life of messages, also of those that were there when it was set', async () => {
    const { world, poller } = await polled({ retentionMs: 60_000 });
    poller.send('old');
    await world.scheduler.advance(30_000);
    poller.send('young');
    await world.scheduler.advance(30_000);
    assert.deepEqual(await poller.receive({ max: 10 }), ['young']);
  });
});

describe('after a crash', () => {
  it('what was removed stays so, whatever handle it was removed with', async () => {
    const { world, poller } = await polled();
    for (const text of ['a', 'b', 'c', 'd']) poller.send(text);
    await world.scheduler.settle();
    await poller.receive({ visibilityMs: 1000, max: 3 });
    await poller.remove('b');
    await world.scheduler.settle();
    await world.crash();
    assert.equal(await poller.remove('c'), 'removed', 'a handle of before the crash');
    await world.scheduler.settle();
    assert.deepEqual(await poller.receiveAll(1000), ['a', 'd']);
    await world.crash();
    assert.deepEqual(await poller.receiveAll(), ['a', 'd']);
  });

  it('changed visibility and delays hold on', async () => {
    const { world, poller, queue } = await polled();
    poller.send('extended');
    poller.send('late', { delayMs: 5000 });
    await poller.receive({ visibilityMs: 1000 });
    poller.changeVisibility('extended', 9000);
    await world.scheduler.settle();
    await world.crash();
    assert.deepEqual(world.queues.pollCounts(queue), { ready: 0, inFlight: 1, delayed: 1 });
    await world.scheduler.advance(5000);
    assert.deepEqual(await poller.receive({ max: 10, visibilityMs: 60_000 }), ['late']);
    await world.scheduler.advance(4000);
    assert.deepEqual(await poller.receive(), ['extended']);
    assert.equal(poller.last.receives, 2);
  });

  it('the twelve hours go on where the visibility was changed', async () => {
    const { world, poller } = await polled();
    poller.send('a');
    await poller.receive({ visibilityMs: 1000 });
    poller.changeVisibility('a', HELD_MS_MAX - 1);
    await world.scheduler.settle();
    await world.crash();
    await world.restart();
    await world.scheduler.advance(1000);
    assert.equal(poller.changeVisibility('a', HELD_MS_MAX), 'too_long');
    assert.equal(poller.changeVisibility('a', HELD_MS_MAX - 60_000), 'changed');
  });

  it('the same holds after a checkpoint', async () => {
    const { world, poller, queue } = await polled();
    for (let i = 0; i < 40; i += 1) poller.send(`m${i}`, { delayMs: i % 2 === 0 ? 9000 : 0 });
    await poller.receive({ max: 5, visibilityMs: 1000 });
    const removed = [...poller.texts];
    for (const text of removed) await poller.remove(text);
    await world.scheduler.settle();
    await world.restart();
    assert.deepEqual(world.queues.pollCounts(queue), { ready: 15, inFlight: 0, delayed: 20 });
    await world.scheduler.advance(10_000);
    const all = await poller.receiveAll();
    assert.deepEqual(
      all.sort(),
      [...Array(40).keys()]
        .map((i) => `m${i}`)
        .filter((text) => !removed.includes(text))
        .sort(),
    );
  });
});

describe('ids', () => {
  it('of nothing, or of what another queue has, are gone', async () => {
    const { world, queue } = await polled();
    for (const id of [0, 256, 1, 99_999_999]) {
      assert.equal(await world.queues.remove(queue, id as MessageId, 1), 'gone');
      assert.equal(world.queues.changeVisibility(queue, id as MessageId, 1, 1000), 'gone');
    }
  });
});
