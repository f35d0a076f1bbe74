/** Publishing: what is kept of a message, returns, confirms, copies, and bodies of several frames. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameWriter } from '../../../src/gateway/amqp/protocol/frame-writer.ts';
import type { FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpClient, Received } from './amqp-client.ts';
import { AmqpWorld, bodies, declare, int, ready, table, text } from './world.ts';

const keys = (...names: string[]): FieldValue => ({ type: 'array', value: names.map(text) });

function confirms(received: readonly Received[]): string[] {
  return received.flatMap((each) =>
    each.method === 'basic.ack' || each.method === 'basic.nack'
      ? [`${each.method.slice(6)} ${each.multiple ? '..' : ''}${each.deliveryTag}`]
      : [],
  );
}

async function confirming(world: AmqpWorld): Promise<AmqpClient> {
  const client = await world.client();
  assert.equal((await client.call(1, 'confirm.select', {})).method, 'confirm.select-ok');
  return client;
}

describe('a published message', () => {
  it('arrives with its properties and body as they were', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    const properties = {
      contentType: 'text/plain',
      headers: table({ a: int(1), b: text('x') }),
      deliveryMode: 2,
      priority: 3,
      correlationId: 'c',
      messageId: 'm',
      timestamp: 5n,
      userId: 'guest',
    };
    client.publish(1, '', 'q', 'hello', properties);
    client.publish(1, '', 'q', '');
    await client.call(1, 'basic.consume', { queue: 'q', noAck: true });
    const [first, second] = await client.take();
    assert.ok(first?.method === 'basic.deliver' && second?.method === 'basic.deliver');
    assert.equal(first.body, 'hello');
    assert.deepEqual([first.exchange, first.routingKey, first.redelivered, first.deliveryTag], ['', 'q', false, 1]);
    assert.deepEqual({ ...first.properties }, { ...second.properties, ...properties });
    assert.equal(second.body, '');
  });

  it('goes where its own method says, however much it resembles the one before', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const wanted: string[] = [];
    const queues = ['qa', 'qb', 'q'.repeat(200), `${'q'.repeat(199)}r`];
    for (const queue of queues) await declare(client, queue);
    for (const queue of [
      ...queues,
      ...queues,
      'qb',
      'qb',
      'qa',
      'qa',
      'qb',
      queues[3] as string,
      queues[3] as string,
    ]) {
      client.publish(1, '', queue, queue);
      wanted.push(queue);
    }
    client.publish(1, '', 'qb', 'mandatory', {}, { mandatory: true });
    client.publish(1, '', 'qc', 'returned', {}, { mandatory: true });
    client.publish(1, '', 'qc', 'lost');
    assert.deepEqual(
      (await client.take()).map(({ method, body }) => [method, body]),
      [['basic.return', 'returned']],
    );
    for (const queue of queues) {
      await client.call(1, 'basic.consume', { queue, noAck: true });
      const came = (await client.take()).map(({ body }) => body).filter((body) => body !== 'mandatory');
      assert.deepEqual(
        came,
        wanted.filter((each) => each === queue),
      );
    }
  });

  it('may have its body in any number of frames, mixed with those of other channels', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await client.openChannel(2);
    await declare(client, 'q');
    const writer = new FrameWriter(4096);
    const large = 'abcdefghij'.repeat(2000);
    const frames = (channel: number): Buffer[] => {
      writer.method(channel, 'basic.publish', { exchange: '', routingKey: 'q' });
      writer.content(channel, Buffer.from([0, 0]), Buffer.from(`${channel}${large}`));
      return splitFrames(Buffer.concat(writer.take()));
    };
    const [one, two] = [frames(1), frames(2)];
    for (const [i, frame] of one.entries()) {
      client.raw(frame);
      client.raw(two[i] ?? Buffer.alloc(0));
    }
    await client.call(1, 'basic.consume', { queue: 'q', noAck: true });
    assert.deepEqual(bodies(await client.take()), [`1:1${large}`, `2:2${large}`]);
  });

  it('goes to the queues of CC and BCC too, and nobody sees BCC', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    for (const queue of ['q1', 'q2', 'q3']) await declare(client, queue);
    client.publish(1, '', 'q1', 'x', { headers: table({ CC: keys('q2', 'q1'), BCC: keys('q3'), other: int(1) }) });
    for (const queue of ['q1', 'q2', 'q3']) {
      const got = await client.call(1, 'basic.get', { queue, noAck: true });
      assert.ok(got.method === 'basic.get-ok', queue);
      assert.deepEqual(got.properties?.headers, table({ CC: keys('q2', 'q1'), other: int(1) }));
      assert.equal(got.messageCount, 0);
    }
  });

  it('does not say for the broker which queue it was moved from', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    const forged = { 'aws.dead-letter-source': text('victim'), other: int(1) };
    for (const headers of [table(forged), table({ ...forged, CC: keys('q') })])
      client.publish(1, '', 'q', 'x', { headers });
    const got = await client.call(1, 'basic.get', { queue: 'q', noAck: true });
    assert.ok(got.method === 'basic.get-ok');
    assert.deepEqual(got.properties?.headers, table({ other: int(1) }));
    const copied = await client.call(1, 'basic.get', { queue: 'q', noAck: true });
    assert.ok(copied.method === 'basic.get-ok');
    assert.deepEqual(copied.properties?.headers, table({ other: int(1), CC: keys('q') }));
  });

  it('passes over what is no text in CC', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    for (const queue of ['q1', 'q2']) await declare(client, queue);
    const copies: FieldValue = { type: 'array', value: [int(1), { type: 'void' }, text('q2')] };
    client.publish(1, '', 'q1', 'x', { headers: table({ CC: copies }) });
    for (const queue of ['q1', 'q2']) assert.equal(await ready(client, queue), 1);
  });
});

describe('a mandatory message', () => {
  it('comes back if no queue gets it, before it is confirmed', async () => {
    const world = await AmqpWorld.start();
    const client = await confirming(world);
    client.publish(1, '', 'nowhere', 'lost', { messageId: 'm' }, { mandatory: true });
    client.publish(1, '', 'nowhere', 'dropped');
    const received = await client.take();
    const [returned] = received;
    assert.ok(returned?.method === 'basic.return');
    assert.deepEqual(
      [returned.replyCode, returned.replyText, returned.exchange, returned.routingKey, returned.body],
      [312, 'NO_ROUTE', '', 'nowhere', 'lost'],
    );
    assert.equal(returned.properties?.messageId, 'm');
    assert.deepEqual(confirms(received), ['ack ..2']);
    assert.equal(received.length, 2);
  });
});

describe('confirms', () => {
  it('of lasting messages come when they are durable, as few as can be', async () => {
    const world = await AmqpWorld.start();
    const client = await confirming(world);
    await declare(client, 'q');
    await client.take();
    for (let i = 0; i < 50; i += 1) client.publish(1, '', 'q', `${i}`, { deliveryMode: 2 });
    assert.equal(client.received.length, 0);
    assert.deepEqual(confirms(await client.take()), ['ack ..50']);
    client.publish(1, '', 'q', 'x', { deliveryMode: 2 });
    assert.deepEqual(confirms(await client.take()), ['ack 51']);
  });

  it('say no for a message that a queue refuses, in its turn', async () => {
    const world = await AmqpWorld.start();
    const client = await confirming(world);
    await declare(client, 'q', { arguments: table({ 'x-max-length': int(2), 'x-overflow': text('reject-publish') }) });
    for (let i = 0; i < 4; i += 1) client.publish(1, '', 'q', `${i}`, { deliveryMode: 2 });
    client.publish(1, '', 'nowhere', 'x');
    assert.deepEqual(confirms(await client.take()), ['ack ..2', 'nack ..4', 'ack 5']);
    assert.equal(await ready(client, 'q'), 2);
  });

  it('that came before a crash were the truth', async () => {
    const world = await AmqpWorld.start();
    const client = await confirming(world);
    await declare(client, 'q');
    for (let i = 0; i < 20; i += 1) client.publish(1, '', 'q', `${i}`, { deliveryMode: 2 });
    await client.take();
    for (let i = 20; i < 40; i += 1) client.publish(1, '', 'q', `${i}`, { deliveryMode: 2 });
    await world.node.restart();
    const after = await world.client();
    const count = await ready(after, 'q');
    assert.ok(count >= 20 && count <= 40, `${count}`);
    await after.call(1, 'basic.consume', { queue: 'q', noAck: true });
    assert.deepEqual(
      bodies(await after.take()).map((each) => Number(each.split(':')[1])),
      Array.from({ length: count }, (_, i) => i),
    );
  });

  it('that are due leave before the channel is closed', async () => {
    const world = await AmqpWorld.start();
    const client = await confirming(world);
    await declare(client, 'q');
    client.publish(1, '', 'q', 'x', { deliveryMode: 2 });
    client.send(1, 'channel.close', { replyCode: 200, classId: 0, methodId: 0 });
    assert.deepEqual(
      (await client.take()).map(({ method }) => method),
      ['basic.ack', 'channel.close-ok'],
    );
  });

  it('that wait hold up the reading at their bound, and no longer than they wait', async () => {
    const world = await AmqpWorld.start({ 'amqp-unconfirmed-max': '5' });
    const client = await confirming(world);
    await declare(client, 'q');
    for (let i = 0; i < 12; i += 1) client.publish(1, '', 'q', `${i}`, { deliveryMode: 2 });
    assert.ok(client.isPaused);
    await client.take();
    assert.ok(!client.isPaused);
    assert.equal(await ready(client, 'q'), 12);
  });
});

/** The frames of these bytes, each by itself. */
function splitFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at + 3);
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return frames;
}
