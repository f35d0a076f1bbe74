/** The life of a connection: handshake and its refusals, heartbeats, back-pressure, close from either side, and who is connected. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROTOCOL_HEADER } from '../../../src/gateway/amqp/protocol/constants.ts';
import { FrameWriter } from '../../../src/gateway/amqp/protocol/frame-writer.ts';
import { methodBytes } from './amqp-client.ts';
import { AmqpWorld, bodies, closed, declare, ready, table, text } from './world.ts';

describe('the handshake', () => {
  it('offers what there is, and looks like a RabbitMQ of the configured version', async () => {
    const world = await AmqpWorld.start({ 'amqp-product-version': '4.9.9', 'amqp-heartbeat-ms': '30 s' });
    const client = world.socket();
    client.raw(PROTOCOL_HEADER);
    const [start] = await client.take();
    assert.ok(start?.method === 'connection.start');
    assert.deepEqual(
      [start.versionMajor, start.versionMinor, start.mechanisms, start.locales],
      [0, 9, 'PLAIN AMQPLAIN', 'en_US'],
    );
    assert.deepEqual(start.serverProperties.get('product'), text('RabbitMQ'));
    assert.deepEqual(start.serverProperties.get('version'), text('4.9.9'));
    const capabilities = start.serverProperties.get('capabilities');
    assert.ok(capabilities?.type === 'table' && capabilities.value.has('publisher_confirms'));
    assert.deepEqual(
      ['copyright', 'information', 'platform'].map((name) => start.serverProperties.get(name)?.type),
      ['longstr', 'longstr', 'longstr'],
    );
    const tune = await client.call(0, 'connection.start-ok', {
      clientProperties: table({}),
      response: Buffer.from('\0guest\0guest'),
    });
    assert.ok(tune.method === 'connection.tune');
    assert.deepEqual([tune.channelMax, tune.frameMax, tune.heartbeat], [2047, 131072, 30]);
  });

  for (const [title, header] of [
    ['another version', Buffer.from('AMQP\0\0\x09\0', 'latin1')],
    ['AMQP 1.0', Buffer.from('AMQP\0\x01\0\0', 'latin1')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
  ] as const) {
    it(`answers ${title} with the header it speaks, and closes`, async () => {
      const world = await AmqpWorld.start();
      const client = world.socket();
      client.raw(header);
      await world.node.scheduler.settle();
      assert.equal(client.refusedWith, PROTOCOL_HEADER);
      assert.ok(client.isClosed);
    });
  }

  it('tells a client with a wrong password no more than that, if it wants to know', async () => {
    const world = await AmqpWorld.start();
    for (const user of ['guest', 'nobody']) {
      const refused = await world.socket().open({ user, password: 'wrong' });
      assert.equal(
        closed(refused),
        'connection 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile. (0, 0)',
      );
    }
    const silent = world.socket();
    await assert.rejects(silent.open({ password: 'wrong', capabilities: [] }), /the connection was closed/);
  });

  it('knows AMQPLAIN, and no mechanism that was not offered', async () => {
    const world = await AmqpWorld.start();
    const client = world.socket();
    client.raw(PROTOCOL_HEADER);
    await client.take();
    const response = tableBytes({ LOGIN: 'guest', PASSWORD: 'guest' });
    const tune = await client.call(0, 'connection.start-ok', {
      clientProperties: table({}),
      mechanism: 'AMQPLAIN',
      response,
    });
    assert.equal(tune.method, 'connection.tune');
    const other = world.socket();
    other.raw(PROTOCOL_HEADER);
    await other.take();
    const refused = await other.call(0, 'connection.start-ok', {
      clientProperties: table({}),
      mechanism: 'EXTERNAL',
      response: Buffer.alloc(0),
    });
    assert.equal(
      closed(refused),
      "connection 503 COMMAND_INVALID - unknown authentication mechanism 'EXTERNAL' (10, 11)",
    );
  });

  for (const [title, options, expected] of [
    ['a vhost that does not exist', { vhost: 'X' }, 'NOT_ALLOWED - vhost X not found (10, 40)'],
    [
      'no limit of frames',
      { frameMax: 0 },
      'NOT_ALLOWED - negotiated frame_max = 0 is higher than the maximum allowed value (131072) (10, 30)',
    ],
    [
      'larger frames',
      { frameMax: 131_073 },
      'NOT_ALLOWED - negotiated frame_max = 131073 is higher than the maximum allowed value (131072) (10, 30)',
    ],
    [
      'too small frames',
      { frameMax: 4095 },
      'NOT_ALLOWED - negotiated frame_max = 4095 is lower than the minimum allowed value (4096) (10, 30)',
    ],
    [
      'no limit of channels',
      { channelMax: 0 },
      'NOT_ALLOWED - negotiated channel_max = 0 (no limit) is higher than the maximum allowed value (2047) (10, 30)',
    ],
    [
      'more channels',
      { channelMax: 2048 },
      'NOT_ALLOWED - negotiated channel_max = 2048 is higher than the maximum allowed value (2047) (10, 30)',
    ],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const world = await AmqpWorld.start();
      assert.equal(closed(await world.socket().open(options)), `connection 530 ${expected}`);
    });
  }

  it('must be over in time', async () => {
    const world = await AmqpWorld.start({ 'amqp-handshake-timeout-ms': '500' });
    const idle = world.socket();
    const busy = await world.client();
    await world.node.scheduler.advance(501);
    assert.ok(idle.isClosed && !busy.isClosed);
  });

  it('can come byte by byte, as everything after it', async () => {
    const world = await AmqpWorld.start();
    const client = world.socket();
    const writer = new FrameWriter(131072);
    const publish = (): Buffer => {
      writer.method(1, 'basic.publish', { exchange: '', routingKey: 'q' });
      writer.content(1, Buffer.from([0, 0]), Buffer.from('body'));
      return Buffer.concat(writer.take());
    };
    const bytes = Buffer.concat([
      PROTOCOL_HEADER,
      methodBytes(writer, 0, 'connection.start-ok', {
        clientProperties: table({}),
        response: Buffer.from('\0guest\0guest'),
      }),
      methodBytes(writer, 0, 'connection.tune-ok', { channelMax: 10, frameMax: 4096, heartbeat: 0 }),
      methodBytes(writer, 0, 'connection.open', {}),
      methodBytes(writer, 1, 'channel.open', {}),
      methodBytes(writer, 1, 'queue.declare', { queue: 'q' }),
      publish(),
      methodBytes(writer, 1, 'basic.get', { queue: 'q' }),
    ]);
    for (const byte of bytes) {
      client.raw(Buffer.from([byte]));
      if (client.isPaused) await world.node.scheduler.settle();
    }
    const methods = (await client.take()).map(({ method }) => method);
    assert.deepEqual(methods, [
      'connection.start',
      'connection.tune',
      'connection.open-ok',
      'channel.open-ok',
      'queue.declare-ok',
      'basic.get-ok',
    ]);
  });
});

describe('heartbeats', () => {
  it('are sent when nothing else is', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client({ heartbeat: 10 });
    await world.node.scheduler.advance(10_001);
    assert.ok(client.heartbeats === 1 || client.heartbeats === 2, `${client.heartbeats}`);
  });

  it('that do not come for two intervals end the connection', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client({ heartbeat: 10 });
    const silent = await world.client({ heartbeat: 10 });
    const without = await world.client({ heartbeat: 0 });
    for (let i = 0; i < 5; i += 1) {
      client.raw(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xce]));
      await world.node.scheduler.advance(6_000);
    }
    assert.deepEqual([client.isClosed, silent.isClosed, without.isClosed], [false, true, false]);
  });
});

describe('a client that does not read', () => {
  it('gets no more than a bounded amount, and the rest when it reads again', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    const body = Buffer.alloc(100_000, 'x');
    for (let i = 0; i < 60; i += 1) client.publish(1, '', 'q', body);
    await client.take();
    client.isReading = false;
    client.send(1, 'basic.consume', { queue: 'q', consumerTag: 't', noAck: true });
    await world.node.scheduler.settle();
    assert.ok(client.bufferedBytes > 1_000_000 && client.bufferedBytes < 1_300_000, `${client.bufferedBytes}`);
    const other = await world.client();
    assert.ok((await ready(other, 'q')) > 40);
    let count = 0;
    for (let rounds = 0; rounds < 20 && (await ready(other, 'q')) > 0; rounds += 1) {
      client.readAgain();
      count += bodies(await client.take()).length;
    }
    assert.equal(await ready(other, 'q'), 0);
    assert.ok(count > 40);
  });

  it('is not served while it leaves answers unread', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    client.isReading = false;
    for (let i = 0; i < 40_000 && !client.isPaused; i += 1)
      client.publish(1, '', 'nowhere', 'x'.repeat(100), {}, { mandatory: true });
    assert.ok(client.isPaused);
  });
});

describe('an answer that waits for the disk', () => {
  it('holds up its own channel, in which order is kept, and no other', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await client.openChannel(2);
    await client.openChannel(3);
    client.send(1, 'queue.declare', { queue: 'a', durable: true });
    client.send(2, 'basic.qos', {});
    client.send(3, 'queue.declare', { queue: 'b', durable: true });
    client.send(2, 'queue.declare', { queue: 'c', durable: true });
    client.send(1, 'basic.qos', {});
    client.send(2, 'basic.qos', {});
    const answers = (await client.take()).map(({ channel, method }) => `${channel} ${method}`);
    assert.deepEqual(answers, [
      '2 basic.qos-ok',
      '1 queue.declare-ok',
      '3 queue.declare-ok',
      '2 queue.declare-ok',
      '1 basic.qos-ok',
      '2 basic.qos-ok',
    ]);
  });

  it('is none that is about what does not outlive the node', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await client.openChannel(2);
    client.send(2, 'queue.declare', { queue: 'lasts', durable: true });
    client.send(1, 'queue.declare', { queue: 'mine', exclusive: true });
    client.send(1, 'queue.bind', { queue: 'mine', exchange: 'amq.fanout' });
    client.send(1, 'queue.declare', { queue: 'short', durable: false });
    const answers = (await client.take()).map(({ channel, method }) => `${channel} ${method}`);
    assert.deepEqual(answers, ['1 queue.declare-ok', '1 queue.bind-ok', '1 queue.declare-ok', '2 queue.declare-ok']);
  });

  it('shares its sync with those of other channels', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    for (let channel = 2; channel <= 20; channel += 1) await client.openChannel(channel);
    client.writes = 0;
    for (let channel = 1; channel <= 20; channel += 1) {
      client.send(channel, 'queue.declare', { queue: `q${channel}`, durable: true });
    }
    assert.equal((await client.take()).length, 20);
    assert.ok(client.writes <= 2, `${client.writes} writes`);
  });

  it('to the close of the connection holds up everything behind it', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    client.publish(1, '', 'q', 'before', { deliveryMode: 2 });
    client.send(0, 'connection.close', { replyCode: 200, classId: 0, methodId: 0 });
    client.publish(1, '', 'q', 'behind');
    assert.deepEqual(
      (await client.take()).map(({ method }) => method),
      ['connection.close-ok'],
    );
    assert.equal(await ready(await world.client(), 'q'), 1);
  });
});

describe('a full disk', () => {
  it('blocks publishers, tells them, and lets them go on when there is space', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const consumer = await world.client();
    await declare(client, 'q');
    await client.call(1, 'confirm.select', {});
    client.publish(1, '', 'q', 'a', { deliveryMode: 2 });
    await client.take();
    world.node.medium.freeBytes = () => Promise.resolve(0);
    await world.node.scheduler.advance(1001);
    client.publish(1, '', 'q', 'b', { deliveryMode: 2 });
    const told = await client.take();
    assert.deepEqual(
      told.map(({ method }) => method),
      ['connection.blocked'],
    );
    assert.ok(client.isPaused);
    await consumer.call(1, 'basic.consume', { queue: 'q' });
    assert.deepEqual(bodies(await consumer.take()), ['1:a']);
    world.node.medium.freeBytes = () => Promise.resolve(2 ** 40);
    await world.node.scheduler.advance(1001);
    assert.deepEqual(
      (await client.take()).map(({ method }) => method),
      ['connection.unblocked', 'basic.ack'],
    );
    assert.deepEqual(bodies(await consumer.take()), ['2:b']);
  });

  it('takes nothing from a connection that begins to publish then', async () => {
    const world = await AmqpWorld.start();
    world.node.medium.freeBytes = () => Promise.resolve(0);
    await world.node.scheduler.advance(1001);
    const client = await world.client();
    await declare(client, 'q');
    await client.call(1, 'confirm.select', {});
    client.publish(1, '', 'q', 'a', { deliveryMode: 2 });
    assert.deepEqual(
      (await client.take()).map(({ method }) => method),
      ['connection.blocked'],
    );
    assert.equal(await ready(await world.client(), 'q'), 0);
    world.node.medium.freeBytes = () => Promise.resolve(2 ** 40);
    await world.node.scheduler.advance(1001);
    assert.deepEqual(
      (await client.take()).map(({ method }) => method),
      ['connection.unblocked', 'basic.ack'],
    );
  });
});

describe('the end of a connection', () => {
  it('that its client closes is answered when what it published is durable', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    for (let i = 0; i < 100; i += 1) client.publish(1, '', 'q', `${i}`, { deliveryMode: 2 });
    const answer = await client.call(0, 'connection.close', { replyCode: 200, classId: 0, methodId: 0 });
    assert.equal(answer.method, 'connection.close-ok');
    await world.node.restart();
    assert.equal(await ready(await world.client(), 'q'), 100);
  });

  it('that an operator wants is told to the client', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    const [facts] = [...world.node.amqp.connections()];
    assert.ok(facts !== undefined);
    assert.equal(world.node.amqp.closeConnection('no such connection', 'why'), false);
    assert.equal(world.node.amqp.closeConnection(facts.name, 'Closed via management plugin'), true);
    const [told] = await client.take();
    assert.equal(closed(told as never), 'connection 320 CONNECTION_FORCED - Closed via management plugin (0, 0)');
  });

  it('comes if its client does not answer our close', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    client.send(1, 'basic.qos', { prefetchSize: 1 });
    await client.take();
    client.send(1, 'basic.qos', {});
    assert.deepEqual(await client.take(), []);
    assert.ok(!client.isClosed);
    await world.node.scheduler.advance(10_001);
    assert.ok(client.isClosed);
  });

  it('comes at once when its bytes are no frames any more', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    client.raw(Buffer.from([1, 0, 1, 0, 0, 0, 1, 7, 7]));
    assert.match(closed((await client.take()).at(-1) as never), /^connection 501 FRAME_ERROR - /);
    assert.ok(client.isClosed);
  });
});

describe('the list of connections', () => {
  it('tells who is connected and what is open', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await declare(client, 'q');
    await client.call(1, 'confirm.select', {});
    await client.call(1, 'basic.qos', { prefetchCount: 3 });
    await client.call(1, 'basic.qos', { prefetchCount: 9, global: true });
    await client.call(1, 'basic.consume', { queue: 'q', consumerTag: 't' });
    client.publish(1, '', 'q', 'x');
    client.publish(1, '', 'nowhere', 'y');
    await client.take();
    const [facts, ...others] = [...world.node.amqp.connections()];
    assert.ok(facts !== undefined && others.length === 0);
    assert.deepEqual([facts.user, facts.vhost, facts.state, facts.mechanism], ['guest', '/', 'running', 'PLAIN']);
    assert.ok(facts.receivedBytes > 0 && facts.sentBytes > 0);
    const [channel] = facts.channels;
    assert.ok(channel !== undefined);
    const { stats, consumers, ...rest } = channel;
    assert.deepEqual(rest, {
      number: 1,
      isConfirming: true,
      isTransactional: false,
      prefetch: 3,
      globalPrefetch: 9,
      unsettled: 1,
      unconfirmed: 0,
      uncommitted: 0,
      uncommittedSettlements: 0,
    });
    assert.deepEqual(
      consumers.map(({ tag, queue, prefetch }) => [tag, queue.name, prefetch]),
      [['t', 'q', 3]],
    );
    assert.deepEqual([stats.published, stats.confirmed, stats.unroutable, stats.delivered], [2, 2, 1, 1]);
  });
});

describe('limits', () => {
  it('of connections are kept', async () => {
    const world = await AmqpWorld.start({ 'amqp-connections-max': '2' });
    await world.client();
    await world.client();
    assert.ok(world.socket().isClosed);
  });

  it('of the time a consumer may take close its channel', async () => {
    const world = await AmqpWorld.start({ 'amqp-consumer-timeout-ms': '1000' });
    const client = await world.client();
    await declare(client, 'q');
    client.publish(1, '', 'q', 'x');
    await client.call(1, 'basic.consume', { queue: 'q' });
    await world.node.scheduler.advance(2000);
    assert.match(
      closed((await client.take()).at(-1) as never),
      /^channel 406 .*delivery acknowledgement on channel 1 timed out/,
    );
  });

  it('of what incomplete messages announce are kept', async () => {
    const world = await AmqpWorld.start({ 'amqp-message-bytes-max': '1024' });
    const client = await world.client();
    const writer = new FrameWriter(4096);
    for (let channel = 2; channel < 12; channel += 1) await client.openChannel(channel);
    for (let channel = 2; channel < 12; channel += 1) {
      writer.method(channel, 'basic.publish', { exchange: '', routingKey: 'q' });
      writer.content(channel, Buffer.from([0, 0]), Buffer.alloc(1000));
      const bytes = Buffer.concat(writer.take());
      const body = bytes.subarray(0, bytes.length - 1008);
      client.raw(Buffer.concat([body, Buffer.from([3, 0, channel, 0, 0, 0, 1, 0, 0xce])]));
    }
    assert.match(
      closed((await client.take()).at(-1) as never),
      /^connection 506 RESOURCE_ERROR - more than 8192 bytes/,
    );
  });
});

function tableBytes(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).map(([name, value]) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(value.length);
      return Buffer.concat([Buffer.from([name.length]), Buffer.from(`${name}S`), length, Buffer.from(value)]);
    }),
  );
}
