/** Celery over SQS, unmodified: its workers ask with pycurl, and what they don't delete comes back to others. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runChecks } from '../support/clients-checks.ts';
import { pythonSuites, pythonWithSqsClients } from '../support/python.ts';
import { requireRuntime } from '../support/runtime.ts';
import { awsEnvironment, startSqsBroker } from '../support/sqs-broker.ts';

const TIME_LIMIT_MS = 120_000;
/** So that every signature is looked at. */
const KEYS = ['--sqs-access-keys', 'test:test'];
const SUITE = join(pythonSuites, 'celery_sqs_suite.py');

async function run(t: TestContext, only?: 'recovery'): Promise<void> {
  if (!requireRuntime(t, 'python3')) return;
  const command = await pythonWithSqsClients();
  const { url, isOwned, crashAndRestart } = await startSqsBroker(t, KEYS);
  if (only === 'recovery' && !isOwned) return t.skip('a broker found by address is not killed');
  const scratch = mkdtempSync(join(tmpdir(), 'trilog-celery-'));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  await runChecks(t, {
    command,
    args: [SUITE, url, '0', ...(only === undefined ? [] : [only])],
    env: { ...awsEnvironment(url), TMPDIR: scratch },
    timeLimitMs: TIME_LIMIT_MS,
    please: { kill: crashAndRestart },
  });
}

test('Celery over SQS', (t) => run(t));
test('Celery over SQS, a broker that is killed', (t) => run(t, 'recovery'));
