/** The actions over the real queues of a node: what their own tests leave open is whether the parts fit. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bodies, SqsNode } from './node-world.ts';
import { arnOf } from './world.ts';

function redrive(maxReceiveCount: number, target = 'dlq'): Readonly<Record<string, string>> {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(target), maxReceiveCount }) };
}

describe('a node', () => {
  it('keeps queues, messages, handles and tags when its power is cut', async () => {
    const world = await SqsNode.start();
    const { QueueUrl } = await world.ok('CreateQueue', {
      QueueName: 'q',
      Attributes: { VisibilityTimeout: '60' },
      tags: { a: '1' },
    });
    await world.sendAll(QueueUrl, ['one', 'two', 'three']);
    const [first] = await world.receive(QueueUrl, { MaxNumberOfMessages: 1 });
    await world.node.restart();
    await world.ok('DeleteMessage', { QueueUrl, ReceiptHandle: first?.ReceiptHandle ?? '' });
    assert.deepEqual(await world.ok('ListQueueTags', { QueueUrl }), { Tags: { a: '1' } });
    await world.advance(60_000);
    assert.deepEqual(await world.drain(QueueUrl), ['two', 'three']);
    await world.node.restart();
    assert.deepEqual(await world.receive(QueueUrl), []);
  });

  it('shows no message that a crash could take, and give its handle to another', async () => {
    const world = await SqsNode.start();
    const url = await world.create('q');
    world.send('SendMessage', { QueueUrl: url, MessageBody: 'lost' });
    const receiver = world.send('ReceiveMessage', { QueueUrl: url });
    assert.deepEqual(receiver.answers(), []);
    await world.node.scheduler.settle();
    assert.match(receiver.answers()[0]?.body ?? '', /lost/);
  });

  it('gives messages back at once when the receiver hangs up before they have left, also across a crash', async () => {
    const world = await SqsNode.start();
    const fifo = await world.create('f.fifo');
    await world.sendAll(fifo, ['a', 'b'], { MessageGroupId: 'g' });
    const hangsUp = world.send('ReceiveMessage', { QueueUrl: fifo, WaitTimeSeconds: 20 });
    assert.deepEqual(hangsUp.answers(), [], 'the disk has its say first');
    const next = world.send('ReceiveMessage', { QueueUrl: fifo, WaitTimeSeconds: 20 });
    hangsUp.hangUp();
    await world.node.scheduler.settle();
    assert.match(next.answers()[0]?.body ?? '', /"a"/);
    const lost = world.send('ReceiveMessage', { QueueUrl: fifo });
    lost.hangUp();
    next.hangUp();
    await world.node.scheduler.settle();
    await world.node.restart();
    assert.deepEqual(bodies(await world.receive(fifo)), [], 'what has left is his who hung up later');
    await world.advance(30_000);
    for (const [body, receives] of [
      ['a', '2'],
      ['b', '1'],
    ] as const) {
      const [message] = await world.receive(fifo, { MaxNumberOfMessages: 1 });
      assert.deepEqual([message?.Body, message?.Attributes.ApproximateReceiveCount], [body, receives]);
      await world.ok('DeleteMessage', { QueueUrl: fifo, ReceiptHandle: message?.ReceiptHandle ?? '' });
    }
  });

  it('answers everybody within seconds when its disk is full, and goes on when it is not', async () => {
    const world = await SqsNode.start(3, { 'disk-reserve-bytes': '0' });
    const [url, fifo] = [await world.create('q'), await world.create('f.fifo')];
    await world.sendAll(url, ['one', 'two']);
    await world.sendAll(fifo, ['m'], { MessageGroupId: 'g' });
    const [first] = await world.receive(url, { MaxNumberOfMessages: 1 });
    world.node.medium.faults = (operation) => (operation === 'write' ? 'full' : 'none');
    const early = [
      world.send('SendMessage', { QueueUrl: url, MessageBody: 'unsure' }),
      world.send('DeleteMessage', { QueueUrl: url, ReceiptHandle: first?.ReceiptHandle ?? '' }),
      world.send('ReceiveMessage', { QueueUrl: fifo }),
    ];
    await world.advance(2000);
    for (const client of early) assert.deepEqual(client.answers(), [], 'there may be space soon');
    const refusal = await world.refused('SendMessage', { QueueUrl: url, MessageBody: 'late' });
    assert.equal(refusal.kind, 'ServiceUnavailableException');
    assert.equal((await world.refused('ReceiveMessage', { QueueUrl: fifo })).kind, 'ServiceUnavailableException');
    assert.deepEqual(bodies(await world.receive(url, { MaxNumberOfMessages: 1 })), ['two']);
    await world.advance(5000);
    for (const client of early) assert.equal(client.answers()[0]?.status, 503);
    world.node.medium.faults = () => 'none';
    await world.advance(60_000);
    assert.deepEqual(await world.drain(url), ['two', 'unsure']);
    assert.deepEqual(await world.drain(fifo), ['m']);
  });

  it('refuses requests when its disk is full and too much waits for it', async () => {
    const world = await SqsNode.start(3, { 'disk-reserve-bytes': '0', 'wal-pending-bytes-max': '1048576' });
    const url = await world.create('q');
    const body = 'x'.repeat(600_000);
    world.node.medium.faults = (operation) => (operation === 'write' ? 'full' : 'none');
    const clients = [1, 2, 3].map(() => world.send('SendMessage', { QueueUrl: url, MessageBody: body }));
    await world.advance(7000);
    for (const client of clients) assert.equal(client.answers()[0]?.status, 503);
    assert.equal((await world.refused('ReceiveMessage', { QueueUrl: url })).kind, 'ServiceUnavailableException');
    world.node.medium.faults = () => 'none';
    await world.advance(2000);
    await world.sendAll(url, ['again']);
  });

  it('moves what was received too often to the dead-letter queue, with the time of its sending', async () => {
    const world = await SqsNode.start();
    const dlq = await world.create('dlq');
    const url = await world.create('q', { ...redrive(2), VisibilityTimeout: '5' });
    await world.sendAll(url, ['m']);
    const [sent] = await world.receive(url);
    await world.advance(5000);
    assert.equal((await world.receive(url))[0]?.Attributes.ApproximateReceiveCount, '2');
    await world.advance(5000);
    assert.deepEqual(await world.receive(url), []);
    const [dead] = await world.receive(dlq);
    assert.equal(dead?.MessageId, sent?.MessageId);
    assert.equal(dead?.Attributes.SentTimestamp, sent?.Attributes.SentTimestamp);
    assert.equal(dead?.Attributes.DeadLetterQueueSourceArn, arnOf('q'));
  });

  it('answers a receiver who waits with the message that comes', async () => {
    const world = await SqsNode.start();
    const url = await world.create('q');
    const waiting = world.send('ReceiveMessage', { QueueUrl: url, WaitTimeSeconds: 20 });
    const gone = world.send('ReceiveMessage', { QueueUrl: url, WaitTimeSeconds: 20 });
    await world.advance(1000);
    gone.hangUp();
    await world.sendAll(url, ['a', 'b']);
    await world.node.scheduler.settle();
    assert.equal(JSON.parse(waiting.answers()[0]?.body ?? '{}').Messages?.[0]?.Body, 'a');
    assert.deepEqual(await world.drain(url), ['b']);
  });

  it('hands out FIFO messages in order, group by group, and deduplicates', async () => {
    const world = await SqsNode.start();
    const url = await world.create('f.fifo');
    await world.sendAll(url, ['a1', 'a2', 'a1'], { MessageGroupId: 'a' });
    await world.sendAll(url, ['b1'], { MessageGroupId: 'b' });
    const first = await world.receive(url, { MaxNumberOfMessages: 1 });
    assert.deepEqual(bodies(first), ['a1']);
    assert.deepEqual(bodies(await world.receive(url)), ['b1']);
    await world.ok('DeleteMessage', { QueueUrl: url, ReceiptHandle: first[0]?.ReceiptHandle ?? '' });
    const second = await world.receive(url);
    assert.deepEqual(bodies(second), ['a2']);
    await world.advance(30_000);
    const old = { QueueUrl: url, ReceiptHandle: second[0]?.ReceiptHandle ?? '' };
    assert.match((await world.refused('DeleteMessage', old)).message, /has expired\.$/);
    await world.ok('PurgeQueue', { QueueUrl: url });
    await world.sendAll(url, ['a2'], { MessageGroupId: 'a' });
    assert.deepEqual(await world.drain(url), ['a2']);
  });

  it('shares its queues between SQS and AMQP', async () => {
    const world = await SqsNode.start();
    const url = await world.create('q');
    const amqp = await world.amqp();
    const declared = await amqp.call(1, 'queue.declare', { queue: 'q', durable: true });
    assert.equal(declared.method, 'queue.declare-ok');
    await amqp.call(1, 'queue.declare', { queue: 'theirs', durable: true });
    await world.sendAll(url, ['through SQS']);
    const got = await amqp.call(1, 'basic.get', { queue: 'q', noAck: true });
    assert.equal(got.method === 'basic.get-ok' ? `${got.body}` : got.method, 'through SQS');
    const theirs = (await world.ok('GetQueueUrl', { QueueName: 'theirs' })).QueueUrl;
    await world.sendAll(theirs, ['there']);
    assert.deepEqual(await world.drain(theirs), ['there']);
  });
});
