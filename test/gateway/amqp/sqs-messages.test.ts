/** Messages of one queue, sent by clients of one protocol and received by those of another. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpClient } from './amqp-client.ts';
import { KafkaSide } from './kafka-side.ts';
import { SqsSide } from './sqs-side.ts';
import { AmqpWorld, declare, int, ready, table, text } from './world.ts';

const ATTRIBUTES = {
  kind: { DataType: 'String', StringValue: 'order' },
  count: { DataType: 'Number', StringValue: '5' },
  bytes: { DataType: 'Binary', BinaryValue: '/w==' },
};

async function worldWithQueue(queue = 'q', args = {}) {
  const world = await AmqpWorld.start();
  const client = await world.client();
  await declare(client, queue, { arguments: table(args) });
  return { world, client, sqs: new SqsSide(world.node) };
}

async function get(client: AmqpClient, queue: string) {
  const got = await client.call(1, 'basic.get', { queue });
  assert.ok(got.method === 'basic.get-ok', `${queue} is empty`);
  return got;
}

/** Rejects what is in `q`, whose dead letter exchange is `dlx`, of that type; gives the queue behind it, `dead`. */
async function deadLettered(type: string, bound: Parameters<typeof table>[0], deadArguments = {}) {
  const { world, client, sqs } = await worldWithQueue('q', { 'x-dead-letter-exchange': text('dlx') });
  await client.call(1, 'exchange.declare', { exchange: 'dlx', type });
  await declare(client, 'dead', { arguments: table(deadArguments) });
  await client.call(1, 'queue.bind', { queue: 'dead', exchange: 'dlx', arguments: table(bound) });
  const id = await sqs.send('q', 'hello', { MessageAttributes: ATTRIBUTES });
  const { deliveryTag } = await get(client, 'q');
  client.send(1, 'basic.reject', { deliveryTag, requeue: false });
  await client.take();
  return { world, client, sqs, id };
}

describe('a message that was sent through SQS', () => {
  it('is a persistent message with headers for AMQP clients', async () => {
    const { world, client, sqs } = await worldWithQueue();
    const id = await sqs.send('q', 'hello', { MessageAttributes: ATTRIBUTES });
    const { body, exchange, routingKey, properties } = await get(client, 'q');
    assert.deepEqual([String(body), exchange, routingKey], ['hello', '', 'q']);
    assert.deepEqual([properties?.messageId, properties?.deliveryMode], [id, 2]);
    assert.equal(properties?.timestamp, BigInt(Math.floor(world.node.scheduler.nowMs() / 1000)));
    const headers = properties?.headers;
    assert.deepEqual(headers?.get('kind'), text('order'));
    assert.deepEqual(headers?.get('count'), { type: 'int64', value: 5n });
    assert.deepEqual(headers?.get('bytes'), { type: 'binary', value: Buffer.of(0xff) });
  });

  it('is the same for SQS when an AMQP client has published it again as it came', async () => {
    const { client, sqs } = await worldWithQueue();
    await declare(client, 'again');
    const id = await sqs.send('q', 'hello', { MessageAttributes: ATTRIBUTES });
    const { properties } = await get(client, 'q');
    client.publish(1, '', 'again', 'hello', properties ?? {});
    await client.take();
    const [message] = await sqs.receive('again');
    assert.deepEqual([message?.MessageId, message?.Body], [id, 'hello']);
    assert.deepEqual(message?.MessageAttributes, ATTRIBUTES);
  });

  it('is bytes for AMQP clients if its sender says that it is base64', async () => {
    const { client, sqs } = await worldWithQueue();
    const encoding = { 'Content-Transfer-Encoding': { DataType: 'String', StringValue: 'base64' } };
    await sqs.send('q', '/wA=', { MessageAttributes: encoding });
    assert.deepEqual((await get(client, 'q')).properties?.headers?.has('Content-Transfer-Encoding'), false);
    client.send(1, 'basic.nack', { deliveryTag: 1, requeue: true });
    await client.take();
    const [message] = await sqs.receive('q');
    assert.deepEqual([message?.Body, message?.MessageAttributes], ['/wA=', encoding]);
  });

  it('is routed by its attributes when it is dead-lettered, and keeps what it has', async () => {
    const { client, sqs, id } = await deadLettered('headers', { 'x-match': text('all'), kind: text('order') });
    const { properties, deliveryTag } = await get(client, 'dead');
    assert.equal([...(properties?.headers?.keys() ?? [])][0], 'x-death');
    assert.deepEqual([properties?.messageId, properties?.headers?.get('count')], [id, { type: 'int64', value: 5n }]);
    client.send(1, 'basic.nack', { deliveryTag, requeue: true });
    await client.take();
    const [message] = await sqs.receive('dead');
    assert.deepEqual([message?.MessageId, message?.Body], [id, 'hello']);
    assert.match(message?.Attributes?.DeadLetterQueueSourceArn ?? '', /:q$/);
    const { kind, count, bytes } = message?.MessageAttributes ?? {};
    assert.deepEqual({ kind, count, bytes }, ATTRIBUTES);
  });

  it('waits when it is dead-lettered to an exchange that delays, if an attribute says for how long', async () => {
    const { world, client, sqs } = await worldWithQueue('q', { 'x-dead-letter-exchange': text('dlx') });
    const delayed = { 'x-delayed-type': text('fanout') };
    await client.call(1, 'exchange.declare', { exchange: 'dlx', type: 'x-delayed-message', arguments: table(delayed) });
    await declare(client, 'dead');
    await client.call(1, 'queue.bind', { queue: 'dead', exchange: 'dlx' });
    await sqs.send('q', 'hello', { MessageAttributes: { 'x-delay': { DataType: 'Number', StringValue: '5000' } } });
    const { deliveryTag } = await get(client, 'q');
    client.send(1, 'basic.reject', { deliveryTag, requeue: false });
    await client.take();
    assert.equal(await ready(client, 'dead'), 0);
    await world.node.scheduler.advance(5001);
    assert.equal(String((await get(client, 'dead')).body), 'hello');
  });

  it('is a record for Kafka clients when it is dead-lettered into a stream', async () => {
    const { world, id } = await deadLettered('fanout', {}, { 'x-queue-type': text('stream') });
    const [record] = await new KafkaSide(world.node).readAll('dead');
    assert.deepEqual([String(record?.key), String(record?.value)], ['q', 'hello']);
    const headers = Object.fromEntries(record?.headers.map(({ key, value }) => [key, String(value)]) ?? []);
    assert.deepEqual([headers['amqp.message-id'], headers.kind, headers.count], [id, 'order', '5']);
  });
});

