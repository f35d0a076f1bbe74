/** FIFO queues: order within groups, one receiver of a group at a time, deduplication, attempts, and what of it survives a crash. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HELD_MS_MAX, type Received } from '../../src/queue/polling.ts';
import { Poller } from './poller.ts';
import { QUEUES, QueueWorld } from './world.ts';

const QUEUE = 2048;

async function fifo(settings = {}): Promise<{ world: QueueWorld; poller: Poller }> {
  const world = await new QueueWorld().start();
  return { world, poller: new Poller(world, world.declare(QUEUE, { fifo: 'queue', ...settings })) };
}

function sendAll(poller: Poller, ...messages: string[]): void {
  // 'a1' is a message of group a.
  for (const text of messages) poller.send(text, { group: text.slice(0, 1) });
}

function lastTwo({ received }: Poller): Received[] {
  return received.slice(-2).map((one) => one.received);
}

describe('message groups', () => {
  it('are handed out in order, several messages of several groups at once', async () => {
    const { poller } = await fifo();
    sendAll(poller, 'a1', 'b1', 'a2', 'c1');
    assert.deepEqual(await poller.receive({ max: 3 }), ['a1', 'b1', 'a2']);
    assert.deepEqual(await poller.receive({ max: 3 }), ['c1']);
  });

  it('are locked while one of their messages is in flight', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'a2', 'b1');
    assert.deepEqual(await poller.receive({ visibilityMs: 1000 }), ['a1']);
    sendAll(poller, 'a3');
    assert.deepEqual(await poller.receive({ max: 10 }), ['b1']);
    assert.deepEqual(await poller.receive({ max: 10 }), []);
    await poller.remove('a1');
    assert.deepEqual(await poller.receive({ max: 10, visibilityMs: 1000 }), ['a2', 'a3']);
    await poller.remove('a2');
    assert.deepEqual(await poller.receive(), [], 'part of a batch does not unlock it');
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive(), ['a3']);
  });

  it('come back in order', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'a2', 'a3');
    await poller.receive({ max: 2, visibilityMs: 1000 });
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive({ max: 3 }), ['a1', 'a2', 'a3']);
    assert.deepEqual(
      poller.received.slice(2).map(({ received }) => received.receives),
      [2, 2, 1],
    );
  });

  it('hide what is behind a message whose visibility is extended, and not what is before it', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'a2', 'a3', 'a4');
    await poller.receive({ max: 3, visibilityMs: 1000 });
    poller.changeVisibility('a2', 5000);
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive({ max: 10, visibilityMs: 60_000 }), ['a1']);
    await poller.remove('a1');
    assert.deepEqual(await poller.receive({ max: 10 }), []);
    await world.scheduler.advance(4000);
    assert.deepEqual(await poller.receive({ max: 10 }), ['a2', 'a3', 'a4']);
  });

  it('refuse handles that are out of date', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1');
    await poller.receive({ visibilityMs: 1000 });
    await world.scheduler.advance(1000);
    assert.equal(await poller.remove('a1'), 'expired');
    assert.equal(poller.changeVisibility('a1', 1000), 'expired');
    await poller.receive();
    assert.equal(await poller.remove('a1'), 'removed');
    assert.equal(await poller.remove('a1'), 'gone');
  });

  it('are found behind many messages of one that is locked, but not behind more than are looked at', async () => {
    const { world, poller } = await fifo();
    for (let i = 0; i < QUEUES.lookAheadMax - 1; i += 1) poller.send(`a${i}`, { group: 'a' });
    sendAll(poller, 'b1', 'c1');
    assert.deepEqual(await poller.receive(), ['a0']);
    assert.deepEqual(await poller.receive(), ['b1']);
    assert.deepEqual(await poller.receive(), [], 'c1 is too far away');
    await poller.remove('b1');
    assert.deepEqual(await poller.receive(), ['c1']);
    assert.equal(world.queues.pollCounts(poller.queue).ready, QUEUES.lookAheadMax - 2);
  });

  it('stay locked by what is delayed when what is ready is purged', async () => {
    const { world, poller } = await fifo();
    poller.send('a1', { group: 'a', delayMs: 1000 });
    sendAll(poller, 'b1');
    assert.equal(world.queues.purge(poller.queue), 1);
    sendAll(poller, 'a2', 'b2');
    assert.deepEqual(await poller.receive({ max: 10 }), ['b2']);
    await world.scheduler.advance(1000);
    assert.deepEqual(await poller.receive({ max: 10 }), ['a1', 'a2']);
  });

  it('hold for consumers as well', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'a2', 'b1');
    const one = world.consume(poller.queue, { prefetch: 1 });
    const other = world.consume(poller.queue, { prefetch: 2 });
    assert.deepEqual([one.texts, other.texts], [['a1'], ['b1']]);
    assert.equal(await world.get(poller.queue), undefined);
    one.settle('requeued', 'a1');
    assert.deepEqual(one.texts.concat(other.texts).sort(), ['a1', 'a1', 'b1']);
  });

  it('keep order, locks and receive counts after a crash', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'a2', 'a3', 'b1');
    await poller.receive({ max: 2, visibilityMs: 9000 });
    await poller.remove('a1');
    await world.scheduler.settle();
    await world.crash();
    assert.deepEqual(await poller.receiveAll(1000), ['b1'], 'a2 is in flight still');
    await world.scheduler.settle();
    await world.crash();
    await world.scheduler.advance(9000);
    const texts = await poller.receiveAll();
    assert.deepEqual(
      texts.filter((text) => text !== 'b1'),
      ['a2', 'a3'],
    );
    const counts = new Map(poller.received.map(({ text, received }) => [text, received.receives]));
    assert.deepEqual([counts.get('a2'), counts.get('a3'), counts.get('b1')], [2, 1, 2]);
  });
});

describe('deduplication', () => {
  it('takes what is sent again within five minutes for the first one', async () => {
    const { world, poller } = await fifo();
    const first = poller.send('a', { deduplicationKey: 'k' });
    assert.deepEqual(poller.send('b', { deduplicationKey: 'k' }), first);
    await poller.receive();
    await poller.remove('a');
    assert.deepEqual(poller.send('c', { deduplicationKey: 'k' }), first, 'although it was deleted');
    await world.scheduler.advance(300_000);
    const next = poller.send('d', { deduplicationKey: 'k' });
    assert.ok(next.sequence > first.sequence);
    assert.deepEqual(await poller.receive(), ['d']);
  });

  it('survives a crash and a restart', async () => {
    const { world, poller } = await fifo();
    const first = poller.send('a', { deduplicationKey: 'k' });
    await world.scheduler.settle();
    await world.crash();
    assert.deepEqual(poller.send('b', { deduplicationKey: 'k' }), first);
    await world.restart();
    assert.deepEqual(poller.send('b', { deduplicationKey: 'k' }), first);
    assert.deepEqual(await poller.receiveAll(), ['a']);
  });

  it('ends after five minutes, also if a crash was in between', async () => {
    const { world, poller } = await fifo();
    poller.send('a', { deduplicationKey: 'k' });
    await world.scheduler.advance(1000);
    poller.send('b', { deduplicationKey: 'l' });
    await world.scheduler.advance(299_000);
    poller.send('c', { deduplicationKey: 'k' });
    await world.scheduler.settle();
    await world.crash();
    await world.scheduler.advance(1000);
    poller.send('d', { deduplicationKey: 'l' });
    assert.equal(world.queues.pollCounts(poller.queue).ready, 4);
  });

  it('is forgotten when everything is purged', async () => {
    const { world, poller } = await fifo();
    poller.send('a', { deduplicationKey: 'k' });
    world.queues.purgeAll(poller.queue);
    poller.send('b', { deduplicationKey: 'k' });
    await world.scheduler.settle();
    await world.crash();
    assert.deepEqual(await poller.receiveAll(), ['b']);
  });

  it('refuses more than it can remember', async () => {
    const world = await new QueueWorld(1, { ...QUEUES, deduplicationMax: 2 }).start();
    const poller = new Poller(world, world.declare(QUEUE, { fifo: 'queue' }));
    poller.send('a', { deduplicationKey: '1' });
    poller.send('b', { deduplicationKey: '2' });
    assert.throws(() => poller.send('c', { deduplicationKey: '3' }), { kind: 'limit_exceeded' });
    await world.scheduler.advance(300_000);
    poller.send('c', { deduplicationKey: '3' });
  });
});

describe('what is given back because nobody learnt of it', () => {
  const wanted = { max: 2, visibilityMs: 30_000, waitMs: 0 };

  it('is as it was before, and its group is free', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'b1', 'a2');
    await poller.receive({ max: 2 });
    world.queues.giveBack(poller.queue, lastTwo(poller), wanted);
    await world.scheduler.settle();
    await world.crash();
    assert.deepEqual(await poller.receive({ max: 10 }), ['a1', 'b1', 'a2']);
    assert.deepEqual(
      poller.received.map(({ received }) => received.receives),
      [1, 1, 1, 1, 1],
    );
  });

  it('keeps what happened to it before', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1');
    await poller.receive({ visibilityMs: 1000 });
    const { firstReceivedAtMs } = poller.last;
    await world.scheduler.advance(1000);
    await poller.receive();
    world.queues.giveBack(poller.queue, [poller.last], wanted);
    await world.scheduler.settle();
    await world.crash();
    await poller.receive();
    assert.deepEqual([poller.last.receives, poller.last.firstReceivedAtMs], [2, firstReceivedAtMs]);
  });

  it('is left to whoever has received it since', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'b1');
    await poller.receive({ max: 2, attemptId: 'x' });
    const first = lastTwo(poller);
    await poller.receive({ max: 2, attemptId: 'x' });
    const again = lastTwo(poller);
    for (const one of [first, again]) world.queues.giveBack(poller.queue, one, { ...wanted, attemptId: 'x' });
    assert.deepEqual(await poller.receive({ max: 2 }), [], 'either of the two may have been told');
    await world.scheduler.advance(30_000);
    await poller.receive({ max: 2, attemptId: 'y' });
    world.queues.giveBack(poller.queue, lastTwo(poller), { ...wanted, attemptId: 'y' });
    assert.deepEqual(await poller.receive({ max: 2 }), ['a1', 'b1']);
    assert.deepEqual(await poller.receive({ max: 2, attemptId: 'y' }), [], 'what somebody else has is not for y');
    await poller.remove('a1');
    world.queues.giveBack(poller.queue, lastTwo(poller).slice(0, 1), wanted);
    assert.equal(poller.changeVisibility('a1', 0), 'gone');
  });
});

describe('a receive that is tried again', () => {
  it('gets the same messages, for as long as if they had been received now', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'b1', 'a2');
    const first = await poller.receive({ max: 2, visibilityMs: 1000, attemptId: 'x' });
    await world.scheduler.advance(900);
    assert.deepEqual(await poller.receive({ max: 2, visibilityMs: 1000, attemptId: 'x' }), first);
    assert.equal(poller.last.receives, 1);
    await world.scheduler.advance(900);
    assert.deepEqual(await poller.receive({ max: 2 }), []);
    assert.equal(await poller.remove('a1'), 'removed');
  });

  it('begins the twelve hours anew, and a crash does not', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1');
    await poller.receive({ attemptId: 'x' });
    await world.scheduler.advance(20_000);
    assert.equal(poller.changeVisibility('a1', HELD_MS_MAX), 'too_long');
    await poller.receive({ attemptId: 'x' });
    await world.scheduler.settle();
    await world.crash();
    await world.scheduler.advance(10_000);
    assert.equal(poller.changeVisibility('a1', HELD_MS_MAX - 9000), 'too_long');
    assert.equal(poller.changeVisibility('a1', HELD_MS_MAX - 11_000), 'changed');
  });

  it('is served while others wait', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1');
    await poller.receive({ attemptId: 'x' });
    const waiting = new Poller(world, poller.queue).receive({ waitMs: 1000 });
    assert.deepEqual(await poller.receive({ attemptId: 'x' }), ['a1']);
    await world.scheduler.advance(1000);
    assert.deepEqual(await waiting, []);
  });

  it('is a receive like any other once something happened to them', async () => {
    const { world, poller } = await fifo();
    sendAll(poller, 'a1', 'b1', 'c1');
    await poller.receive({ max: 2, attemptId: 'x' });
    await poller.remove('a1');
    assert.deepEqual(await poller.receive({ max: 2, visibilityMs: 1000, attemptId: 'x' }), ['c1']);
    await world.scheduler.advance(300_000);
    assert.deepEqual(await poller.receive({ attemptId: 'x' }), ['b1'], 'five minutes are over');
  });
});
