/** Apache Kafka's own Java client, unmodified. */
import { test } from 'node:test';
import { startConformanceBroker } from '../support/clients-broker.ts';
import { runChecks } from '../support/clients-checks.ts';
import { javaProgram } from '../support/clients-java.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 120_000;

test('Java client', async (t) => {
  if (!requireRuntime(t, 'java') || !requireRuntime(t, 'mvn')) return;
  const { command, args } = await javaProgram('ClientSuite');
  const { bootstrap, sessionTimeoutMs } = await startConformanceBroker(t);
  await runChecks(t, { command, args: [...args, bootstrap, String(sessionTimeoutMs)], timeLimitMs: TIME_LIMIT_MS });
});
