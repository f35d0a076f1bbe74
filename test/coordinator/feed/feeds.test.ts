/** Feeds over one real partition: back-pressure, what is journalled and when, and reading that fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '../../../src/catalog/amqp/model.ts';
import type { Retry } from '../../../src/coordinator/feed/feed.ts';
import { Feeds } from '../../../src/coordinator/feed/feeds.ts';
import type { FeedRecord } from '../../../src/coordinator/feed/records.ts';
import type { FieldValue } from '../../../src/message/field-table.ts';
import type { Message } from '../../../src/message/message.ts';
import { UnpackedBatches } from '../../../src/stream/unpacked-batches.ts';
import { CompactionWorld } from '../../stream/compaction-harness.ts';

const TOPIC = { id: 'AAAAAAAAAAAAAAAAAAAAAQ', name: 'topic' };

function exchange(start: string): Exchange {
  const text = (value: string): FieldValue => ({ type: 'longstr', value });
  const args = new Map([
    ['x-source-topic', text(TOPIC.name)],
    ['x-source-offset', text(start)],
  ]);
  return { vhost: '/', name: 'x', type: 'fanout', arguments: args } as unknown as Exchange;
}

class World {
  readonly published: string[] = [];
  readonly journalled: FeedRecord[] = [];
  readonly errors: object[] = [];
  overloaded = false;
  hasSpace = true;
  #relieved: (() => void)[] = [];
  /** Called for each message; may answer how to go on. */
  publishing: (message: Message) => Retry | undefined = () => undefined;
  readonly feeds: Feeds;

  private constructor(readonly stream: CompactionWorld) {
    const world = this;
    this.feeds = new Feeds({
      clock: stream.scheduler,
      logger: { debug() {}, info() {}, warn() {}, error: (fields) => this.errors.push(fields) },
      unpacked: new UnpackedBatches(1024 * 1024),
      journal: {
        commit: (records) => {
          this.journalled.push(...records);
          for (const record of records) this.feeds.apply(record);
        },
      },
      pressure: {
        get overloaded() {
          return world.overloaded;
        },
        get hasSpace() {
          return world.hasSpace;
        },
        onRelieved: (listener) => this.#relieved.push(listener),
      },
      settings: { positionDelayMs: 100 },
      topic: (name) => (name === TOPIC.name ? { id: TOPIC.id, partitions: [stream.partition] } : undefined),
      target: () => ({
        publish: (message) => {
          const retry = this.publishing(message);
          if (retry === undefined) this.published.push(message.body.toString());
          return retry;
        },
      }),
    });
  }

  static async started(records: number): Promise<World> {
    const stream = await CompactionWorld.started(1);
    const world = new World(stream);
    for (let from = 0; from < records; from += 100) {
      const count = Math.min(100, records - from);
      await stream.produce(Array.from({ length: count }, (_, i) => `=${from + i}`));
    }
    return world;
  }

  begin(start: string): Promise<void> {
    this.feeds.recovered();
    this.feeds.onExchangeDeclared(exchange(start));
    return this.stream.scheduler.settle();
  }

  async relieve(): Promise<void> {
    this.overloaded = false;
    for (const listener of this.#relieved.splice(0)) listener();
    await this.stream.scheduler.settle();
  }

  get positions(): number[] {
    return this.journalled.flatMap(({ positions }) => positions.map(([, offset]) => offset));
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

test('a feed publishes nothing while more waits for the disk than may, and goes on after that', async () => {
  const world = await World.started(30);
  world.publishing = ({ body }) => {
    world.overloaded = Number(body) % 10 === 9;
    return undefined;
  };
  await world.begin('first');
  assert.deepEqual(world.published, numbers(10));
  world.feeds.tick();
  await world.stream.scheduler.settle();
  assert.deepEqual(world.published, numbers(10));
  await world.relieve();
  assert.deepEqual(world.published, numbers(20));
  await world.relieve();
  assert.deepEqual(world.published, numbers(30));
});

test('a feed publishes nothing while there is no room on the disk, and looks again', async () => {
  const world = await World.started(5);
  world.hasSpace = false;
  await world.begin('first');
  world.hasSpace = true;
  await world.stream.scheduler.settle();
  assert.deepEqual(world.published, []);
  world.feeds.tick();
  await world.stream.scheduler.settle();
  assert.deepEqual(world.published, numbers(5));
});

test('positions are journalled when nothing more comes, and behind every thousand records', async () => {
  const world = await World.started(2500);
  await world.begin('first');
  assert.equal(world.published.length, 2500);
  assert.deepEqual(world.positions, [1000, 2000]);
  await world.stream.scheduler.advance(100);
  assert.deepEqual(world.positions, [1000, 2000, 2500]);
  await world.stream.scheduler.advance(10_000);
  assert.equal(world.positions.length, 3);
});

test('a message that could not be published has no position, and those behind it wait', async () => {
  const world = await World.started(5);
  let hasRoom = false;
  world.publishing = ({ body }) => (String(body) === '2' && !hasRoom ? () => hasRoom : undefined);
  await world.begin('first');
  await world.stream.scheduler.advance(100);
  assert.deepEqual([world.published, world.positions], [numbers(2), [2]]);
  hasRoom = true;
  world.feeds.tick();
  await world.stream.scheduler.settle();
  await world.stream.scheduler.advance(100);
  assert.deepEqual(
    [world.published, world.positions],
    [
      ['0', '1', '3', '4'],
      [2, 5],
    ],
  );
});

test('a topic that can not be read is tried again from where the feed was', async () => {
  const world = await World.started(3);
  await world.begin('first');
  const { partition } = world.stream;
  const read = partition.read.bind(partition);
  partition.read = () => Promise.reject(new Error('the disk is gone'));
  await world.stream.produce(['=3']);
  assert.equal(world.errors.length, 1);
  partition.read = read;
  await world.stream.scheduler.settle();
  assert.deepEqual(world.published, numbers(3));
  world.feeds.tick();
  await world.stream.scheduler.settle();
  assert.deepEqual(world.published, numbers(4));
});

test('what the snapshot says is where a feed goes on after a restart', async () => {
  const world = await World.started(3);
  await world.begin('next');
  assert.deepEqual(world.positions, [3]);
  await world.stream.produce(['=3', '=4']);
  await world.stream.scheduler.advance(100);
  const snapshot = [...world.feeds.snapshot()];
  const restarted = await World.started(0);
  await restarted.stream.produce(numbers(7).map((value) => `=${value}`));
  restarted.feeds.onExchangeDeclared(exchange('next'));
  for (const record of snapshot) restarted.feeds.apply(record);
  restarted.feeds.recovered();
  await restarted.stream.scheduler.settle();
  assert.deepEqual(
    [world.published, restarted.published],
    [
      ['3', '4'],
      ['5', '6'],
    ],
  );
});

test('stopping journals what was published, and nothing is published any more', async () => {
  const world = await World.started(3);
  await world.begin('first');
  world.feeds.stop();
  assert.deepEqual(world.positions, [3]);
  await world.stream.produce(['=3']);
  assert.deepEqual(world.published, numbers(3));
});
