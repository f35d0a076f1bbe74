/** Tasks that move messages out of dead-letter queues, over the real queues of a node. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SqsNode } from './node-world.ts';
import { arnOf } from './world.ts';

const SECOND = 1000;

interface Task {
  readonly Status: string;
  readonly TaskHandle?: string;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly FailureReason?: string;
}

function redrive(target: string): Readonly<Record<string, string>> {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(target), maxReceiveCount: 1 }) };
}

/** A queue and its dead-letter queue, in which these messages ended. */
async function withDead(world: SqsNode, name: string, dead: readonly string[], more: object = {}): Promise<string> {
  const url = await world.create(name, {
    ...redrive(name.endsWith('.fifo') ? 'dlq.fifo' : 'dlq'),
    VisibilityTimeout: '1',
  });
  await world.sendAll(url, dead, more);
  for (let left = dead.length; left > 0; ) {
    const received = (await world.receive(url)).length;
    left -= received;
    await world.advance(SECOND);
    await world.receive(url);
    if (received === 0) break;
  }
  return url;
}

async function started(input: object = {}, dead: readonly string[] = ['a', 'b', 'c']) {
  const world = await SqsNode.start();
  const dlq = await world.create('dlq');
  const url = await withDead(world, 'q', dead);
  const start = await world.ok('StartMessageMoveTask', { SourceArn: arnOf('dlq'), ...input });
  return { world, dlq, url, handle: start.TaskHandle as string };
}

async function tasks(world: SqsNode, max = 10): Promise<Task[]> {
  return (await world.ok('ListMessageMoveTasks', { SourceArn: arnOf('dlq'), MaxResults: max })).Results;
}