describe('a message that came from elsewhere', () => {
  it('has attributes for SQS clients if AMQP published it', async () => {
    const { client, sqs } = await worldWithQueue();
    client.publish(1, '', 'q', 'hello', { contentType: 'a/b', headers: table({ n: int(5) }), deliveryMode: 2 });
    await client.take();
    const [message] = await sqs.receive('q');
    assert.equal(message?.Body, 'hello');
    assert.deepEqual(message.MessageAttributes, {
      n: { DataType: 'Number.int32', StringValue: '5' },
      'amqp.content-type': { DataType: 'String', StringValue: 'a/b' },
    });
  });

  it('is in base64 for SQS clients if it is no text', async () => {
    const { client, sqs } = await worldWithQueue();
    client.publish(1, '', 'q', '\0', {});
    await client.take();
    const [message] = await sqs.receive('q');
    assert.equal(message?.Body, 'AA==');
    assert.deepEqual(message.MessageAttributes, {
      'Content-Transfer-Encoding': { DataType: 'String', StringValue: 'base64' },
    });
  });

  it('comes from a Kafka producer by AMQP rules to an SQS receiver', async () => {
    const { world, client, sqs } = await worldWithQueue();
    const kafka = new KafkaSide(world.node);
    await kafka.createTopic('clicks');
    const args = table({ 'x-source-topic': text('clicks') });
    await client.call(1, 'exchange.declare', { exchange: 'x', type: 'topic', durable: true, arguments: args });
    await client.call(1, 'queue.bind', { queue: 'q', exchange: 'x', routingKey: 'eu.*' });
    const headers = [{ key: 'trace', value: Buffer.from('abc') }];
    await kafka.produce('clicks', [{ key: Buffer.from('eu.1'), value: Buffer.from('hi'), headers }]);
    await kafka.produce('clicks', [{ key: Buffer.from('us.1'), value: Buffer.from('no') }]);
    await client.take();
    const messages = await sqs.receive('q');
    assert.deepEqual(
      messages.map(({ Body }) => Body),
      ['hi'],
    );
    const attributes = messages[0]?.MessageAttributes ?? {};
    assert.deepEqual(attributes.trace, { DataType: 'String', StringValue: 'abc' });
    assert.deepEqual(attributes['amqp.routing-key'], { DataType: 'String', StringValue: 'eu.1' });
    assert.deepEqual(attributes['x-stream-offset'], { DataType: 'Number', StringValue: '0' });
  });
});
