/** Stream queues: one log with the Kafka topic of that name, seen from both sides. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FieldValue } from '../../../src/message/field-table.ts';
import { partitionOfKey } from '../../../src/stream/partitioner.ts';
import type { AmqpClient, Received } from './amqp-client.ts';
import { KafkaSide } from './kafka-side.ts';
import { consume, DAY_MS, got, offsetsOf, STREAM, values, worldWithStream } from './stream-world.ts';
import { AmqpWorld, bodies, closed, declare, int, ready, table, text } from './world.ts';

describe('a stream queue', () => {
  it('is a topic with one partition, which keeps what the arguments say', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const kafka = new KafkaSide(world.node);
    await declare(client, 'all', STREAM);
    const limits = {
      'x-max-age': text('7D'),
      'x-max-length-bytes': int(5000),
      'x-stream-max-segment-size-bytes': int(1000),
    };
    await declare(client, 'some', { arguments: table({ 'x-queue-type': text('stream'), ...limits }) });
    const names = ['retention.ms', 'retention.bytes'];
    assert.deepEqual(await kafka.configsOf('all', ...names), { 'retention.ms': '-1', 'retention.bytes': '-1' });
    assert.deepEqual(await kafka.configsOf('some', ...names), {
      'retention.ms': String(7 * DAY_MS),
      'retention.bytes': '5000',
    });
    assert.equal(await kafka.createTopic('all'), "36 Topic 'all' already exists.");
  });

  it('gives Kafka what AMQP publishes, and AMQP what Kafka produces', async () => {
    const { client, kafka } = await worldWithStream();
    client.publish(1, '', 's', 'from amqp', { contentType: 'text/plain' });
    await client.take();
    await kafka.produce('s', [{ key: Buffer.from('k'), value: Buffer.from('from kafka') }]);
    const records = await kafka.readAll('s');
    assert.deepEqual(
      records.map(({ offset, key, value }) => [offset, String(key), String(value)]),
      [
        [0, 's', 'from amqp'],
        [1, 'k', 'from kafka'],
      ],
    );
    assert.deepEqual(
      records[0]?.headers.map(({ key, value }) => [key, String(value)]),
      [
        ['amqp.exchange', ''],
        ['amqp.content-type', 'text/plain'],
      ],
    );
    await consume(client, text('first'));
    const received = await client.take();
    assert.deepEqual(bodies(received), ['1:from amqp', '2:from kafka']);
    assert.deepEqual(offsetsOf(received), [0n, 1n]);
    const [first, second] = received as Extract<Received, { method: 'basic.deliver' }>[];
    assert.deepEqual([first?.properties?.contentType, second?.routingKey], ['text/plain', 'k']);
  });

  it('makes one batch of what comes together, and confirms when that is durable', async () => {
    const { client, kafka } = await worldWithStream();
    await client.call(1, 'confirm.select', {});
    for (let i = 0; i < 50; i += 1) client.publish(1, '', 's', `m${i}`);
    const confirms = (await client.take()).filter(({ method }) => method === 'basic.ack');
    assert.deepEqual(
      confirms.map((each) => each.method === 'basic.ack' && [each.deliveryTag, each.multiple]),
      [[50, true]],
    );
    const records = await kafka.readAll('s');
    assert.deepEqual(
      records.map(({ value }) => String(value)),
      Array.from({ length: 50 }, (_, i) => `m${i}`),
    );
    assert.ok((await kafka.batchesOf('s')) < 5);
  });

  it('takes part in routing, dead-lettering and transactions like any queue', async () => {
    const { client } = await worldWithStream();
    await client.call(1, 'exchange.declare', { exchange: 'x', type: 'topic' });
    await client.call(1, 'queue.bind', { queue: 's', exchange: 'x', routingKey: 'a.*' });
    client.publish(1, 'x', 'a.b', 'routed');
    const dead = table({ 'x-dead-letter-exchange': text(''), 'x-dead-letter-routing-key': text('s') });
    await declare(client, 'q', { arguments: dead });
    client.publish(1, '', 'q', 'dead');
    const answer = await client.call(1, 'basic.get', { queue: 'q' });
    assert.ok(answer.method === 'basic.get-ok');
    client.send(1, 'basic.reject', { deliveryTag: answer.deliveryTag, requeue: false });
    await client.openChannel(2);
    await client.call(2, 'tx.select', {});
    client.publish(2, '', 's', 'rolled back');
    await client.call(2, 'tx.rollback', {});
    client.publish(2, '', 's', 'committed');
    await client.call(2, 'tx.commit', {});
    await consume(client, text('first'));
    assert.deepEqual(await got(client), ['routed', 'dead', 'committed']);
  });

  it('confirms nothing that a crash could still take', async () => {
    const { world, kafka } = await worldWithStream();
    const confirmed: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      const client = await world.client();
      await client.call(1, 'confirm.select', {});
      for (let i = 1; i <= 5; i += 1) client.publish(1, '', 's', `${round}.${i}`);
      await world.node.scheduler.settle(() => client.received.length > 0);
      for (const each of client.received) {
        assert.equal(each.method, 'basic.ack');
        for (let i = 1; each.method === 'basic.ack' && i <= each.deliveryTag; i += 1) confirmed.push(`${round}.${i}`);
      }
      await world.node.restart();
    }
    kafka.reconnect();
    const kept = new Set((await kafka.readAll('s')).map(({ value }) => String(value)));
    assert.ok(confirmed.length >= 20);
    for (const value of confirmed) assert.ok(kept.has(value), `${value} was confirmed and is lost`);
  });

  it('is still there after a crash, with its offsets', async () => {
    const { world, client, kafka } = await worldWithStream();
    await client.call(1, 'confirm.select', {});
    for (const body of ['a', 'b']) client.publish(1, '', 's', body);
    await client.take();
    await world.node.restart();
    const again = await world.client();
    again.publish(1, '', 's', 'c');
    await consume(again, text('first'));
    const received = await again.take();
    assert.deepEqual(bodies(received), ['1:a', '2:b', '3:c']);
    assert.deepEqual(offsetsOf(received), [0n, 1n, 2n]);
    kafka.reconnect();
    assert.equal((await kafka.readAll('s')).length, 3);
  });

  it('refuses what the topic does not take', async () => {
    const { client, kafka } = await worldWithStream();
    await kafka.setConfig('s', 'max.message.bytes', '1000');
    await client.call(1, 'confirm.select', {});
    client.publish(1, '', 's', 'x'.repeat(1000));
    client.publish(1, '', 's', 'fits');
    assert.deepEqual(
      (await client.take()).map((each) => each.method),
      ['basic.nack', 'basic.ack'],
    );
    await kafka.setConfig('s', 'max.message.bytes', '100000');
    await kafka.setConfig('s', 'cleanup.policy', 'compact');
    await client.call(1, 'exchange.declare', { exchange: 'f', type: 'fanout' });
    await client.call(1, 'queue.bind', { queue: 's', exchange: 'f' });
    client.publish(1, 'f', '', 'no key');
    client.publish(1, 'f', 'key', 'key');
    assert.deepEqual(
      (await client.take()).map((each) => each.method),
      ['basic.nack', 'basic.ack'],
    );
  });

  it('answers what streams can not do in RabbitMQ’s words', async () => {
    const { world } = await worldWithStream();
    const answer = async (use: (client: AmqpClient) => Promise<Received>) => closed(await use(await world.client()));
    assert.equal(
      await answer((client) => client.call(1, 'basic.get', { queue: 's' })),
      "connection 540 NOT_IMPLEMENTED - basic.get not supported by stream queues queue 's' in vhost '/' (60, 70)",
    );
    assert.equal(
      await answer((client) => client.call(1, 'queue.purge', { queue: 's' })),
      "connection 540 NOT_IMPLEMENTED - queue.purge not supported by stream queues queue 's' in vhost '/' (50, 30)",
    );
    assert.equal(
      await answer((client) => client.call(1, 'basic.consume', { queue: 's' })),
      "channel 406 PRECONDITION_FAILED - consumer prefetch count is not set for stream queue 's' in vhost '/' (60, 20)",
    );
    assert.equal(
      await answer(async (client) => {
        await client.call(1, 'basic.qos', { prefetchCount: 1 });
        return await client.call(1, 'basic.consume', { queue: 's', noAck: true });
      }),
      "connection 540 NOT_IMPLEMENTED - automatic acknowledgement not supported by stream queue 's' in vhost '/' (60, 20)",
    );
  });

  it('tells how much it holds, and that deleting it was right', async () => {
    const { client } = await worldWithStream();
    for (const body of 'abc') client.publish(1, '', 's', body);
    await client.take();
    assert.equal(await ready(client, 's'), 3);
    const answer = await client.call(1, 'queue.delete', { queue: 's', ifUnused: true });
    assert.equal(answer.method, 'queue.delete-ok');
  });
});

describe('where a consumer begins', () => {
  const filled = async () => {
    const all = await worldWithStream();
    const { world, kafka } = all;
    await kafka.produce('s', values('0', '1'));
    await world.node.scheduler.advance(3_600_000);
    kafka.reconnect();
    await kafka.produce('s', values('2', '3'));
    await world.node.scheduler.advance(60_000);
    await kafka.produce('s', values('4', '5'));
    await world.node.scheduler.advance(60_000);
    return all;
  };
  const startsAt = async (from: FieldValue | undefined): Promise<string> => {
    const { client, kafka } = await filled();
    const answer = await consume(client, from);
    assert.equal(answer.method, 'basic.consume-ok', JSON.stringify(answer));
    await kafka.produce('s', values('new'));
    return (await got(client)).join(' ');
  };

  it('is at the next record unless it says otherwise', async () => {
    assert.equal(await startsAt(undefined), 'new');
    assert.equal(await startsAt(text('next')), 'new');
  });

  it('is at the first, at the last batch, or at an offset', async () => {
    assert.equal(await startsAt(text('first')), '0 1 2 3 4 5 new');
    assert.equal(await startsAt(text('last')), '4 5 new');
    assert.equal(await startsAt(int(3)), '3 4 5 new');
    assert.equal(await startsAt({ type: 'int64', value: 0n }), '0 1 2 3 4 5 new');
    assert.equal(await startsAt({ type: 'uint8', value: 200 }), 'new');
  });

  it('is at a time, or so long ago', async () => {
    const { world } = await filled();
    const atS = BigInt(Math.floor(world.node.scheduler.nowMs() / 1000));
    assert.equal(await startsAt({ type: 'timestamp', value: atS - 90n }), '4 5 new');
    assert.equal(await startsAt({ type: 'timestamp', value: 0n }), '0 1 2 3 4 5 new');
    assert.equal(await startsAt({ type: 'timestamp', value: atS + 1000n }), 'new');
    for (const [age, expected] of [
      ['1s', 'new'],
      ['90s', '4 5 new'],
      ['3m', '2 3 4 5 new'],
      ['2h', '0 1 2 3 4 5 new'],
      ['1D', '0 1 2 3 4 5 new'],
      ['1M', '0 1 2 3 4 5 new'],
      ['1Y', '0 1 2 3 4 5 new'],
    ] as const) {
      assert.equal(await startsAt(text(age)), expected, age);
    }
  });

  it('is at what is left when that was deleted', async () => {
    const { client, kafka } = await filled();
    await kafka.deleteBefore('s', 3);
    await consume(client, text('first'));
    assert.deepEqual(await got(client), ['3', '4', '5']);
    await consume(client, int(1));
    assert.deepEqual(await got(client), ['3', '4', '5']);
  });

  it('is refused if it is none of these', async () => {
    const { world } = await filled();
    for (const from of [text('lats'), text('1x'), int(-1), { type: 'bool', value: true } as const]) {
      const client = await world.client();
      assert.match(
        closed(await consume(client, from)),
        /^channel 406 PRECONDITION_FAILED - failed consuming from stream queue 's' in vhost '\/': x-stream-offset must be/,
      );
    }
  });
});

describe('a topic that a Kafka client made', () => {
  it('is a stream for whoever asks for it by name', async () => {
    const world = await AmqpWorld.start();
    const kafka = new KafkaSide(world.node);
    for (const name of ['passive', 'declared', 'consumed', 'bound']) {
      await kafka.createTopic(name);
      await kafka.produce(name, values(`in ${name}`));
    }
    const client = await world.client();
    const passive = await client.call(1, 'queue.declare', { queue: 'passive', passive: true });
    assert.ok(passive.method === 'queue.declare-ok' && passive.messageCount === 1);
    await declare(client, 'declared', STREAM);
    await declare(client, 'passive', STREAM);
    const bound = await client.call(1, 'queue.bind', { queue: 'bound', exchange: 'amq.direct', routingKey: 'k' });
    assert.equal(bound.method, 'queue.bind-ok');
    client.publish(1, 'amq.direct', 'k', 'routed');
    for (const queue of ['passive', 'declared', 'consumed', 'bound']) {
      await consume(client, text('first'), { queue });
    }
    assert.deepEqual((await got(client)).sort(), ['in bound', 'in consumed', 'in declared', 'in passive', 'routed']);
  });

  it('keeps its retention, and says so to who wants another', async () => {
    const world = await AmqpWorld.start();
    const kafka = new KafkaSide(world.node);
    await kafka.createTopic('t', 1, { 'retention.ms': String(DAY_MS) });
    const client = await world.client();
    const other = table({ 'x-queue-type': text('stream'), 'x-max-age': text('2D') });
    assert.match(
      closed(await client.call(1, 'queue.declare', { queue: 't', durable: true, arguments: other })),
      /^channel 406 PRECONDITION_FAILED - inequivalent arg 'x-max-age' for queue 't' in vhost '\/': .* retention.ms 86400000/,
    );
    const again = await world.client();
    await declare(again, 't', { arguments: table({ 'x-queue-type': text('stream'), 'x-max-age': text('1D') }) });
  });

  it('can not have the name of another kind of queue, nor the other way round', async () => {
    const world = await AmqpWorld.start();
    const kafka = new KafkaSide(world.node);
    const client = await world.client();
    await declare(client, 'q');
    assert.equal(await kafka.createTopic('q'), "17 'q' is a queue: choose another name, or delete the queue.");
    await kafka.createTopic('t');
    assert.match(
      closed(await client.call(1, 'queue.declare', { queue: 't', durable: true })),
      /406 PRECONDITION_FAILED - queue 't' in vhost '\/' is a Kafka topic/,
    );
  });

  it('with several partitions is read as a whole, each partition in order', async () => {
    const world = await AmqpWorld.start();
    const kafka = new KafkaSide(world.node);
    await kafka.createTopic('p', 3);
    for (const partition of [0, 1, 2]) {
      await kafka.produce('p', values(`${partition}a`, `${partition}b`), { partition });
    }
    const client = await world.client();
    await consume(client, text('first'), { queue: 'p' });
    const received = await client.take();
    const seen = bodies(received).map((each) => each.split(':')[1] ?? '');
    assert.deepEqual([...seen].sort(), ['0a', '0b', '1a', '1b', '2a', '2b']);
    for (const partition of '012') {
      assert.deepEqual(
        seen.filter((each) => each.startsWith(partition)),
        [`${partition}a`, `${partition}b`],
      );
    }
    for (const each of received) {
      if (each.method !== 'basic.deliver') continue;
      const partition = each.properties?.headers?.get('x-stream-partition');
      assert.deepEqual(partition, { type: 'int64', value: BigInt(each.body?.[0] ?? '') });
    }
  });

  it('with several partitions has offsets in each, so a consumer must say in which', async () => {
    const world = await AmqpWorld.start();
    const kafka = new KafkaSide(world.node);
    await kafka.createTopic('p', 3);
    await kafka.produce('p', values('a', 'b', 'c'), { partition: 1 });
    const refused = await consume(await world.client(), int(1), { queue: 'p' });
    assert.match(closed(refused), /406 .*an offset is of one of the 3 partitions of the topic, say which/);
    const beyond = await consume(await world.client(), int(1), { queue: 'p', more: { 'x-stream-partition': int(3) } });
    assert.match(closed(beyond), /406 .*x-stream-partition must be a partition of the topic, from 0 to 2/);
    const client = await world.client();
    await consume(client, int(1), { queue: 'p', more: { 'x-stream-partition': int(1) } });
    assert.deepEqual(await got(client), ['b', 'c']);
  });

  it('gets messages where a Kafka producer would send their keys', async () => {
    const world = await AmqpWorld.start();
    const kafka = new KafkaSide(world.node);
    await kafka.createTopic('p', 4);
    const client = await world.client();
    await client.call(1, 'queue.bind', { queue: 'p', exchange: 'amq.topic', routingKey: '#' });
    const keys = ['21', 'foobar', 'abc', 'a-little-bit-long-string'];
    for (const key of keys) client.publish(1, 'amq.topic', key, key);
    for (let i = 0; i < 8; i += 1) client.publish(1, 'amq.topic', '', `none ${i}`);
    await client.take();
    for (const partition of [0, 1, 2, 3]) {
      const records = await kafka.readAll('p', partition);
      const placed = records.flatMap(({ key }) => (key === null ? [] : [String(key)]));
      assert.deepEqual(
        placed,
        keys.filter((key) => partitionOfKey(Buffer.from(key), 4) === partition),
      );
      assert.equal(records.length - placed.length, 2, 'those without a key go round');
    }
  });

  it('may get more partitions while it is consumed', async () => {
    const { client, kafka } = await worldWithStream();
    await kafka.produce('s', values('0'));
    await consume(client, text('next'));
    await kafka.addPartitions('s', 2);
    await kafka.produce('s', values('1'), { partition: 1 });
    await kafka.produce('s', values('2'), { partition: 0 });
    assert.deepEqual((await got(client)).sort(), ['1', '2']);
  });
});

describe('the retention of a stream', () => {
  const RETENTION = ['retention.ms', 'retention.bytes'];

  it('follows the policies', async () => {
    const { world, kafka } = await worldWithStream();
    const { catalog } = world.node.amqp.services;
    const policy = (definition: Record<string, string | number>) =>
      catalog.putPolicy('policy', {
        vhost: '/',
        name: 'p',
        pattern: '^s',
        priority: 0,
        applyTo: 'streams',
        definition,
      });
    policy({ 'max-age': '1h', 'max-length-bytes': 1000 });
    assert.deepEqual(await kafka.configsOf('s', ...RETENTION), {
      'retention.ms': '3600000',
      'retention.bytes': '1000',
    });
    await kafka.setConfig('s', 'retention.bytes', '2000');
    policy({ 'max-age': '2h', 'max-length-bytes': 1000 });
    assert.deepEqual(await kafka.configsOf('s', ...RETENTION), {
      'retention.ms': '7200000',
      'retention.bytes': '2000',
    });
    catalog.deletePolicy('policy', '/', 'p');
    assert.deepEqual(await kafka.configsOf('s', ...RETENTION), { 'retention.ms': '-1', 'retention.bytes': '-1' });
    policy({ 'max-age': '999999999999Y' });
    assert.deepEqual(await kafka.configsOf('s', ...RETENTION), { 'retention.ms': '-1', 'retention.bytes': '-1' });
    policy({ 'max-age': '1h' });
    const client = await world.client();
    await declare(client, 'smaller', {
      arguments: table({ 'x-queue-type': text('stream'), 'x-max-age': text('1s') }),
    });
    await declare(client, 'sooner', STREAM);
    assert.equal((await kafka.configsOf('smaller', 'retention.ms'))['retention.ms'], '1000');
    assert.equal((await kafka.configsOf('sooner', 'retention.ms'))['retention.ms'], '3600000');
    await world.node.restart();
    kafka.reconnect();
    assert.equal((await kafka.configsOf('s', 'retention.ms'))['retention.ms'], '3600000');
  });

  it('deletes for AMQP as it does for Kafka', async () => {
    const { world, client, kafka } = await worldWithStream();
    await kafka.setConfig('s', 'retention.ms', '1000');
    await kafka.produce('s', values('old'));
    await world.node.scheduler.advance(3_600_000);
    kafka.reconnect();
    await kafka.produce('s', values('new'));
    await consume(client, text('first'));
    assert.deepEqual(await got(client), ['new']);
    assert.equal(await ready(client, 's'), 1);
  });
});
