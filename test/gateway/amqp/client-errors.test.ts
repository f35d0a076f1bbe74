/** What clients are told when something is wrong: code, text, and the method that failed, as RabbitMQ tells it. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { AmqpClient } from './amqp-client.ts';
import { bytesOf } from './protocol/golden-methods.ts';
import { AmqpWorld, closed, declare, int, table, text } from './world.ts';

type Act = (client: AmqpClient, world: AmqpWorld) => unknown;

interface Case {
  readonly title: string;
  readonly act: Act;
  readonly expected: string;
}

/** @param payload in hexadecimal digits */
function frame(type: number, channel: number, payload: string): Buffer {
  const bytes = bytesOf(payload);
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(bytes.length, 3);
  return Buffer.concat([head, bytes, Buffer.from([0xce])]);
}

const REFUSED: readonly Case[] = [
  {
    title: 'a queue that does not exist',
    act: (client) => client.send(1, 'queue.declare', { queue: 'nope', passive: true }),
    expected: "channel 404 NOT_FOUND - no queue 'nope' in vhost '/' (50, 10)",
  },
  {
    title: 'an exchange that does not exist',
    act: (client) => client.send(1, 'exchange.declare', { exchange: 'nope', passive: true }),
    expected: "channel 404 NOT_FOUND - no exchange 'nope' in vhost '/' (40, 10)",
  },
  {
    title: 'publishing to an exchange that does not exist',
    act: (client) => client.publish(1, 'nope', 'k', 'x'),
    expected: "channel 404 NOT_FOUND - no exchange 'nope' in vhost '/' (60, 40)",
  },
  {
    title: 'a queue that was declared otherwise',
    act: async (client) => {
      await declare(client, 'other');
      client.send(1, 'queue.declare', { queue: 'other', durable: false });
    },
    expected:
      "channel 406 PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'other' in vhost '/': received 'false' but current is 'true' (50, 10)",
  },
  {
    title: 'a queue that was declared without an argument',
    act: async (client) => {
      await declare(client, 'plain');
      client.send(1, 'queue.declare', { queue: 'plain', durable: true, arguments: table({ 'x-max-length': int(5) }) });
    },
    expected:
      "channel 406 PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'plain' in vhost '/': received the value '5' of type 'signedint' but current is none (50, 10)",
  },
  {
    title: 'a reserved name',
    act: (client) => client.send(1, 'queue.declare', { queue: 'amq.foo' }),
    expected: "channel 403 ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*' (50, 10)",
  },
  {
    title: 'declaring the default exchange',
    act: (client) => client.send(1, 'exchange.delete', { exchange: '' }),
    expected: 'channel 403 ACCESS_REFUSED - operation not permitted on the default exchange (40, 20)',
  },
  {
    title: 'an exclusive queue of somebody else',
    act: async (client, world) => {
      const owner = await world.client();
      await declare(owner, 'mine', { durable: false, exclusive: true });
      client.send(1, 'queue.declare', { queue: 'mine', passive: true });
    },
    expected:
      "channel 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'mine' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration. (50, 10)",
  },
  {
    title: 'a delivery tag that was never given',
    act: (client) => client.send(1, 'basic.ack', { deliveryTag: 99 }),
    expected: 'channel 406 PRECONDITION_FAILED - unknown delivery tag 99 (60, 80)',
  },
  {
    title: 'delivery tag 0 of a single delivery',
    act: (client) => client.send(1, 'basic.nack', { deliveryTag: 0 }),
    expected: 'channel 406 PRECONDITION_FAILED - unknown delivery tag 0 (60, 120)',
  },
  {
    title: 'a delivery tag that is used twice',
    act: async (client) => {
      const queue = await declare(client, 'twice');
      client.publish(1, '', queue, 'x');
      await client.call(1, 'basic.get', { queue });
      client.send(1, 'basic.reject', { deliveryTag: 1 });
      client.send(1, 'basic.reject', { deliveryTag: 1 });
    },
    expected: 'channel 406 PRECONDITION_FAILED - unknown delivery tag 1 (60, 90)',
  },
  {
    title: 'deleting a queue that is used',
    act: async (client) => {
      const queue = await declare(client, 'used');
      await client.call(1, 'basic.consume', { queue });
      client.send(1, 'queue.delete', { queue, ifUnused: true });
    },
    expected: "channel 406 PRECONDITION_FAILED - queue 'used' in vhost '/' in use (50, 40)",
  },
  {
    title: 'deleting a queue that is not empty',
    act: async (client) => {
      const queue = await declare(client, 'full');
      client.publish(1, '', queue, 'x');
      client.send(1, 'queue.delete', { queue, ifEmpty: true });
    },
    expected: "channel 406 PRECONDITION_FAILED - queue 'full' in vhost '/' not empty (50, 40)",
  },
  {
    title: 'a second consumer beside an exclusive one',
    act: async (client) => {
      const queue = await declare(client, 'one');
      await client.call(1, 'basic.consume', { queue, exclusive: true });
      client.send(1, 'basic.consume', { queue });
    },
    expected: "channel 403 ACCESS_REFUSED - queue 'one' in vhost '/' in exclusive use (60, 20)",
  },
  {
    title: 'an expiration that is no number',
    act: (client) => client.publish(1, '', 'q', 'x', { expiration: 'abc' }),
    expected: "channel 406 PRECONDITION_FAILED - invalid expiration 'abc': no_integer (60, 40)",
  },
  {
    title: 'the name of another user',
    act: (client) => client.publish(1, '', 'q', 'x', { userId: 'bob' }),
    expected:
      "channel 406 PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was 'guest' (60, 40)",
  },
  {
    title: 'a direct reply that nobody waits for',
    act: (client) => client.publish(1, '', 'q', 'x', { replyTo: 'amq.rabbitmq.reply-to' }),
    expected: 'channel 406 PRECONDITION_FAILED - fast reply consumer does not exist (60, 40)',
  },
  {
    title: 'a consumer of direct replies that acknowledges',
    act: (client) => client.send(1, 'basic.consume', { queue: 'amq.rabbitmq.reply-to' }),
    expected: 'channel 406 PRECONDITION_FAILED - reply consumer cannot acknowledge (60, 20)',
  },
  {
    title: 'a message that is too large',
    act: (client) => client.publish(1, '', 'q', Buffer.alloc(2049)),
    expected: 'channel 406 PRECONDITION_FAILED - message size 2049 is larger than configured max size 2048 (60, 40)',
  },
  {
    title: 'confirms in a transaction',
    act: async (client) => {
      await client.call(1, 'tx.select', {});
      client.send(1, 'confirm.select', {});
    },
    expected: 'channel 406 PRECONDITION_FAILED - cannot switch from tx to confirm mode (85, 10)',
  },
  {
    title: 'a transaction with confirms',
    act: async (client) => {
      await client.call(1, 'confirm.select', {});
      client.send(1, 'tx.select', {});
    },
    expected: 'channel 406 PRECONDITION_FAILED - cannot switch from confirm to tx mode (90, 10)',
  },
  {
    title: 'a commit without a transaction',
    act: (client) => client.send(1, 'tx.commit', {}),
    expected: 'channel 406 PRECONDITION_FAILED - channel is not transactional (90, 20)',
  },
  {
    title: 'no queue name where none was declared',
    act: (client) => client.send(1, 'basic.consume', {}),
    expected: 'channel 404 NOT_FOUND - no previously declared queue (60, 20)',
  },
  {
    title: 'CC that is no list',
    act: (client) => client.publish(1, '', 'q', 'x', { headers: table({ CC: text('k') }) }),
    expected:
      "channel 406 PRECONDITION_FAILED - invalid message: header 'CC' must be an array, it has a value of type 'longstr' (60, 40)",
  },
  {
    title: 'a priority that is no number',
    act: async (client) => {
      const queue = await declare(client, 'priority');
      client.send(1, 'basic.consume', { queue, arguments: table({ 'x-priority': text('5') }) });
    },
    expected:
      "channel 406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue 'priority' in vhost '/': \"expected integer, got longstr\" (60, 20)",
  },
  {
    title: 'an offset where there is no stream',
    act: async (client) => {
      const queue = await declare(client, 'no-stream');
      client.send(1, 'basic.consume', { queue, arguments: table({ 'x-stream-offset': text('first') }) });
    },
    expected:
      "channel 406 PRECONDITION_FAILED - invalid arg 'x-stream-offset' for queue 'no-stream' in vhost '/' of queue type rabbit_classic_queue (60, 20)",
  },
  {
    title: 'a consumer tag that is taken',
    act: async (client) => {
      const queue = await declare(client, 'tag');
      await client.call(1, 'basic.consume', { queue, consumerTag: 't' });
      client.send(1, 'basic.consume', { queue, consumerTag: 't' });
    },
    expected: "connection 530 NOT_ALLOWED - attempt to reuse consumer tag 't' (60, 20)",
  },
  {
    title: 'immediate',
    act: (client) => client.publish(1, '', 'q', 'x', {}, { immediate: true }),
    expected: 'connection 540 NOT_IMPLEMENTED - immediate=true (60, 40)',
  },
  {
    title: 'a prefetch size',
    act: (client) => client.send(1, 'basic.qos', { prefetchSize: 5 }),
    expected: 'connection 540 NOT_IMPLEMENTED - prefetch_size!=0 (5) (60, 10)',
  },
  {
    title: 'recovery to the same consumer',
    act: (client) => client.send(1, 'basic.recover', { requeue: false }),
    expected: 'connection 540 NOT_IMPLEMENTED - requeue=false (60, 110)',
  },
  {
    title: 'stopping the flow',
    act: (client) => client.send(1, 'channel.flow', { active: false }),
    expected: 'connection 540 NOT_IMPLEMENTED - active=false (20, 20)',
  },
  {
    title: 'a channel that was not opened',
    act: (client) => client.send(2, 'basic.qos', {}),
    expected: "connection 504 CHANNEL_ERROR - expected 'channel.open' (60, 10)",
  },
  {
    title: 'a channel that is open already',
    act: (client) => client.send(1, 'channel.open', {}),
    expected: "connection 504 CHANNEL_ERROR - second 'channel.open' seen (20, 10)",
  },
  {
    title: 'a channel too many',
    act: async (client) => {
      await client.openChannel(2);
      client.send(3, 'channel.open', {});
    },
    expected:
      'connection 530 NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2) (0, 0)',
  },
  {
    title: 'an unknown type of exchange',
    act: (client) => client.send(1, 'exchange.declare', { exchange: 'e', type: 'x-nope' }),
    expected: "connection 503 COMMAND_INVALID - unknown exchange type 'x-nope' (40, 10)",
  },
  {
    title: 'a method of the server',
    act: (client) => client.send(1, 'basic.get-empty', {}),
    expected: 'connection 503 COMMAND_INVALID - unimplemented method (60, 72)',
  },
  {
    title: 'a method in the middle of a content',
    act: (client) => {
      client.send(1, 'basic.publish', { exchange: '', routingKey: 'q' });
      client.send(1, 'basic.qos', {});
    },
    expected:
      'connection 505 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead (60, 40)',
  },
  {
    title: 'a header with a weight',
    act: (client) => {
      client.send(1, 'basic.publish', { exchange: '', routingKey: 'q' });
      client.raw(frame(2, 1, '003c 0001 0000000000000000 0000'));
    },
    expected:
      'connection 505 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead (60, 40)',
  },
  {
    title: 'content of another class',
    act: (client) => {
      client.send(1, 'basic.publish', { exchange: '', routingKey: 'q' });
      client.raw(frame(2, 1, '0032 0000 0000000000000000 0000'));
    },
    expected:
      'connection 505 UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead (60, 40)',
  },
  {
    title: 'content without a method',
    act: (client) => client.raw(frame(3, 1, '78')),
    expected: 'connection 505 UNEXPECTED_FRAME - expected method frame, got non method frame instead (0, 0)',
  },
  {
    title: 'a heartbeat on a channel',
    act: (client) => client.raw(frame(8, 1, '')),
    expected: 'connection 505 UNEXPECTED_FRAME - heartbeat on channel 1 (0, 0)',
  },
  {
    title: 'a heartbeat on a channel that was not opened',
    act: (client) => client.raw(frame(8, 2, '')),
    expected: 'connection 505 UNEXPECTED_FRAME - heartbeat on channel 2 (0, 0)',
  },
  {
    title: 'a heartbeat with a payload',
    act: (client) => client.raw(frame(8, 0, '78')),
    expected: 'connection 501 FRAME_ERROR - a heartbeat with 1 bytes of payload (0, 0)',
  },
  {
    title: 'a method that ends too early',
    act: (client) => client.raw(frame(1, 1, '003c 000a 0000')),
    expected: 'connection 501 FRAME_ERROR - basic.qos: prefetchSize: the frame ends before the argument does (60, 10)',
  },
  {
    title: 'a method that ends too early, where no channel is open',
    act: (client) => client.raw(frame(1, 2, '003c 000a 0000')),
    expected: 'connection 501 FRAME_ERROR - basic.qos: prefetchSize: the frame ends before the argument does (60, 10)',
  },
  {
    title: 'a method that ends before it has a name',
    act: (client) => client.raw(frame(1, 1, '003c')),
    expected: 'connection 501 FRAME_ERROR - a method frame of 2 bytes names no method (0, 0)',
  },
  {
    title: 'a second handshake',
    act: (client) => client.send(0, 'connection.tune-ok', {}),
    expected: 'connection 504 CHANNEL_ERROR - unexpected method in connection state running (10, 31)',
  },
];

