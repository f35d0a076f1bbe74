/**
 * A disk that fills up under AMQP clients: publishers are told that they are blocked and wait, consumers go on and make room, a
 * crash while it is full loses nothing, and then publishers are served again.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AmqpEnd, Received } from '../support/amqp-end.ts';
import { connectAmqp } from '../support/amqp-socket.ts';
import { startTrilog, type TrilogProcess } from '../support/broker-process.ts';
import { until } from '../support/clients-wait.ts';
import { mountTmpfs, resizeTmpfs } from '../support/tmpfs.ts';
import { idOf } from './amqp-publisher.ts';

const BODY_BYTES = 32 * 1024;
const BURST = 16;
const QUIET_MS = 300;

/** Publishes persistent messages with confirms, and remembers what it was told. */
class Publisher {
  readonly confirmed = new Set<string>();
  isBlocked = false;
  sent = 0;
  readonly #tags: string[] = [''];
  #end: AmqpEnd | undefined;

  constructor(private readonly queue: string) {}

  async connect(port: number): Promise<this> {
    this.#tags.length = 1;
    this.isBlocked = false;
    this.#end = await connectAmqp(port, { listener: (received) => this.#told(received) });
    await this.#end.openChannel(1);
    await this.#end.ask(1, 'confirm.select', {}, 'confirm.select-ok');
    return this;
  }

  send(): string {
    const id = `${this.queue} ${this.sent}`;
    this.sent += 1;
    this.#tags.push(id);
    const body = Buffer.concat([Buffer.from(`${id}\n`), Buffer.alloc(BODY_BYTES, id)]);
    this.#end?.publish(1, '', this.queue, body, { deliveryMode: 2 });
    return id;
  }

  /** Sends until it is blocked, or until nothing is confirmed any more. */
  async fill(): Promise<void> {
    for (let burst = 0; burst < 1000; burst += 1) {
      for (let i = 0; i < BURST; i += 1) this.send();
      const before = this.confirmed.size;
      for (let waitedMs = 0; this.confirmed.size < before + BURST; waitedMs += 10) {
        if (this.isBlocked || waitedMs > 1500) return;
        await delay(10);
      }
    }
    throw new Error('the disk never filled up');
  }

  #told(received: Received): void {
    if (received.method === 'connection.blocked') this.isBlocked = true;
    if (received.method === 'connection.unblocked') this.isBlocked = false;
    assert.notEqual(received.method, 'basic.nack');
    if (received.method !== 'basic.ack') return;
    const { deliveryTag, multiple } = received;
    for (const id of multiple ? this.#tags.slice(1, deliveryTag + 1) : [this.#tags[deliveryTag] ?? '']) {
      this.confirmed.add(id);
    }
  }
}

async function declare(port: number, ...queues: string[]): Promise<AmqpEnd> {
  const end = await connectAmqp(port);
  await end.openChannel(1);
  for (const queue of queues) await end.ask(1, 'queue.declare', { queue, durable: true }, 'queue.declare-ok');
  return end;
}

/** Gets what is ready, in order; acknowledged if `isTaken`, else it goes back when the connection ends. */
async function read(end: AmqpEnd, queue: string, isTaken: boolean): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const got = await end.call(1, 'basic.get', { queue });
    if (got.method !== 'basic.get-ok') return ids;
    ids.push(idOf(got.body ?? Buffer.alloc(0)));
    if (isTaken) end.send(1, 'basic.ack', { deliveryTag: got.deliveryTag });
  }
}

/** Of what is there the confirmed part is complete and in order. */
function assertHolds(ids: readonly string[], publisher: Publisher, what: string): void {
  const there = new Set(ids);
  for (const id of publisher.confirmed) assert.ok(there.has(id), `${what}: ${id} was confirmed and is not there`);
  const numbers = ids.map((id) => Number(id.split(' ').at(-1)));
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    `${what}: out of order, or twice`,
  );
}

describe('a full disk, for AMQP clients', () => {
  it('blocks publishers, serves consumers, survives kill -9, and goes on when messages are acknowledged', async (t) => {
    const dataDir = await mountTmpfs(t, 32);
    if (dataDir === undefined) return;
    const args = ['--segment-bytes-max', '1048576', '--disk-reserve-bytes', '6291456', '--cleaner-interval-ms', '100'];
    let broker: TrilogProcess = await startTrilog({ dataDir, args });
    t.after(() => broker.kill9());
    let end = await declare(broker.amqpPort, 'doomed', 'kept');
    const kept = await new Publisher('kept').connect(broker.amqpPort);
    for (let i = 0; i < BURST; i += 1) kept.send();
    await until(
      'confirms',
      () => kept.confirmed.size,
      (size) => size === BURST,
    );
    const doomed = await new Publisher('doomed').connect(broker.amqpPort);
    await doomed.fill();
    assert.ok(doomed.isBlocked, 'the publisher was not told');
    assert.ok(doomed.confirmed.size > 100, `only ${doomed.confirmed.size} messages fit`);
    assertHolds(await read(end, 'kept', false), kept, 'while the disk is full');

    await broker.kill9();
    broker = await startTrilog({ dataDir, args });
    end = await declare(broker.amqpPort);
    await kept.connect(broker.amqpPort);
    const last = kept.send();
    await until(
      'blocked',
      () => kept.isBlocked,
      (isBlocked) => isBlocked,
    );
    await delay(QUIET_MS);
    assert.ok(!kept.confirmed.has(last), 'it is still full after a restart');
    assertHolds(await read(end, 'doomed', true), doomed, 'after the crash');
    await until(
      'confirmed',
      () => kept.confirmed.has(last),
      (isConfirmed) => isConfirmed,
    );
    assert.equal(kept.isBlocked, false, 'the publisher was not told that there is room again');
    assertHolds(await read(end, 'kept', true), kept, 'in the end');
    assert.deepEqual(await broker.stop(), { code: 0, signal: null }, broker.output());
  });

  it('keeps what was confirmed when others take the last byte', async (t) => {
    const dataDir = await mountTmpfs(t, 16);
    if (dataDir === undefined) return;
    const args = ['--segment-bytes-max', '1048576', '--disk-reserve-bytes', '0', '--cleaner-interval-ms', '100'];
    let broker: TrilogProcess = await startTrilog({ dataDir, args });
    t.after(() => broker.kill9());
    let end = await declare(broker.amqpPort, 'kept');
    const publisher = await new Publisher('kept').connect(broker.amqpPort);
    // Without a reserve the write itself finds no space: confirms are held back until there is some.
    await publisher.fill();
    const confirmed = publisher.confirmed.size;
    assert.ok(confirmed > 50, `only ${confirmed} messages fit`);
    const reader = await connectAmqp(broker.amqpPort);
    await reader.openChannel(1);
    const got = await reader.ask(1, 'basic.get', { queue: 'kept' }, 'basic.get-ok');
    assert.equal(idOf(got.body ?? Buffer.alloc(0)), 'kept 0', 'consumers go on');
    await broker.kill9();
    resizeTmpfs(dataDir, 32);
    broker = await startTrilog({ dataDir, args });
    end = await declare(broker.amqpPort);
    assertHolds(await read(end, 'kept', true), publisher, 'after the crash');
    await publisher.connect(broker.amqpPort);
    const more = publisher.send();
    await until(
      'confirmed',
      () => publisher.confirmed.has(more),
      (isConfirmed) => isConfirmed,
    );
  });
});
