/**
 * The SQS acceptance programs: a Python producer and consumer as users write them with boto3, with the address of a queue at Amazon and
 * nothing but the environment to lead them here. A broker that is killed in between has lost nothing.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { runClient } from '../support/clients-process.ts';
import { pythonSuites, pythonWithSqsClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';
import { awsEnvironment, type SqsBroker, startSqsBroker } from '../support/sqs-broker.ts';

const EVENT_COUNT = 100;
const TIME_LIMIT_MS = 60_000;
const EVENTS = Array.from({ length: EVENT_COUNT }, (_, i) => ({
  event: 'user.created',
  body: { user_id: i, email: `user-${i}@example.com` },
}));

interface Consumed {
  readonly id: string;
  readonly event: string;
  readonly body: { readonly user_id: number };
}

async function run({ url }: SqsBroker, script: string, ...args: string[]): Promise<string[]> {
  const python = await pythonWithSqsClients();
  return await runClient(python, [join(pythonSuites, script), ...args], {
    env: awsEnvironment(url),
    timeLimitMs: TIME_LIMIT_MS,
  });
}

async function createQueue({ url }: SqsBroker): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQSClient({ endpoint: url, region: 'us-east-1', credentials });
  await client.send(new CreateQueueCommand({ QueueName: 'my-queue' }));
  client.destroy();
}

async function produceAndConsume(broker: SqsBroker, between: () => Promise<void>): Promise<void> {
  await createQueue(broker);
  const sent = (await run(broker, 'sqs_producer.py')).map((line) => line.replace('Message sent: ', ''));
  assert.equal(new Set(sent).size, EVENT_COUNT);
  await between();
  const lines = await run(broker, 'sqs_consumer.py', '1', '2');
  assert.equal(lines.pop(), 'No messages available');
  const consumed = lines.map((line) => JSON.parse(line) as Consumed);
  assert.deepEqual(consumed.map(({ id }) => id).sort(), [...sent].sort());
  const events = consumed.map(({ event, body }) => ({ event, body })).sort((a, b) => a.body.user_id - b.body.user_id);
  assert.deepEqual(events, EVENTS);
}

// One of them waits all the time. A broker found by address they have to share, and its queue.
describe('the SQS acceptance programs', { concurrency: process.env.TRILOG_TEST_SQS === undefined }, () => {
  it('100 messages are produced and consumed with boto3', { timeout: 2 * TIME_LIMIT_MS }, async (t) => {
    if (!requireRuntime(t, 'python3')) return;
    await produceAndConsume(await startSqsBroker(t), async () => {});
  });

  it('after kill -9 of the broker all 100 messages arrive', { timeout: 2 * TIME_LIMIT_MS }, async (t) => {
    if (!requireRuntime(t, 'python3')) return;
    const broker = await startSqsBroker(t);
    if (!broker.isOwned) return t.skip('a broker found by address is not killed');
    await produceAndConsume(broker, broker.crashAndRestart);
  });

  it('a receive that waits 20 s on an empty queue says so in the end', { timeout: 2 * TIME_LIMIT_MS }, async (t) => {
    if (!requireRuntime(t, 'python3')) return;
    const broker = await startSqsBroker(t);
    await createQueue(broker);
    const startMs = performance.now();
    assert.deepEqual(await run(broker, 'sqs_consumer.py', '1'), ['No messages available']);
    assert.ok(performance.now() - startMs >= 20_000, 'it did not wait');
  });
});
