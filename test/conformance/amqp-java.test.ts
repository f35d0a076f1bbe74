/** RabbitMQ's own Java client, unmodified. */
import { test } from 'node:test';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { runChecks } from '../support/clients-checks.ts';
import { javaProgram } from '../support/clients-java.ts';
import { NO_ROOM } from '../support/no-room.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 120_000;

test('RabbitMQ Java client', async (t) => {
  if (!requireRuntime(t, 'java') || !requireRuntime(t, 'mvn')) return;
  const { command, args } = await javaProgram('AmqpSuite');
  const { host, port } = await startAmqpBroker(t);
  await runChecks(t, { command, args: [...args, host, String(port), 'all'], timeLimitMs: TIME_LIMIT_MS });
});

test('RabbitMQ Java client, a broker that is killed', async (t) => {
  if (!requireRuntime(t, 'java') || !requireRuntime(t, 'mvn')) return;
  const { command, args } = await javaProgram('AmqpSuite');
  const { host, port, isOwned, crashAndRestart } = await startAmqpBroker(t);
  if (!isOwned) return t.skip('a broker found by address is not killed');
  await runChecks(t, {
    command,
    args: [...args, host, String(port), 'recovery'],
    timeLimitMs: TIME_LIMIT_MS,
    please: { kill: crashAndRestart },
  });
});

test('RabbitMQ Java client, a broker without room', async (t) => {
  if (!requireRuntime(t, 'java') || !requireRuntime(t, 'mvn')) return;
  const { command, args } = await javaProgram('AmqpSuite');
  const { host, port, isOwned } = await startAmqpBroker(t, NO_ROOM);
  if (!isOwned) return t.skip('a broker found by address has room');
  await runChecks(t, { command, args: [...args, host, String(port), 'blocked'], timeLimitMs: TIME_LIMIT_MS });
});