describe('a client is told about', () => {
  let world: AmqpWorld;
  before(async () => {
    world = await AmqpWorld.start({ 'amqp-message-bytes-max': '2048' });
  });

  for (const { title, act, expected } of REFUSED) {
    it(title, async () => {
      const client = await world.client({ channelMax: 2 });
      await act(client, world);
      const last = (await client.take()).at(-1);
      assert.ok(last !== undefined, 'nothing came');
      assert.equal(closed(last), expected);
      if (last.method !== 'connection.close') return;
      client.send(0, 'connection.close-ok', {});
      assert.ok(client.isClosed);
    });
  }
});

describe('after an error', () => {
  it('the channel is deaf until it is closed, and its number is free again after', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    client.send(1, 'basic.ack', { deliveryTag: 5 });
    client.publish(1, '', 'q', 'lost');
    client.send(1, 'queue.delete', { queue: 'q' });
    const received = await client.take();
    assert.deepEqual(
      received.map(({ method }) => method),
      ['channel.close'],
    );
    client.send(1, 'channel.close-ok', {});
    await client.openChannel(1);
    assert.equal((await client.call(1, 'queue.declare', { queue: 'q', passive: true })).method, 'queue.declare-ok');
  });

  it('other channels and connections go on', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const other = await world.client();
    await client.openChannel(2);
    client.send(1, 'basic.ack', { deliveryTag: 5 });
    assert.equal((await client.call(2, 'queue.declare', { queue: 'q' })).method, 'queue.declare-ok');
    client.send(2, 'basic.qos', { prefetchSize: 1 });
    assert.equal((await client.take()).at(-1)?.method, 'connection.close');
    assert.equal((await other.call(1, 'queue.declare', { queue: 'q', passive: true })).method, 'queue.declare-ok');
  });
});
