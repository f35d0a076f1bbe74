/** The AWS SDK for Go, unmodified, which checks the digests of bodies itself. */
import { type TestContext, test } from 'node:test';
import { runChecks } from '../support/clients-checks.ts';
import { goProgram } from '../support/clients-go.ts';
import { requireRuntime } from '../support/runtime.ts';
import { awsEnvironment, startSqsBroker } from '../support/sqs-broker.ts';

const TIME_LIMIT_MS = 120_000;
/** So that every signature is looked at. */
const KEYS = ['--sqs-access-keys', 'test:test'];

async function run(t: TestContext, mode: 'all' | 'recovery'): Promise<void> {
  if (!requireRuntime(t, 'go')) return;
  const command = await goProgram('sqs');
  const { url, isOwned, crashAndRestart } = await startSqsBroker(t, KEYS);
  if (mode === 'recovery' && !isOwned) return t.skip('a broker found by address is not killed');
  await runChecks(t, {
    command,
    args: [url, mode],
    env: awsEnvironment(url),
    timeLimitMs: TIME_LIMIT_MS,
    please: { kill: crashAndRestart },
  });
}

test('AWS SDK for Go', (t) => run(t, 'all'));
test('AWS SDK for Go, a broker that is killed', (t) => run(t, 'recovery'));
