/**
 * Hostile AMQP clients against a whole node: valid conversations with bytes changed, cut off, repeated or put in another order, and
 * plain rubbish. Whatever comes, the node goes on, no error is ours, and another client notices nothing.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROTOCOL_HEADER } from '../../src/gateway/amqp/protocol/constants.ts';
import { FrameWriter } from '../../src/gateway/amqp/protocol/frame-writer.ts';
import type { MethodInput, MethodName } from '../../src/gateway/amqp/protocol/methods.ts';
import { encodeProperties } from '../../src/message/amqp-properties-codec.ts';
import { AmqpWorld, declare, int, ready, table, text } from '../gateway/amqp/world.ts';
import { SeededRandom } from '../support/scheduler.ts';

const ROUNDS = 400;

/** The frames of a client that uses everything there is. */
function conversation(): Buffer[] {
  const writer = new FrameWriter(4096);
  const frames: Buffer[] = [];
  const take = () => frames.push(Buffer.concat(writer.take()));
  const send = <N extends MethodName>(channel: number, method: N, given: MethodInput<N>) => {
    writer.method(channel, method, given);
    take();
  };
  const publish = (channel: number, exchange: string, routingKey: string, body: string) => {
    writer.method(channel, 'basic.publish', { exchange, routingKey, mandatory: true });
    take();
    const headers = table({
      a: int(1),
      CC: { type: 'array', value: [text('q2')] },
      deep: { type: 'table', value: table({ b: text('c') }) },
    });
    writer.content(
      channel,
      encodeProperties({ headers, deliveryMode: 2, expiration: '5000', priority: 3 }),
      Buffer.from(body),
    );
    take();
  };
  send(0, 'connection.start-ok', { clientProperties: table({}), response: Buffer.from('\0guest\0guest') });
  send(0, 'connection.tune-ok', { channelMax: 20, frameMax: 4096, heartbeat: 10 });
  send(0, 'connection.open', { virtualHost: '/' });
  for (const channel of [1, 2, 3]) send(channel, 'channel.open', {});
  send(1, 'exchange.declare', {
    exchange: 'x',
    type: 'topic',
    arguments: table({ 'alternate-exchange': text('amq.fanout') }),
  });
  send(1, 'queue.declare', {
    queue: 'q1',
    arguments: table({ 'x-max-length': int(10), 'x-dead-letter-exchange': text('x') }),
  });
  send(1, 'queue.declare', { queue: 'q2', exclusive: true, arguments: table({ 'x-max-priority': int(3) }) });
  send(1, 'queue.declare', { queue: 'q3', autoDelete: true });
  send(1, 'queue.bind', { queue: 'q1', exchange: 'x', routingKey: '#.a', arguments: table({}) });
  send(1, 'exchange.bind', { destination: 'amq.headers', source: 'x', routingKey: 'k' });
  send(1, 'basic.qos', { prefetchCount: 2 });
  send(1, 'basic.consume', { queue: 'q1', consumerTag: 't', arguments: table({ 'x-priority': int(1) }) });
  send(2, 'confirm.select', {});
  publish(2, 'x', 'b.a', 'one');
  publish(2, '', 'q1', 'x'.repeat(5000));
  publish(2, '', 'q3', 'three');
  send(1, 'basic.ack', { deliveryTag: 1, multiple: true });
  send(3, 'tx.select', {});
  publish(3, '', 'q2', 'two');
  send(3, 'basic.get', { queue: 'q3' });
  send(3, 'basic.nack', { deliveryTag: 1, requeue: false });
  send(3, 'tx.commit', {});
  send(1, 'basic.cancel', { consumerTag: 't' });
  send(1, 'queue.purge', { queue: 'q2' });
  send(1, 'queue.unbind', { queue: 'q1', exchange: 'x', routingKey: '#.a' });
  send(1, 'queue.delete', { queue: 'q1' });
  send(2, 'channel.close', { replyCode: 200, classId: 0, methodId: 0 });
  send(0, 'connection.close', { replyCode: 200, classId: 0, methodId: 0 });
  return frames;
}

function changed(random: SeededRandom, frames: readonly Buffer[]): Buffer[] {
  const copy: Buffer[] = frames.map((frame) => Buffer.from(frame));
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) {
    const at = random.below(copy.length);
    const frame = copy[at] as Buffer;
    switch (random.below(6)) {
      case 0:
        frame[random.below(frame.length)] = random.below(256);
        break;
      case 1:
        // The lengths inside, more often than chance would have it.
        frame[7 + random.below(Math.max(1, frame.length - 7))] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)] as number;
        break;
      case 2:
        copy.splice(at, 1);
        break;
      case 3:
        copy.splice(random.below(copy.length), 0, frame);
        break;
      case 4:
        copy[at] = frame.subarray(0, random.below(frame.length));
        break;
      default:
        copy.splice(at, 0, random.bytes(1 + random.below(30)));
    }
    if (copy.length === 0) return frames.map((each) => Buffer.from(each));
  }
  return copy;
}

/** The same bytes in chunks of any size. */
function* chunks(random: SeededRandom, bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(random.chance(50) ? 20 : 5000));
    yield bytes.subarray(at, end);
    at = end;
  }
}

describe('hostile AMQP clients', () => {
  it('hurt nobody but themselves', async () => {
    const world = await AmqpWorld.start({ 'amqp-message-bytes-max': '65536' });
    const { scheduler } = world.node;
    const random = new SeededRandom(99);
    const bystander = await world.client();
    await declare(bystander, 'mine');
    let published = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const client = world.socket();
      const frames = changed(random, conversation());
      const bytes = Buffer.concat([random.chance(95) ? PROTOCOL_HEADER : random.bytes(8), ...frames]);
      for (const chunk of chunks(random, bytes)) {
        client.raw(chunk);
        if (random.chance(60)) await scheduler.settle();
      }
      await scheduler.settle();
      if (random.chance(80)) client.destroy();
      bystander.publish(1, '', 'mine', 'x');
      published += 1;
      assert.equal(world.node.fatal, undefined);
      const ours = world.node.lines.filter(({ level }) => level === 'error');
      assert.deepEqual(ours, [], `round ${round}`);
    }
    assert.equal(await ready(bystander, 'mine'), published);
    await scheduler.advance(60_000);
    assert.equal([...world.node.amqp.connections()].length, 1, 'all others are gone');
  });

  it('leave nothing behind', async () => {
    const world = await AmqpWorld.start();
    const client = world.socket();
    for (const frame of [PROTOCOL_HEADER, ...conversation()]) {
      client.raw(frame);
      await world.node.scheduler.settle();
    }
    const last = client.received.at(-1);
    assert.equal(last?.method, 'connection.close-ok', JSON.stringify(last));
    assert.deepEqual(
      client.received.filter(({ method }) => method === 'channel.close'),
      [],
    );
    assert.ok(client.isClosed);
    const after = await world.client();
    assert.equal((await after.call(1, 'queue.declare', { queue: 'q2', passive: true })).method, 'channel.close');
  });
});
