/**
 * Random histories of a stream: AMQP publishers, Kafka producers plain, compressed and transactional, consumers at their own places
 * with their own credit, deletions and crashes. In the end every consumer must have seen, in order and once, all that was committed
 * from where it began, and nothing else.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCodec } from '../../../src/record/compression.ts';
import { SeededRandom } from '../../support/scheduler.ts';
import type { AmqpClient } from './amqp-client.ts';
import { KafkaSide, type Transaction } from './kafka-side.ts';
import { AmqpWorld, declare, table, text } from './world.ts';

const SEEDS = Number(process.env.SEEDS ?? 25);
const STEPS = 60;
const MESSAGES_MAX = 12;
const STREAM = { arguments: table({ 'x-queue-type': text('stream') }) };
/** Small ones, so that most is read from segments. */
const FLAGS = {
  'tail-cache-bytes-max': '0',
  'read-cache-bytes-max': '1048576',
  'stream-unpacked-bytes-max': '1048576',
};

interface Seen {
  readonly offset: number;
  readonly value: string;
}

class Reader {
  readonly seen: Seen[] = [];
  #client: AmqpClient | undefined;
  #unacked: number[] = [];

  constructor(
    readonly start: 'first' | 'next' | number,
    private readonly prefetch: number,
  ) {}

