/** RabbitMQ's own Go client, unmodified. Its own test suite is run by `amqp091-go.ts`. */
import { type TestContext, test } from 'node:test';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { runChecks } from '../support/clients-checks.ts';
import { goProgram } from '../support/clients-go.ts';
import { NO_ROOM } from '../support/no-room.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 120_000;

async function run(t: TestContext, mode: 'all' | 'recovery' | 'blocked', args: readonly string[] = []): Promise<void> {
  if (!requireRuntime(t, 'go')) return;
  const command = await goProgram('amqp');
  const { host, port, isOwned, crashAndRestart } = await startAmqpBroker(t, args);
  if (mode !== 'all' && !isOwned) return t.skip('needs a broker of its own');
  const url = `amqp://guest:guest@${host}:${port}`;
  await runChecks(t, { command, args: [url, mode], timeLimitMs: TIME_LIMIT_MS, please: { kill: crashAndRestart } });
}

test('RabbitMQ Go client', (t) => run(t, 'all'));
test('RabbitMQ Go client, a broker that is killed', (t) => run(t, 'recovery'));
test('RabbitMQ Go client, a broker without room', (t) => run(t, 'blocked', NO_ROOM));
