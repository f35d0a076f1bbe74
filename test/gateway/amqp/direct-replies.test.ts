/** Direct reply-to: questions and answers without a queue in between. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AmqpWorld, closed, declare } from './world.ts';

const REPLY_TO = 'amq.rabbitmq.reply-to';

describe('direct reply-to', () => {
  it('brings the answer to the channel that asked', async () => {
    const world = await AmqpWorld.start();
    const server = await world.client();
    const client = await world.client();
    await declare(server, 'rpc');
    await server.call(1, 'basic.consume', { queue: 'rpc', noAck: true });
    await client.call(1, 'basic.consume', { queue: REPLY_TO, noAck: true, consumerTag: 'answers' });
    client.publish(1, '', 'rpc', 'question', { replyTo: REPLY_TO, correlationId: '7' });
    const [question] = await server.take();
    assert.ok(question?.method === 'basic.deliver');
    const replyTo = question.properties?.replyTo ?? '';
    assert.match(replyTo, /^amq\.rabbitmq\.reply-to\.[\w-]{32}$/);
    server.publish(1, '', replyTo, 'answer', { correlationId: '7' });
    const [answer] = await client.take();
    assert.ok(answer?.method === 'basic.deliver');
    assert.deepEqual(
      [answer.consumerTag, answer.exchange, answer.routingKey, answer.body, answer.properties?.correlationId],
      ['answers', '', replyTo, 'answer', '7'],
    );
  });

  it('tells who asks by declaring the name whether somebody still waits', async () => {
    const world = await AmqpWorld.start();
    const server = await world.client();
    const client = await world.client();
    await declare(server, 'rpc');
    await client.call(1, 'basic.consume', { queue: REPLY_TO, noAck: true });
    client.publish(1, '', 'rpc', 'question', { replyTo: REPLY_TO });
    const got = await server.call(1, 'basic.get', { queue: 'rpc', noAck: true });
    const queue = got.properties?.replyTo ?? '';
    assert.equal((await server.call(1, 'queue.declare', { queue, passive: true })).method, 'queue.declare-ok');
    client.destroy();
    await world.node.scheduler.settle();
    server.publish(1, '', queue, 'too late', {}, { mandatory: true });
    const [returned] = await server.take();
    assert.ok(returned?.method === 'basic.return' && returned.replyCode === 312);
    const gone = await server.call(1, 'queue.declare', { queue, passive: true });
    assert.equal(closed(gone), `channel 404 NOT_FOUND - no queue '${queue}' in vhost '/' (50, 10)`);
  });

  it('has one consumer per channel, which can be cancelled', async () => {
    const world = await AmqpWorld.start();
    const client = await world.client();
    await client.call(1, 'basic.consume', { queue: REPLY_TO, noAck: true, consumerTag: 'a' });
    await client.call(1, 'basic.cancel', { consumerTag: 'a' });
    await client.call(1, 'basic.consume', { queue: REPLY_TO, noAck: true });
    const second = await client.call(1, 'basic.consume', { queue: REPLY_TO, noAck: true });
    assert.equal(closed(second), 'channel 406 PRECONDITION_FAILED - reply consumer already set (60, 20)');
  });
});
