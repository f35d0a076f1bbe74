/**
 * What goes on beside the messages of senders and receivers: one who receives and never deletes, so that messages come to the
 * dead-letter queue; one who has them moved on from there; and one who changes settings of a queue and looks whether they are kept.
 */
import assert from 'node:assert/strict';
import type { WatchedQueue } from './sqs-ledger.ts';
import type { ReceiverDeps } from './sqs-receiver.ts';
import { SqsClient } from './sqs-session.ts';

const PAUSE_MS_MAX = 10;
const PER_SECOND_MIN = 20;

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
      // Slowly, so that it goes on while something happens.
      const rate = { MaxNumberOfMessagesPerSecond: PER_SECOND_MIN + deps.random.below(PER_SECOND_MIN) };
      const input = { SourceArn: fromArn, DestinationArn: toArn, ...(deps.isDraining() ? {} : rate) };
      const answer = await client.call('StartMessageMoveTask', input);
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

/** One setting: what was acknowledged last is there, or what was tried and had no answer. */
class Setting {
  readonly #may: Set<string>;
  /** They may still arrive. */
  readonly #unanswered = new Set<string>();

  constructor(
    private readonly name: string,
    value: string,
  ) {
    this.#may = new Set([value]);
  }

  trying(value: string): void {
    this.#may.add(value);
  }

  answered(value: string, { kind }: { readonly kind: 'done' | 'refused' | 'unknown' }): void {
    assert.notEqual(kind, 'refused', `${this.name} could not be set`);
    if (kind === 'unknown') this.#unanswered.add(value);
    else for (const other of this.#may) if (other !== value && !this.#unanswered.has(other)) this.#may.delete(other);
  }

  check(found = ''): void {
    assert.ok(this.#may.has(found), `${this.name} is ${found}, and not ${[...this.#may].join(' or ')}`);
  }
}

export async function changeSettings(deps: ReceiverDeps, queue: WatchedQueue, settings: Settings): Promise<void> {
  const client = new SqsClient(deps.surroundings, deps.order);
  const timeout = new Setting('VisibilityTimeout', '30');
  const tag = new Setting('the tag', '');
  const QueueUrl = queue.name;
  for (let n = 1; !deps.isOver(); n += 1) {
    const value = String(n);
    const [setting, action, input] = deps.random.chance(50)
      ? ([timeout, 'SetQueueAttributes', { Attributes: { VisibilityTimeout: value } }] as const)
      : ([tag, 'TagQueue', { Tags: { n: value } }] as const);
    const answer = await client.call(action, { QueueUrl, ...input }, () => setting.trying(value));
    setting.answered(value, answer);
    if (answer.kind === 'done') settings.acknowledged += 1;
    const names = { QueueUrl, AttributeNames: ['VisibilityTimeout'] };
    timeout.check((await client.insist('GetQueueAttributes', names)).Attributes.VisibilityTimeout);
    tag.check((await client.insist('ListQueueTags', { QueueUrl })).Tags?.n);
    await deps.surroundings.sleep(deps.restMs);
  }
  client.close();
}
