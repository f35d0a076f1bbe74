/**
 * The AMQP acceptance programs: a Python producer and consumer as users write them with pika. A broker that is killed in between has
 * lost nothing; a consumer that is killed in the middle of a message leaves it to the next one.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type AmqpBroker, startAmqpBroker } from '../support/amqp-broker.ts';
import { ClientProcess, runClient } from '../support/clients-process.ts';
import { pythonSuites, pythonWithClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';

const EVENT_COUNT = 100;
const TIME_LIMIT_MS = 60_000;
const events = Array.from({ length: EVENT_COUNT }, (_, i) => ({
  event_id: i,
  data: `payload-${i}`,
  redelivered: false,
}));

test('100 events are produced and consumed with pika', async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const broker = await startAmqpBroker(t);
  await produce(broker);
  assert.deepEqual(await consume(broker, 100), events);
});

test('after kill -9 of the broker all 100 events arrive', async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const broker = await startAmqpBroker(t);
  if (!broker.isOwned) return t.skip('a broker found by address is not killed');
  await produce(broker);
  await broker.crashAndRestart();
  assert.deepEqual(await consume(broker, 100), events);
});

test('the message of a consumer that is killed goes to the next one, redelivered', async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const broker = await startAmqpBroker(t);
  await produce(broker);
  const killed = await start(broker, ['-1', '40']);
  await killed.waitForLine((line) => line.includes('"event_id": 40,'));
  await killed.kill9();
  assert.deepEqual(received(killed), events.slice(0, 41));
  const expected = events.slice(40).map((event) => ({ ...event, redelivered: event.event_id === 40 }));
  assert.deepEqual(await consume(broker, 60), expected);
});

function env({ host, port }: AmqpBroker): Record<string, string> {
  return { AMQP_HOST: host, AMQP_PORT: String(port) };
}

async function produce(broker: AmqpBroker): Promise<void> {
  const lines = await runClient(await pythonWithClients(), [join(pythonSuites, 'amqp_producer.py')], {
    env: env(broker),
    timeLimitMs: TIME_LIMIT_MS,
  });
  assert.equal(lines.length, EVENT_COUNT);
}

async function start(broker: AmqpBroker, args: readonly string[]): Promise<ClientProcess> {
  return new ClientProcess(await pythonWithClients(), [join(pythonSuites, 'amqp_consumer.py'), ...args], {
    env: env(broker),
    timeLimitMs: TIME_LIMIT_MS,
  });
}

/** Runs the consumer until it has processed `count` events. */
async function consume(broker: AmqpBroker, count: number): Promise<unknown[]> {
  const consumer = await start(broker, [String(count)]);
  const { code } = await consumer.exited;
  assert.equal(code, 0, consumer.describe());
  return received(consumer);
}

function received({ lines }: ClientProcess): unknown[] {
  return lines.map((line) => {
    const [, json = '', redelivered] = /^received (.*) redelivered=(\w+)$/.exec(line) ?? [];
    return { ...JSON.parse(json), redelivered: redelivered === 'True' };
  });
}
