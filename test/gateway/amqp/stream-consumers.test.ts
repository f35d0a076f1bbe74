/** Consumers of stream queues, through the bytes: credit, places of their own, what they see and what they pass over. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadCodec } from '../../../src/record/compression.ts';
import { damaged, nonsense } from './damaged-batch.ts';
import { consume, got, values, worldWithStream } from './stream-world.ts';
import { bodies, closed, int, ready, table, text } from './world.ts';

describe('consumers of a stream', () => {
  it('have no more in hand than their credit, which every kind of settling gives back', async () => {
    const { client, kafka } = await worldWithStream();
    await kafka.produce('s', values(...'abcdefghij'));
    await consume(client, text('first'), { prefetch: 2 });
    assert.deepEqual(bodies(await client.take()), ['1:a', '2:b']);
    client.send(1, 'basic.ack', { deliveryTag: 2, multiple: true });
    assert.deepEqual(bodies(await client.take()), ['3:c', '4:d']);
    client.send(1, 'basic.ack', { deliveryTag: 4 });
    client.send(1, 'basic.nack', { deliveryTag: 3, requeue: true });
    assert.deepEqual(bodies(await client.take()), ['5:e', '6:f']);
    client.send(1, 'basic.reject', { deliveryTag: 5, requeue: false });
    await client.call(1, 'basic.recover', { requeue: true });
    assert.deepEqual(bodies(await client.take()), ['7:g', '8:h', '9:i']);
    assert.equal(await ready(client, 's'), 10);
  });

  it('read at their own places, and nothing is taken from the others', async () => {
    const { world, kafka } = await worldWithStream();
    const [first, middle, next] = [await world.client(), await world.client(), await world.client()];
    await kafka.produce('s', values('0', '1', '2'));
    await consume(first, text('first'));
    await consume(middle, int(1));
    await consume(next, text('next'));
    await kafka.produce('s', values('3'));
    assert.deepEqual(await got(first), ['0', '1', '2', '3']);
    assert.deepEqual(await got(middle), ['1', '2', '3']);
    assert.deepEqual(await got(next), ['3']);
  });

  it('go on where they were told to when they are cancelled and come again', async () => {
    const { client, kafka } = await worldWithStream();
    await kafka.produce('s', values(...'abcd'));
    const answer = await consume(client, text('first'), { prefetch: 2 });
    assert.deepEqual(await got(client), ['a', 'b']);
    assert.ok(answer.method === 'basic.consume-ok');
    await client.call(1, 'basic.cancel', { consumerTag: answer.consumerTag });
    client.send(1, 'basic.ack', { deliveryTag: 2, multiple: true });
    assert.deepEqual(await got(client), []);
    await consume(client, int(2));
    assert.deepEqual(await got(client), ['c', 'd']);
  });

  it('see only what was committed', async () => {
    const { client, kafka } = await worldWithStream();
    await consume(client, text('first'));
    const [a, b] = [await kafka.begin('a'), await kafka.begin('b')];
    await kafka.produce('s', values('a1'), { transaction: a });
    await kafka.produce('s', values('b1'), { transaction: b });
    await kafka.produce('s', values('plain'));
    assert.deepEqual(await got(client), []);
    await kafka.end(a, false);
    assert.deepEqual(await got(client), []);
    await kafka.end(b, true);
    assert.deepEqual(await got(client), ['b1', 'plain']);
    await consume(client, text('first'));
    assert.deepEqual(await got(client), ['b1', 'plain']);
    const again = await kafka.begin('a');
    await kafka.produce('s', values('a2'), { transaction: again });
    await kafka.end(again, false);
    await consume(client, text('last'));
    assert.deepEqual(await got(client), ['plain']);
  });

  it('read what producers have compressed', async () => {
    const { client, kafka } = await worldWithStream();
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      const codec = await loadCodec(compression);
      await kafka.produce('s', values(`${compression} 1`, `${compression} 2`), { codec });
    }
    await consume(client, int(1), { prefetch: 1 });
    const seen = await got(client);
    for (let tag = 1; tag < 7; tag += 1) {
      client.send(1, 'basic.ack', { deliveryTag: tag });
      seen.push(...(await got(client)));
    }
    assert.deepEqual(seen, ['gzip 2', 'snappy 1', 'snappy 2', 'lz4 1', 'lz4 2', 'zstd 1', 'zstd 2']);
  });

  it('pass over what nobody can read, and the log says so once', async () => {
    const { world, client, kafka } = await worldWithStream({ 'stream-unpacked-bytes-max': '1048576' });
    await kafka.produce('s', values('before'));
    const codec = await loadCodec('gzip');
    await kafka.produceBatch('s', damaged(codec));
    await kafka.produce('s', values('x'.repeat(600_000)), { codec });
    await kafka.produceBatch('s', nonsense(codec));
    await kafka.produce('s', values('after'), { codec });
    await consume(client, text('first'));
    assert.deepEqual(await got(client), ['before', 'after']);
    const lines = world.node.lines.filter(({ level }) => level === 'error');
    assert.deepEqual(
      lines.map(({ message }) => message),
      ['a consumer of a stream passed over records that can not be read'],
    );
  });

  it('unpack again what had to make room for others', async () => {
    const { world, kafka } = await worldWithStream({ 'stream-unpacked-bytes-max': '1048576' });
    const codec = await loadCodec('gzip');
    const bodiesOf = Array.from({ length: 4 }, (_, i) => `${i}`.repeat(100_000));
    await kafka.produce('s', values(...bodiesOf), { codec });
    const clients = [await world.client(), await world.client(), await world.client()];
    for (const client of clients) await consume(client, text('first'), { prefetch: 1 });
    for (let round = 0; round < 4; round += 1) {
      for (const client of clients) {
        assert.deepEqual(await got(client), [bodiesOf[round]]);
        client.send(1, 'basic.ack', { deliveryTag: round + 1 });
        await world.node.scheduler.settle();
      }
    }
  });

  it('are told when the topic is deleted, by either side', async () => {
    for (const side of ['kafka', 'amqp'] as const) {
      const { world, client, kafka } = await worldWithStream();
      await consume(client, text('first'));
      const other = await world.client();
      if (side === 'kafka') assert.equal(await kafka.deleteTopic('s'), 0);
      else await other.call(1, 'queue.delete', { queue: 's' });
      assert.deepEqual(
        (await client.take()).map(({ method }) => method),
        ['basic.cancel'],
      );
      const gone = await other.call(1, 'queue.declare', { queue: 's', passive: true });
      assert.equal(closed(gone), "channel 404 NOT_FOUND - no queue 's' in vhost '/' (50, 10)");
      assert.equal(await kafka.createTopic('s'), undefined);
    }
  });

  it('keep reading while the log is deleted before them', async () => {
    const { client, kafka } = await worldWithStream();
    for (const value of 'abcdef') await kafka.produce('s', values(value));
    await consume(client, text('first'), { prefetch: 1 });
    assert.deepEqual(await got(client), ['a']);
    await kafka.deleteBefore('s', 6);
    await kafka.produce('s', values('g'));
    client.send(1, 'basic.ack', { deliveryTag: 1 });
    // What was read before the deletion may still be given.
    const rest: string[] = [];
    for (let tag = 2; ; tag += 1) {
      const one = await got(client);
      if (one.length === 0) break;
      rest.push(...one);
      client.send(1, 'basic.ack', { deliveryTag: tag });
    }
    assert.equal(rest.at(-1), 'g');
  });

  it('wait while their client does not read', async () => {
    const { world, kafka } = await worldWithStream();
    const client = await world.client();
    const big = Array.from({ length: 40 }, (_, i) => `${i % 10}`.repeat(100_000));
    for (const value of big) await kafka.produce('s', values(value));
    client.isReading = false;
    client.send(1, 'basic.qos', { prefetchCount: 100 });
    client.send(1, 'basic.consume', { queue: 's', arguments: table({ 'x-stream-offset': text('first') }) });
    await world.node.scheduler.settle();
    assert.ok(client.bufferedBytes < 2_000_000, `${client.bufferedBytes} bytes wait`);
  });
});
