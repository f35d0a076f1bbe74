/** Queues that are encrypted at rest: what is on the medium, what comes back, and what another key does. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { QUEUES, QueueWorld } from './world.ts';

const QUEUE = 2048;
const TEXT = 'nobody is to read this on the disk';

async function stored(world: QueueWorld): Promise<string> {
  await world.scheduler.settle();
  const names = await world.scheduler.until(world.medium.list());
  return Buffer.concat(names.map((name) => world.medium.contents(name))).toString('latin1');
}

it('what an encrypted queue has is on the disk, but not to be read there', async () => {
  for (const encrypted of [false, true]) {
    const world = await new QueueWorld().start();
    const queue = world.declare(QUEUE, { encrypted });
    world.publish(queue, TEXT, { routingKey: 'a secret key' });
    const bytes = await stored(world);
    assert.equal(bytes.includes(TEXT), !encrypted);
    assert.equal(bytes.includes('a secret key'), !encrypted);
  }
});

it('it comes back after a crash', async () => {
  const world = await new QueueWorld().start();
  const queue = world.declare(QUEUE, { encrypted: true });
  for (let i = 0; i < 100; i += 1) world.publish(queue, `${TEXT} ${i}`);
  await world.scheduler.settle();
  await world.crash();
  assert.deepEqual(
    await world.drain(queue),
    [...Array(100).keys()].map((i) => `${TEXT} ${i}`),
  );
});

it('it can not be read under another key, is not lost, and harms no other queue', async () => {
  const world = await new QueueWorld().start();
  const queue = world.declare(QUEUE, { encrypted: true });
  const open = world.declare(QUEUE + 256);
  world.publish(queue, TEXT);
  world.publish(open, 'open');
  await world.scheduler.settle();
  const { encryptionKey } = world;
  world.encryptionKey = Buffer.alloc(32, 8);
  await world.crash();
  assert.equal(await world.get(queue), undefined);
  assert.equal(world.queues.counts(queue).ready, 1);
  assert.equal(await world.get(open), 'open');
  assert.equal(await world.get(queue), undefined, 'nor when it is tried again');
  world.encryptionKey = encryptionKey;
  await world.crash();
  assert.equal(await world.get(queue), TEXT);
});

it('what was received and can not be read after a restart is not lost either', async () => {
  const world = await new QueueWorld().start();
  const queue = world.declare(QUEUE, { encrypted: true });
  world.publish(queue, TEXT);
  world.publish(queue, 'more');
  const consumer = world.consume(queue, { prefetch: 2 });
  await world.scheduler.settle();
  consumer.settle('accepted', 'more');
  await world.scheduler.advance(QUEUES.settleDelayMs);
  await world.scheduler.settle();
  const { encryptionKey } = world;
  world.encryptionKey = Buffer.alloc(32, 8);
  await world.crash();
  for (let i = 0; i < 3; i += 1) assert.equal(await world.get(queue), undefined);
  world.encryptionKey = encryptionKey;
  await world.crash();
  assert.deepEqual(await world.drain(queue), [TEXT]);
});
