/** Topics that feed exchanges: what Kafka's producers write is routed by AMQP's rules, at least once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FieldValue } from '../../../src/message/field-table.ts';
import { loadCodec } from '../../../src/record/compression.ts';
import type { AmqpClient, Received } from './amqp-client.ts';
import { KafkaSide } from './kafka-side.ts';
import { SqsSide } from './sqs-side.ts';
import { AmqpWorld, closed, declare, int, ready, table, text } from './world.ts';

type Deliver = Extract<Received, { method: 'basic.deliver' }>;

async function worldWithTopic(partitions = 1, flags: Readonly<Record<string, string>> = {}) {
  const world = await AmqpWorld.start(flags);
  const client = await world.client();
  const kafka = new KafkaSide(world.node);
  assert.equal(await kafka.createTopic('t', partitions), undefined);
  return { world, client, kafka };
}

/** An exchange that topic `t` feeds, of the type topic, with queue `q` bound to it. */
async function feed(client: AmqpClient, more: Record<string, FieldValue> = {}, key = '#'): Promise<void> {
  const args = table({ 'x-source-topic': text('t'), ...more });
  const declared = { exchange: 'x', type: 'topic', durable: true, arguments: args };
  assert.equal((await client.call(1, 'exchange.declare', declared)).method, 'exchange.declare-ok');
  await declare(client, 'q');
  await client.call(1, 'queue.bind', { queue: 'q', exchange: 'x', routingKey: key });
}

const FIRST = { 'x-source-offset': text('first') };
const record = (value: string, key: string | null = null) => ({
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
});
const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => record(`${from + i}`));

async function taken(client: AmqpClient, queue = 'q'): Promise<Deliver[]> {
  await client.call(1, 'basic.consume', { queue, consumerTag: queue, noAck: true });
  const received = await client.take();
  await client.call(1, 'basic.cancel', { consumerTag: queue });
  return received.filter((each): each is Deliver => each.method === 'basic.deliver');
}

async function bodiesIn(client: AmqpClient, queue = 'q'): Promise<string[]> {
  return (await taken(client, queue)).map(({ body }) => String(body));
}

