/** Three unmodified Python clients, each with a suite of its own; confluent-kafka is librdkafka. */
import { join } from 'node:path';
import { test } from 'node:test';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { runChecks } from '../support/clients-checks.ts';
import { pythonSuites, pythonWithClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 120_000;
const SUITES = ['kafka_python_suite.py', 'aiokafka_suite.py', 'confluent_suite.py'];

test('Python clients', async (t) => {
  if (!requireRuntime(t, 'python3')) return;
  const command = await pythonWithClients();
  const { bootstrap, sessionTimeoutMs } = await startConformanceBroker(t);
  for (const suite of SUITES) {
    const args = [join(pythonSuites, suite), bootstrap, String(sessionTimeoutMs)];
    await t.test(suite, (t) => runChecks(t, { command, args, timeLimitMs: TIME_LIMIT_MS }));
  }
});
