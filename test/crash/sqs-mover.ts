/**
 * What goes on beside the messages of senders and receivers: one who receives and never deletes, so that messages come to the
 * dead-letter queue; one who has them moved on from there; and one who changes settings of a queue and looks whether they are kept.
 */
import assert from 'node:assert/strict';
import type { WatchedQueue } from './sqs-ledger.ts';
import type { ReceiverDeps } from './sqs-receiver.ts';
import { SqsClient } from './sqs-session.ts';

const PAUSE_MS_MAX = 10;

export async function receiveInVain(deps: ReceiverDeps, queue: WatchedQueue): Promise<void> {
  const client = new SqsClient(deps.surroundings, deps.order);
  while (!deps.isOver()) {
    const input = { QueueUrl: queue.name, MaxNumberOfMessages: 10, VisibilityTimeout: 0, AttributeNames: ['All'] };
    const answer = await client.call('ReceiveMessage', input);
    assert.ok(answer.kind !== 'refused', `a receive was refused: ${JSON.stringify(answer)}`);
    const messages = answer.kind === 'done' ? (answer.output.Messages ?? []) : [];
    queue.received(messages, answer, 0);
    await deps.surroundings.sleep(messages.length === 0 ? deps.restMs : deps.random.below(PAUSE_MS_MAX));
  }
  client.close();
}

export interface Moves {
  started: number;
}

/** From the queue with that ARN; a task that was acknowledged is never forgotten, and goes on until it is done. */
export async function moveOn(deps: ReceiverDeps, fromArn: string, toArn: string, moves: Moves): Promise<void> {
  const client = new SqsClient(deps.surroundings, deps.order);
  const name = fromArn.slice(fromArn.lastIndexOf(':') + 1);
  while (!deps.isOver()) {
    const { Results: tasks } = await client.insist('ListMessageMoveTasks', { SourceArn: fromArn });
    const [last] = tasks;
    assert.ok(last !== undefined || moves.started === 0, 'a move task was acknowledged and is forgotten');
    assert.ok(last === undefined || ['RUNNING', 'COMPLETED'].includes(last.Status), `a move task is ${last?.Status}`);
    const { Attributes: counts } = await client.insist('GetQueueAttributes', {
      QueueUrl: name,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    if (last?.Status !== 'RUNNING' && Number(counts.ApproximateNumberOfMessages) > 0) {
      const answer = await client.call('StartMessageMoveTask', { SourceArn: fromArn, DestinationArn: toArn });
      // One without an answer may be running.
      const isRunning = answer.kind === 'refused' && answer.message.includes('already a task running');
      assert.ok(answer.kind !== 'refused' || isRunning, `a move task was refused: ${JSON.stringify(answer)}`);
      if (answer.kind === 'done') moves.started += 1;
    }
    await deps.surroundings.sleep(2 * deps.restMs);
  }
  client.close();
}

export interface Settings {
  acknowledged: number;
}

/** What was acknowledged last is there, or what was tried and had no answer. */
export async function changeSettings(deps: ReceiverDeps, queue: WatchedQueue, settings: Settings): Promise<void> {
  const client = new SqsClient(deps.surroundings, deps.order);
  const may = { attribute: new Set(['30']), tag: new Set(['']) };
  const QueueUrl = queue.name;
  const settle = (kind: 'done' | 'refused' | 'unknown', values: Set<string>, value: string): void => {
    assert.notEqual(kind, 'refused', 'settings were refused');
    if (kind !== 'done') return;
    settings.acknowledged += 1;
    // What had no answer may still arrive.
    for (const old of values) if (!unanswered.has(old)) values.delete(old);
    values.add(value);
  };
  const unanswered = new Set<string>();
  for (let n = 1; !deps.isOver(); n += 1) {
    const value = String(n % 43_000);
    const values = deps.random.chance(50) ? may.attribute : may.tag;
    const call = () =>
      values === may.tag
        ? client.call('TagQueue', { QueueUrl, Tags: { n: value } }, () => values.add(value))
        : client.call('SetQueueAttributes', { QueueUrl, Attributes: { VisibilityTimeout: value } }, () =>
            values.add(value),
          );
    const { kind } = await call();
    if (kind === 'unknown') unanswered.add(value);
    settle(kind, values, value);
    const { Attributes: attributes } = await client.insist('GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['VisibilityTimeout'],
    });
    const found = attributes.VisibilityTimeout ?? '';
    assert.ok(may.attribute.has(found), `VisibilityTimeout is ${found}, and not ${[...may.attribute].join(' or ')}`);
    const { Tags: tags = {} } = await client.insist('ListQueueTags', { QueueUrl });
    assert.ok(may.tag.has(tags.n ?? ''), `the tag is ${tags.n}, and not ${[...may.tag].join(' or ')}`);
    await deps.surroundings.sleep(deps.restMs);
  }
  client.close();
}