describe('a topic that feeds an exchange', () => {
  it('can not make records say where dead letters came from', async () => {
    const { world, client, kafka } = await worldWithTopic();
    await feed(client);
    const headers = Object.entries({
      'x-death': 'forged',
      'x-first-death-reason': 'rejected',
      'x-first-death-queue': 'victim',
      'aws.dead-letter-source': 'victim',
      kept: 'yes',
    }).map(([key, value]) => ({ key, value: Buffer.from(value) }));
    await kafka.produce('t', [{ ...record('a'), headers }]);
    await world.node.scheduler.settle();
    const [message] = await new SqsSide(world.node).receive('q');
    assert.equal(message?.Attributes?.DeadLetterQueueSourceArn, undefined);
    assert.equal(message?.MessageAttributes?.kept?.StringValue, 'yes');
  });

  it('has its records routed by their keys', async () => {
    const { client, kafka } = await worldWithTopic();
    await feed(client, {}, 'eu.*');
    await kafka.produce('t', [record('a', 'eu.new'), record('b', 'us.new'), record('c'), record('d', 'eu.old')]);
    const received = await taken(client);
    assert.deepEqual(
      received.map(({ body, exchange, routingKey, redelivered }) => [String(body), exchange, routingKey, redelivered]),
      [
        ['a', 'x', 'eu.new', false],
        ['d', 'x', 'eu.old', false],
      ],
    );
    const [first] = received;
    assert.equal(first?.properties?.deliveryMode, 2);
    assert.deepEqual(first?.properties?.headers?.get('x-stream-offset'), { type: 'int64', value: 0n });
  });

  it('is read from where it ends when the exchange is declared, or from its beginning', async () => {
    const { client, kafka } = await worldWithTopic();
    await kafka.produce('t', numbered(0, 3));
    await feed(client);
    await client.call(1, 'exchange.declare', {
      exchange: 'all',
      type: 'fanout',
      arguments: table({ 'x-source-topic': text('t'), ...FIRST }),
    });
    await declare(client, 'all');
    await client.call(1, 'queue.bind', { queue: 'all', exchange: 'all' });
    await kafka.produce('t', numbered(3, 2));
    assert.deepEqual(await bodiesIn(client), ['3', '4']);
  });

  it('gives every record that there is to an exchange that asks for the first', async () => {
    const { client, kafka } = await worldWithTopic();
    await kafka.produce('t', numbered(0, 600), { codec: await loadCodec('gzip') });
    const arguments_ = table({ 'x-source-topic': text('t'), ...FIRST, 'alternate-exchange': text('rest') });
    await client.call(1, 'exchange.declare', { exchange: 'rest', type: 'fanout' });
    await declare(client, 'q');
    await client.call(1, 'queue.bind', { queue: 'q', exchange: 'rest' });
    await client.call(1, 'exchange.declare', { exchange: 'x', type: 'direct', arguments: arguments_ });
    assert.deepEqual(
      await bodiesIn(client),
      numbered(0, 600).map(({ value }) => String(value)),
    );
  });

  it('keeps the order of each of its partitions', async () => {
    const { client, kafka } = await worldWithTopic(3);
    await feed(client);
    for (const partition of [0, 1, 2]) await kafka.produce('t', numbered(partition * 100, 100), { partition });
    const received = await taken(client);
    assert.equal(received.length, 300);
    for (const partition of [0n, 1n, 2n]) {
      const own = received.filter(({ properties }) => {
        const header = properties?.headers?.get('x-stream-partition');
        return header?.type === 'int64' && header.value === partition;
      });
      assert.deepEqual(
        own.map(({ body }) => Number(body)),
        Array.from({ length: 100 }, (_, i) => Number(partition) * 100 + i),
      );
    }
  });

  it('gives nothing of transactions that are open or were aborted', async () => {
    const { client, kafka } = await worldWithTopic();
    await feed(client);
    const aborted = await kafka.begin('one');
    await kafka.produce('t', numbered(0, 2), { transaction: aborted });
    await kafka.end(aborted, false);
    const committed = await kafka.begin('two');
    await kafka.produce('t', numbered(2, 2), { transaction: committed });
    await kafka.produce('t', numbered(4, 1));
    assert.deepEqual(await bodiesIn(client), []);
    await kafka.end(committed, true);
    assert.deepEqual(await bodiesIn(client), ['2', '3', '4']);
  });

  it('may be created after the exchange, get more partitions, and be created again: all of it counts', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const kafka = new KafkaSide(world.node);
    await feed(client);
    await kafka.createTopic('t');
    await kafka.produce('t', numbered(0, 2));
    assert.deepEqual(await bodiesIn(client), ['0', '1']);
    await kafka.addPartitions('t', 2);
    await kafka.produce('t', numbered(2, 1), { partition: 1 });
    assert.deepEqual(await bodiesIn(client), ['2']);
    assert.equal(await kafka.deleteTopic('t'), 0);
    await kafka.createTopic('t');
    await kafka.produce('t', numbered(3, 1));
    assert.deepEqual(await bodiesIn(client), ['3']);
  });

  it('ends with the exchange', async () => {
    const { client, kafka } = await worldWithTopic();
    await feed(client);
    await client.call(1, 'exchange.delete', { exchange: 'x' });
    await client.call(1, 'exchange.declare', { exchange: 'x', type: 'topic' });
    await client.call(1, 'queue.bind', { queue: 'q', exchange: 'x', routingKey: '#' });
    await kafka.produce('t', numbered(0, 1));
    assert.deepEqual(await bodiesIn(client), []);
  });

  it('gives an exchange that is declared again after it was deleted nothing that came before', async () => {
    const { client, kafka } = await worldWithTopic();
    await feed(client);
    await kafka.produce('t', numbered(0, 1));
    assert.deepEqual(await bodiesIn(client), ['0']);
    await client.call(1, 'exchange.delete', { exchange: 'x' });
    await kafka.produce('t', numbered(1, 1));
    await feed(client);
    await kafka.produce('t', numbered(2, 1));
    assert.deepEqual(await bodiesIn(client), ['2']);
  });

  it('does not feed itself', async () => {
    const { client, kafka } = await worldWithTopic();
    await feed(client);
    assert.equal((await client.call(1, 'queue.declare', { queue: 't', passive: true })).method, 'queue.declare-ok');
    await client.call(1, 'queue.bind', { queue: 't', exchange: 'x', routingKey: '#' });
    await kafka.produce('t', numbered(0, 1));
    assert.deepEqual(await bodiesIn(client), ['0']);
    assert.equal((await kafka.readAll('t')).length, 1);
  });

  it('feeds another topic, whose records are the same', async () => {
    const { client, kafka } = await worldWithTopic();
    await feed(client);
    await declare(client, 's', { arguments: table({ 'x-queue-type': text('stream') }) });
    await client.call(1, 'queue.bind', { queue: 's', exchange: 'x', routingKey: '#' });
    await kafka.produce('t', [record('v', 'k')]);
    await client.take();
    const [copy] = await kafka.readAll('s');
    assert.deepEqual([String(copy?.key), String(copy?.value)], ['k', 'v']);
  });

  it('waits while a queue that rejects is full, and gives others each record once', async () => {
    const { world, client, kafka } = await worldWithTopic();
    await feed(client);
    await declare(client, 'small', {
      arguments: table({ 'x-max-length': int(2), 'x-overflow': text('reject-publish') }),
    });
    await client.call(1, 'queue.bind', { queue: 'small', exchange: 'x', routingKey: '#' });
    await kafka.produce('t', numbered(0, 5));
    await client.take();
    await world.node.scheduler.advance(5000);
    assert.deepEqual([await ready(client, 'small'), await ready(client, 'q')], [2, 3]);
    assert.deepEqual(await bodiesIn(client, 'small'), ['0', '1']);
    await world.node.scheduler.advance(1001);
    assert.deepEqual(await bodiesIn(client, 'small'), ['2', '3']);
    await world.node.scheduler.advance(1001);
    assert.deepEqual(await bodiesIn(client, 'small'), ['4']);
    assert.deepEqual(await bodiesIn(client), ['0', '1', '2', '3', '4']);
  });

  it('feeds an exchange that delays', async () => {
    const { world, client, kafka } = await worldWithTopic();
    const args = { 'x-delayed-type': text('fanout'), 'x-source-topic': text('t') };
    await client.call(1, 'exchange.declare', { exchange: 'x', type: 'x-delayed-message', arguments: table(args) });
    await declare(client, 'q');
    await client.call(1, 'queue.bind', { queue: 'q', exchange: 'x' });
    const headers = [
      { key: 'x-delay', value: Buffer.from('5000') },
      { key: 'amqp.header-types', value: Buffer.from('{"x-delay":"int32"}') },
    ];
    await kafka.produce('t', [{ ...record('later'), headers }]);
    await kafka.produce('t', [record('now')]);
    assert.deepEqual(await bodiesIn(client), ['now']);
    await world.node.scheduler.advance(5001);
    assert.deepEqual(await bodiesIn(client), ['later']);
  });
});

