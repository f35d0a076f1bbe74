/** The AWS SDK for Java, unmodified, which checks the digests of bodies and attributes itself. */
import { type TestContext, test } from 'node:test';
import { runChecks } from '../support/clients-checks.ts';
import { sqsJavaProgram } from '../support/clients-java.ts';
import { requireRuntime } from '../support/runtime.ts';
import { awsEnvironment, startSqsBroker } from '../support/sqs-broker.ts';

const TIME_LIMIT_MS = 120_000;
/** So that every signature is looked at. */
const KEYS = ['--sqs-access-keys', 'test:test'];

async function run(t: TestContext, mode: 'all' | 'recovery'): Promise<void> {
  if (!requireRuntime(t, 'java') || !requireRuntime(t, 'mvn')) return;
  const { command, args } = await sqsJavaProgram();
  const { url, isOwned, crashAndRestart } = await startSqsBroker(t, KEYS);
  if (mode === 'recovery' && !isOwned) return t.skip('a broker found by address is not killed');
  await runChecks(t, {
    command,
    args: [...args, url, mode],
    env: awsEnvironment(url),
    timeLimitMs: TIME_LIMIT_MS,
    please: { kill: crashAndRestart },
  });
}

test('AWS SDK for Java', (t) => run(t, 'all'));
test('AWS SDK for Java, a broker that is killed', (t) => run(t, 'recovery'));
