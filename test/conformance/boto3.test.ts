/** boto3, unmodified: the one that speaks JSON, and the last that speaks Query. */
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runChecks } from '../support/clients-checks.ts';
import { pythonSuites, pythonWithQueryClients, pythonWithSqsClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';
import { awsEnvironment, startSqsBroker } from '../support/sqs-broker.ts';

const TIME_LIMIT_MS = 150_000;
const SUITE = join(pythonSuites, 'boto3_suite.py');

async function run(t: TestContext, python: () => Promise<string>, only?: 'recovery'): Promise<void> {
  if (!requireRuntime(t, 'python3')) return;
  const command = await python();
  const { url, isOwned, crashAndRestart } = await startSqsBroker(t);
  if (only === 'recovery' && !isOwned) return t.skip('a broker found by address is not killed');
  await runChecks(t, {
    command,
    args: [SUITE, url, '0', ...(only === undefined ? [] : [only])],
    env: awsEnvironment(url),
    timeLimitMs: TIME_LIMIT_MS,
    please: { kill: crashAndRestart },
  });
}

test('boto3', (t) => run(t, pythonWithSqsClients));
test('boto3 that speaks Query', (t) => run(t, pythonWithQueryClients));
test('boto3, a broker that is killed', (t) => run(t, pythonWithSqsClients, 'recovery'));
