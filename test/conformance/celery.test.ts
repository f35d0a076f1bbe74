/** Celery, unmodified: workers, results over rpc://, retries, ETA, remote control, quorum queues. */
import { join } from 'node:path';
import { test } from 'node:test';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { runChecks } from '../support/clients-checks.ts';
import { pythonSuites, pythonWithClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 150_000;
const SUITE = join(pythonSuites, 'celery_suite.py');

test('Celery', async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const command = await pythonWithClients();
  const { host, port } = await startAmqpBroker(t);
  const url = `amqp://guest:guest@${host}:${port}//`;
  await runChecks(t, { command, args: [SUITE, url, '0'], timeLimitMs: TIME_LIMIT_MS });
});

test('Celery, a broker that is killed', async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const command = await pythonWithClients();
  const { host, port, isOwned, crashAndRestart } = await startAmqpBroker(t);
  if (!isOwned) return t.skip('a broker found by address is not killed');
  const url = `amqp://guest:guest@${host}:${port}//`;
  await runChecks(t, {
    command,
    args: [SUITE, url, '0', 'recovery'],
    timeLimitMs: TIME_LIMIT_MS,
    please: { kill: crashAndRestart },
  });
});