  /** After a crash it goes on behind what it has seen. */
  async connect(world: AmqpWorld): Promise<void> {
    this.#client = await world.client();
    this.#unacked = [];
    const last = this.seen.at(-1);
    const from = last === undefined ? this.start : last.offset + 1;
    const offset = typeof from === 'number' ? ({ type: 'int64', value: BigInt(from) } as const) : text(from);
    await this.#client.call(1, 'basic.qos', { prefetchCount: this.prefetch });
    const consume = { queue: 's', arguments: table({ 'x-stream-offset': offset }) };
    assert.equal((await this.#client.call(1, 'basic.consume', consume)).method, 'basic.consume-ok');
  }

  async take(): Promise<void> {
    for (const each of (await this.#client?.take()) ?? []) {
      if (each.method !== 'basic.deliver') continue;
      const offset = each.properties?.headers?.get('x-stream-offset');
      assert.ok(offset?.type === 'int64');
      this.seen.push({ offset: Number(offset.value), value: each.body ?? '' });
      this.#unacked.push(each.deliveryTag);
      assert.ok(this.#unacked.length <= this.prefetch, 'no more than the credit');
    }
  }

  ack(random: SeededRandom, all: boolean): void {
    const count = all ? this.#unacked.length : random.below(this.#unacked.length + 1);
    const tags = this.#unacked.splice(0, count);
    if (random.chance(50)) for (const deliveryTag of tags) this.#client?.send(1, 'basic.ack', { deliveryTag });
    else if (tags.length > 0) this.#client?.send(1, 'basic.ack', { deliveryTag: tags.at(-1) ?? 0, multiple: true });
  }

  async drain(random: SeededRandom): Promise<void> {
    for (let before = -1; before < this.seen.length; ) {
      before = this.seen.length;
      this.ack(random, true);
      await this.take();
    }
  }
}

class History {
  readonly #random: SeededRandom;
  readonly #world: AmqpWorld;
  readonly #kafka: KafkaSide;
  #publisher: AmqpClient;
  readonly #readers: Reader[] = [];
  #transactions: { readonly transaction: Transaction; readonly values: string[] }[] = [];
  readonly #aborted = new Set<string>();
  readonly #acknowledged: string[] = [];
  #unconfirmed: string[] = [];
  #count = 0;
  #hasDeleted = false;

  private constructor(seed: number, world: AmqpWorld, publisher: AmqpClient) {
    this.#random = new SeededRandom(seed);
    this.#world = world;
    this.#kafka = new KafkaSide(world.node);
    this.#publisher = publisher;
  }

  static async run(seed: number): Promise<void> {
    const world = await AmqpWorld.start(FLAGS);
    const client = await world.client();
    await declare(client, 's', STREAM);
    await client.call(1, 'confirm.select', {});
    const history = new History(seed, world, client);
    for (let i = 0; i < STEPS; i += 1) await history.#step();
    await history.#finish();
  }

  #values(): string[] {
    return Array.from({ length: 1 + this.#random.below(MESSAGES_MAX) }, () => {
      this.#count += 1;
      return `${this.#count}`.padEnd(1 + this.#random.below(300), '.');
    });
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const step = random.below(100);
    if (step < 25) await this.#publish();
    else if (step < 40) await this.#produce();
    else if (step < 55) await this.#transact();
    else if (step < 62) await this.#endOne();
    else if (step < 70) await this.#join();
    else if (step < 92) await this.#read();
    else if (step < 95) await this.#delete();
    else if (step < 98) await this.#world.node.scheduler.settle();
    else await this.#crash();
  }

  async #publish(): Promise<void> {
    for (const value of this.#values()) {
      this.#publisher.publish(1, '', 's', value);
      this.#unconfirmed.push(value);
    }
    if (this.#random.chance(50)) await this.#confirm();
  }

  async #confirm(): Promise<void> {
    for (const each of await this.#publisher.take()) assert.equal(each.method, 'basic.ack');
    this.#acknowledged.push(...this.#unconfirmed);
    this.#unconfirmed = [];
  }

  async #produce(): Promise<void> {
    const values = this.#values();
    const records = values.map((value) => ({ value: Buffer.from(value) }));
    const codec = this.#random.chance(40) ? await loadCodec('gzip') : await loadCodec('none');
    await this.#kafka.produce('s', records, { codec });
    this.#acknowledged.push(...values);
  }

  async #transact(): Promise<void> {
    const values = this.#values();
    const records = values.map((value) => ({ value: Buffer.from(value) }));
    let open = this.#random.chance(50) ? this.#transactions.at(-1) : undefined;
    if (open === undefined) {
      open = { transaction: await this.#kafka.begin(`t${this.#count}`), values: [] };
      this.#transactions.push(open);
    }
    await this.#kafka.produce('s', records, { transaction: open.transaction });
    open.values.push(...values);
  }

  async #endOne(): Promise<void> {
    const open = this.#transactions.splice(this.#random.below(this.#transactions.length + 1), 1)[0];
    if (open === undefined) return;
    const isCommitted = this.#random.chance(60);
    await this.#kafka.end(open.transaction, isCommitted);
    if (isCommitted) this.#acknowledged.push(...open.values);
    else for (const value of open.values) this.#aborted.add(value);
  }

  async #join(): Promise<void> {
    if (this.#readers.length >= 4) return;
    const start = (['first', 'next', this.#random.below(40)] as const)[this.#random.below(3)] ?? 'first';
    const reader = new Reader(start, 1 + this.#random.below(20));
    this.#readers.push(reader);
    await reader.connect(this.#world);
  }

  async #read(): Promise<void> {
    const reader = this.#readers[this.#random.below(this.#readers.length + 1)];
    await reader?.take();
    reader?.ack(this.#random, false);
  }

  async #delete(): Promise<void> {
    const offsets = (await this.#kafka.readAll('s')).map(({ offset }) => offset);
    const before = offsets[this.#random.below(offsets.length + 1)];
    // Records of open transactions stay.
    if (before === undefined || this.#transactions.length > 0) return;
    this.#hasDeleted = true;
    await this.#kafka.deleteBefore('s', before);
  }

  async #crash(): Promise<void> {
    await this.#world.node.restart();
    this.#unconfirmed = [];
    this.#kafka.reconnect();
    this.#publisher = await this.#world.client();
    await this.#publisher.call(1, 'confirm.select', {});
    for (const reader of this.#readers) await reader.connect(this.#world);
  }

  async #finish(): Promise<void> {
    await this.#confirm();
    while (this.#transactions.length > 0) await this.#endOne();
    for (const reader of this.#readers) await reader.drain(this.#random);
    const all = await this.#kafka.readAll('s');
    const committed = all
      .map(({ offset, value }) => ({ offset, value: String(value) }))
      .filter(({ value }) => !this.#aborted.has(value));
    if (!this.#hasDeleted) {
      const values = new Set(committed.map(({ value }) => value));
      for (const value of this.#acknowledged) assert.ok(values.has(value), `${value} was acknowledged and is lost`);
    }
    for (const reader of this.#readers) this.#check(reader, committed);
  }

  #check({ seen, start }: Reader, committed: readonly Seen[]): void {
    const [first] = seen;
    const from =
      start === 'first' ? 0 : typeof start === 'number' ? start : (first?.offset ?? Number.POSITIVE_INFINITY);
    for (const [i, { offset, value }] of seen.entries()) {
      assert.ok(offset > (seen[i - 1]?.offset ?? -1), `offset ${offset} comes once and in order`);
      assert.ok(!this.#aborted.has(value), `${value} was aborted`);
    }
    const byOffset = new Map(seen.map(({ offset, value }) => [offset, value]));
    for (const { offset, value } of committed) {
      if (offset >= from) assert.equal(byOffset.get(offset), value, `offset ${offset}, from ${start}`);
    }
  }
}

for (let seed = Number(process.env.SEED ?? 1); seed <= SEEDS; seed += 1) {
  test(`history ${seed}`, async () => {
    await History.run(seed);
  });
}