describe('the position of a feed', () => {
  it('survives a restart: what was published is not published again, and what came meanwhile is', async () => {
    const { world, client, kafka } = await worldWithTopic(2);
    await kafka.produce('t', numbered(0, 5));
    await feed(client);
    await kafka.produce('t', numbered(5, 5));
    await kafka.produce('t', numbered(10, 5), { partition: 1 });
    await client.take();
    await world.node.scheduler.advance(1000);
    await world.node.restart();
    kafka.reconnect();
    const again = await world.client();
    await kafka.produce('t', numbered(15, 1));
    const found = await bodiesIn(again);
    assert.deepEqual(
      found.map(Number).sort((a, b) => a - b),
      [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    );
  });

  it('is that of the declaration if nothing was published before a crash', async () => {
    const { world, client, kafka } = await worldWithTopic();
    await kafka.produce('t', numbered(0, 3));
    await feed(client);
    await world.node.restart();
    kafka.reconnect();
    await kafka.produce('t', numbered(3, 1));
    assert.deepEqual(await bodiesIn(await world.client()), ['3']);
  });

  for (let seed = 0; seed < 12; seed += 1) {
    it(`loses nothing by crashes at any moment, and keeps the order (${seed})`, async () => {
      const { world, client, kafka } = await worldWithTopic(2, { 'queue-settle-delay-ms': '5' });
      await feed(client);
      let next = 0;
      for (let round = 0; round < 3; round += 1) {
        for (const partition of [0, 1])
          await kafka.produce('t', numbered(next + 10_000 * partition, 600), { partition });
        next += 600;
        // Some events more or less, so that the crash comes before, between or after messages and positions.
        for (let step = 0; step < seed * 2; step += 1) {
          await world.node.scheduler.step({ percent: 20, withinMs: 10 });
        }
        await world.node.restart();
        kafka.reconnect();
      }
      const found = (await bodiesIn(await world.client())).map(Number);
      for (const partition of [0, 1]) {
        const own = found.filter((each) => each >= 10_000 * partition && each < 10_000 * (partition + 1));
        const firsts = [...new Set(own)];
        assert.deepEqual(
          firsts,
          Array.from({ length: next }, (_, i) => 10_000 * partition + i),
        );
      }
    });
  }
});

describe('x-source-topic is refused', () => {
  const refused: readonly [string, Record<string, FieldValue>, string][] = [
    ['a name that no topic can have', { 'x-source-topic': text('a b') }, "Topic name is invalid: 'a b' contains"],
    ['an internal topic', { 'x-source-topic': text('__consumer_offsets') }, 'is an internal topic of Kafka'],
    ['no text', { 'x-source-topic': int(5) }, "its type is 'signedint'"],
    ['an offset without a topic', FIRST, 'there is none'],
    ['another offset', { 'x-source-topic': text('t'), 'x-source-offset': text('last') }, 'must be first or next'],
  ];
  for (const [what, args, words] of refused) {
    it(`for ${what}`, async () => {
      const { client } = await worldWithTopic();
      const answer = await client.call(1, 'exchange.declare', { exchange: 'x', type: 'topic', arguments: table(args) });
      const told = closed(answer);
      assert.ok(told.startsWith('channel 406 PRECONDITION_FAILED') && told.includes(words), told);
    });
  }

  it('if the exchange is there and has another source', async () => {
    const { client } = await worldWithTopic();
    await feed(client);
    const other = { exchange: 'x', type: 'topic', durable: true, arguments: table({ 'x-source-topic': text('u') }) };
    assert.match(closed(await client.call(1, 'exchange.declare', other)), /406 .*inequivalent arg 'x-source-topic'/);
  });
});
