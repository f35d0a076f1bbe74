/** Answers that wait for the disk: when they leave, what a full disk makes of them, and what becomes of messages that do not leave. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpRequest, HttpResponse } from '../../../src/gateway/sqs/protocol/http.ts';
import { jsonRequest } from './protocol/helpers.ts';
import { F, fifo, Q, receive, standard } from './two-queues.ts';
import type { SqsWorld } from './world.ts';

describe('an answer', () => {
  it('leaves when what was sent is durable, and fails if it never will be', async () => {
    const world = await standard();
    world.durability.isHeld = true;
    const answers: string[] = [];
    const send = jsonRequest('SendMessage', JSON.stringify({ QueueUrl: Q, MessageBody: 'm' }));
    const first = world.begin(send).then(({ status }) => answers.push(`first ${status}`));
    await world.clock.settle();
    assert.equal(answers.length, 0);
    world.durability.release();
    await first;
    const second = world.begin(send).then(({ status }) => answers.push(`second ${status}`));
    await world.clock.settle();
    world.service.stop();
    await second;
    assert.deepEqual(answers, ['first 200', 'second 503']);
  });

  it('of a receiver need not wait for the disk, but of a FIFO queue it does', async () => {
    const world = await standard();
    await world.create('f.fifo', { ContentBasedDeduplication: 'true' });
    world.durability.isHeld = true;
    const sends = [
      world.begin(jsonRequest('SendMessage', JSON.stringify({ QueueUrl: Q, MessageBody: 'm' }))),
      world.begin(jsonRequest('SendMessage', JSON.stringify({ QueueUrl: F, MessageBody: 'm', MessageGroupId: 'g' }))),
    ];
    assert.deepEqual(await world.bodies(Q), ['m']);
    let isAnswered = false;
    const received = world.begin(receive({ QueueUrl: F })).then(({ body }) => {
      isAnswered = true;
      return JSON.parse(body);
    });
    await world.clock.settle();
    assert.equal(isAnswered, false);
    world.durability.release();
    assert.equal((await received).Messages[0].Body, 'm');
    await Promise.all(sends);
  });
});

describe('on a disk that is full', () => {
  const remove = (ReceiptHandle: string) =>
    jsonRequest('DeleteMessage', JSON.stringify({ QueueUrl: Q, ReceiptHandle }));

  it('what must become durable is refused and has no effect, and receivers of standard queues go on', async () => {
    const world = await standard();
    await world.create('f.fifo', { ContentBasedDeduplication: 'true' });
    for (const MessageBody of ['a', 'b']) await world.ok('SendMessage', { QueueUrl: Q, MessageBody });
    await world.ok('SendMessage', { QueueUrl: F, MessageBody: 'm', MessageGroupId: 'g' });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    const [{ ReceiptHandle }] = Messages;
    world.pressure.isFull = true;
    for (const [action, input] of [
      ['SendMessage', { QueueUrl: Q, MessageBody: 'c' }],
      ['DeleteMessage', { QueueUrl: Q, ReceiptHandle }],
      ['ChangeMessageVisibility', { QueueUrl: Q, ReceiptHandle, VisibilityTimeout: 0 }],
      ['ReceiveMessage', { QueueUrl: F }],
      ['CreateQueue', { QueueName: 'other' }],
    ] as const) {
      const { json, query } = await world.refusedInBoth(action, input);
      assert.deepEqual([json.status, query.status], [503, 503], action);
      assert.match(query.body, /<Code>ServiceUnavailable<\/Code>/);
    }
    assert.deepEqual(await world.bodies(Q), ['b']);
    world.pressure.isFull = false;
    assert.deepEqual(await world.bodies(F), ['m']);
    assert.equal(world.queues.pollCounts(world.queue('q').id).inFlight, 2);
  });

  it('an answer waits for some seconds only, and fails in its own time', async () => {
    const world = await standard();
    await world.ok('SendMessage', { QueueUrl: Q, MessageBody: 'm' });
    const { Messages } = await world.ok('ReceiveMessage', { QueueUrl: Q });
    world.durability.isHeld = true;
    const answers: string[] = [];
    const ask = (request: HttpRequest) =>
      world.begin(request).then(({ status, body }) => answers.push(`${status} ${JSON.parse(body || '{}').message}`));
    const first = ask(remove(Messages[0].ReceiptHandle));
    await world.clock.elapse(4000);
    const second = ask(jsonRequest('SendMessage', JSON.stringify({ QueueUrl: Q, MessageBody: 'm' })));
    await world.clock.elapse(1000);
    world.service.checkSpace();
    await world.clock.settle();
    assert.deepEqual(answers, [], 'the disk is slow, but not full');
    world.pressure.isFull = true;
    world.service.checkSpace();
    await first;
    assert.deepEqual(answers, ['503 There is no space left on the disk: whether the request took effect is unknown.']);
    world.pressure.isFull = false;
    world.durability.release();
    await second;
    assert.match(answers[1] ?? '', /^200/);
  });
});

describe('messages that wait for the disk on their way to a receiver', () => {
  async function waiting(): Promise<{ world: SqsWorld; answer: Promise<HttpResponse> }> {
    const world = await fifo();
    await world.ok('SendMessage', { QueueUrl: F, MessageBody: 'm', MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    world.durability.isHeld = true;
    world.durability.append();
    const answer = world.begin(receive({ QueueUrl: F }));
    await world.clock.settle();
    assert.equal(world.queues.pollCounts(world.queue('f.fifo').id).inFlight, 1);
    return { world, answer };
  }

  it('are given back when he hangs up, and not twice', async () => {
    const { world, answer } = await waiting();
    for (const hangUp of [...world.gone, ...world.gone]) hangUp();
    world.durability.isHeld = false;
    world.durability.release();
    await answer;
    const input = { QueueUrl: F, AttributeNames: ['ApproximateReceiveCount'] };
    const { Messages } = await world.ok('ReceiveMessage', input);
    assert.equal(Messages[0].Attributes.ApproximateReceiveCount, '1');
  });

  it('are his once they have left', async () => {
    const { world, answer } = await waiting();
    world.durability.isHeld = false;
    world.durability.release();
    assert.equal((await answer).status, 200);
    assert.equal(world.gone.size, 0);
    assert.deepEqual(await world.bodies(F), []);
  });

  it('are given back when he gets an error, because the disk is full', async () => {
    const { world, answer } = await waiting();
    world.pressure.isFull = true;
    await world.clock.elapse(5000);
    world.service.checkSpace();
    assert.equal((await answer).status, 503);
    world.pressure.isFull = false;
    world.durability.isHeld = false;
    world.durability.release();
    assert.deepEqual(await world.bodies(F), ['m']);
  });
});