describe('a task that moves messages', () => {
  it('moves each to the queue it came from, as a new message', async () => {
    const world = await SqsNode.start();
    const dlq = await world.create('dlq');
    const first = await withDead(world, 'q', ['a', 'b']);
    const second = await withDead(world, 'r', ['c']);
    const [dead] = await world.receive(dlq, { VisibilityTimeout: 0, MaxNumberOfMessages: 1 });
    await world.advance(0);
    await world.ok('StartMessageMoveTask', { SourceArn: 'arn:aws:sqs:eu-west-1:123456789012:dlq' });
    await world.node.scheduler.settle();
    assert.deepEqual(await world.drain(second), ['c']);
    const [back] = await world.receive(first, { MaxNumberOfMessages: 1 });
    assert.notEqual(back?.MessageId, dead?.MessageId);
    assert.equal(back?.Attributes.ApproximateReceiveCount, '1');
    assert.equal(back?.Attributes.DeadLetterQueueSourceArn, undefined);
    assert.deepEqual(await world.drain(dlq), []);
    const [task] = await tasks(world);
    assert.deepEqual(task, {
      Status: 'COMPLETED',
      SourceArn: arnOf('dlq'),
      ApproximateNumberOfMessagesMoved: 3,
      ApproximateNumberOfMessagesToMove: 3,
      StartedTimestamp: (task as unknown as { StartedTimestamp: number }).StartedTimestamp,
    });
  });

  it('moves all to another queue if one is named, of the same kind', async () => {
    const world = await SqsNode.start();
    await world.create('dlq');
    await withDead(world, 'q', ['a', 'b']);
    const other = await world.create('other');
    await world.create('other.fifo');
    const SourceArn = arnOf('dlq');
    const wrong = await world.refused('StartMessageMoveTask', { SourceArn, DestinationArn: arnOf('other.fifo') });
    assert.equal(wrong.kind, 'InvalidParameterValueException');
    await world.ok('StartMessageMoveTask', { SourceArn, DestinationArn: arnOf('other') });
    await world.node.scheduler.settle();
    assert.deepEqual(await world.drain(other), ['a', 'b']);
  });

  it('moves nothing to a queue that a publisher of AMQP made up, and what the broker has moved to where it was', async () => {
    const world = await SqsNode.start();
    const dlq = await world.create('dlq');
    const victim = await world.create('victim');
    const url = await world.create('q', { ...redrive('dlq'), VisibilityTimeout: '1' });
    const client = await world.amqp();
    const forged = { type: 'longstr', value: 'victim' } as const;
    const headers = new Map(Object.entries({ 'aws.dead-letter-source': forged, 'x-first-death-queue': forged }));
    client.publish(1, '', 'q', 'received too often', { headers, deliveryMode: 2 });
    await world.node.scheduler.settle();
    await world.receive(url);
    await world.advance(SECOND);
    await world.receive(url);
    client.publish(1, '', 'dlq', 'straight', { headers, deliveryMode: 2 });
    await world.node.scheduler.settle();
    await world.ok('StartMessageMoveTask', { SourceArn: arnOf('dlq') });
    await world.node.scheduler.settle();
    assert.equal((await tasks(world))[0]?.Status, 'FAILED');
    assert.deepEqual(await world.drain(victim), []);
    assert.deepEqual(await world.drain(url), ['received too often']);
    assert.deepEqual(await world.drain(dlq), ['straight']);
  });

  it('keeps to its rate, and shows what it has done', async () => {
    const { world, url } = await started({ MaxNumberOfMessagesPerSecond: 1 });
    await world.node.scheduler.settle();
    for (const moved of [1, 2]) {
      const [task] = await tasks(world);
      assert.equal(task?.Status, 'RUNNING');
      assert.equal(task?.ApproximateNumberOfMessagesMoved, moved);
      await world.advance(SECOND);
    }
    await world.advance(SECOND);
    const [task] = await tasks(world);
    assert.equal(task?.Status, 'COMPLETED');
    assert.equal(task?.TaskHandle, undefined);
    assert.deepEqual(await world.drain(url), ['a', 'b', 'c']);
  });

  it('rests while the disk has no room for more messages', async () => {
    const { world, url } = await started({ MaxNumberOfMessagesPerSecond: 1 });
    const { medium } = world.node;
    const free = await world.node.scheduler.until(medium.freeBytes());
    medium.freeBytes = () => Promise.resolve(0);
    await world.advance(10 * SECOND);
    const [resting] = await tasks(world);
    assert.equal(resting?.Status, 'RUNNING');
    assert.ok((resting?.ApproximateNumberOfMessagesMoved ?? 0) < 3, 'it has not gone on');
    medium.freeBytes = () => Promise.resolve(free);
    await world.advance(10 * SECOND);
    assert.equal((await tasks(world))[0]?.Status, 'COMPLETED');
    assert.deepEqual(await world.drain(url), ['a', 'b', 'c']);
  });

  it('is the only one of its source', async () => {
    const { world } = await started({ MaxNumberOfMessagesPerSecond: 1 });
    const { kind, message } = await world.refused('StartMessageMoveTask', { SourceArn: arnOf('dlq') });
    assert.equal(kind, 'InvalidParameterValueException');
    assert.match(message, /^There is already a task running\./);
    await world.advance(3 * SECOND);
    await world.ok('StartMessageMoveTask', { SourceArn: arnOf('dlq') });
  });

  it('takes nothing more when it is cancelled, once', async () => {
    const { world, dlq, url, handle } = await started({ MaxNumberOfMessagesPerSecond: 1 });
    await world.advance(SECOND);
    const cancelled = await world.ok('CancelMessageMoveTask', { TaskHandle: handle });
    assert.deepEqual(cancelled, { ApproximateNumberOfMessagesMoved: 2 });
    await world.advance(5 * SECOND);
    assert.equal((await tasks(world))[0]?.Status, 'CANCELLED');
    assert.deepEqual(await world.drain(url), ['a', 'b']);
    assert.deepEqual(await world.drain(dlq), ['c']);
    assert.equal(
      (await world.refused('CancelMessageMoveTask', { TaskHandle: handle })).kind,
      'ResourceNotFoundException',
    );
  });

  it('fails at a message that came from nowhere, which stays where it is', async () => {
    const world = await SqsNode.start();
    const dlq = await world.create('dlq');
    await world.create('q', redrive('dlq'));
    await world.sendAll(dlq, ['sent here']);
    await world.ok('StartMessageMoveTask', { SourceArn: arnOf('dlq') });
    await world.node.scheduler.settle();
    const [task] = await tasks(world);
    assert.equal(task?.Status, 'FAILED');
    assert.equal(task?.FailureReason, 'CouldNotDetermineMessageSource');
    assert.deepEqual(await world.drain(dlq), ['sent here']);
  });

  it('fails when the queue that it moves to is deleted', async () => {
    const { world, dlq, url } = await started({ MaxNumberOfMessagesPerSecond: 1 });
    await world.node.scheduler.settle();
    await world.create('keeps-dlq', redrive('dlq'));
    await world.ok('DeleteQueue', { QueueUrl: url });
    await world.advance(SECOND);
    const [task] = await tasks(world);
    assert.equal(task?.Status, 'FAILED');
    assert.equal(task?.FailureReason, 'AWS.SimpleQueueService.NonExistentQueue');
    assert.deepEqual(await world.drain(dlq), ['b', 'c']);
  });

  it('ends with its source, and is forgotten with it', async () => {
    const { world, dlq } = await started({ MaxNumberOfMessagesPerSecond: 1 });
    await world.node.scheduler.settle();
    await world.ok('DeleteQueue', { QueueUrl: dlq });
    await world.advance(60 * SECOND);
    await world.create('dlq');
    assert.deepEqual(await tasks(world), []);
    await world.node.restart();
    assert.deepEqual(await tasks(world), []);
    assert.equal(world.node.fatal, undefined);
  });

  it('goes on after a power cut, and what was cancelled does not', async () => {
    const { world, url, dlq, handle } = await started({ MaxNumberOfMessagesPerSecond: 1 });
    await world.node.scheduler.settle();
    await world.node.restart();
    await world.node.scheduler.settle();
    assert.equal((await tasks(world))[0]?.ApproximateNumberOfMessagesMoved, 2);
    await world.ok('CancelMessageMoveTask', { TaskHandle: handle });
    await world.node.restart();
    await world.advance(5 * SECOND);
    assert.deepEqual(await world.drain(url), ['a', 'b']);
    assert.deepEqual(await world.drain(dlq), ['c']);
    assert.equal((await tasks(world))[0]?.Status, 'CANCELLED');
  });

  it('gives back what it was about to move when it is cancelled in between', async () => {
    const { world, dlq, handle } = await started();
    await world.ok('CancelMessageMoveTask', { TaskHandle: handle });
    await world.node.scheduler.settle();
    const [task] = await tasks(world);
    const left = await world.drain(dlq);
    assert.equal(task?.Status, 'CANCELLED');
    assert.equal(left.length + (task?.ApproximateNumberOfMessagesMoved ?? 0), 3);
  });

  it('is remembered as one of the ten last of its source, the newest first', async () => {
    const world = await SqsNode.start();
    await world.create('dlq');
    await world.create('q', redrive('dlq'));
    const other = await world.create('other');
    for (let i = 0; i < 12; i += 1) {
      await world.ok('StartMessageMoveTask', {
        SourceArn: arnOf('dlq'),
        DestinationArn: arnOf(i < 11 ? 'q' : 'other'),
      });
      await world.node.scheduler.settle();
      await world.advance(SECOND);
    }
    const all = await tasks(world);
    assert.equal(all.length, 10);
    assert.equal((all[0] as unknown as { DestinationArn: string }).DestinationArn, arnOf('other'));
    assert.equal((await tasks(world, 1)).length, 1);
    await world.node.restart();
    assert.deepEqual(await tasks(world), all);
    assert.deepEqual(await world.drain(other), []);
  });

  it('loses no message of a FIFO queue, and keeps their order, however often the power is cut', async () => {
    const texts = Array.from({ length: 6 }, (_, i) => `m${i}`);
    for (let seed = 1; seed <= 8; seed += 1) {
      const world = await SqsNode.start(seed);
      await world.create('dlq.fifo');
      const target = await world.create('t.fifo');
      await world.create('q.fifo', redrive('dlq.fifo'));
      await world.sendAll(`${target.slice(0, -6)}dlq.fifo`, texts, { MessageGroupId: 'g' });
      await world.ok('StartMessageMoveTask', {
        SourceArn: arnOf('dlq.fifo'),
        DestinationArn: arnOf('t.fifo'),
        MaxNumberOfMessagesPerSecond: 20,
      });
      for (let cut = 0; cut < 6; cut += 1) {
        for (let step = 0; step < seed + cut; step += 1) await world.node.scheduler.step();
        await world.node.restart();
      }
      await world.advance(400 * SECOND);
      // A message that was on its way may come twice.
      assert.deepEqual([...new Set(await world.drain(target))], texts, `seed ${seed}`);
    }
  });
});
