/** RabbitMQ's own Go client, unmodified. Its own test suite is run by `amqp091-go.ts`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startAmqpBroker } from '../support/amqp-broker.ts';
import { runChecks } from '../support/clients-checks.ts';
import { buildOnce, digestOf } from '../support/clients-lock.ts';
import { runClient } from '../support/clients-process.ts';
import { cacheFolder } from '../support/java.ts';
import { NO_ROOM } from '../support/no-room.ts';
import { requireRuntime } from '../support/runtime.ts';

const TIME_LIMIT_MS = 120_000;
const BUILD_TIME_LIMIT_MS = 240_000;
const MODULE = join(import.meta.dirname, 'go');

/** The compiled program; built once per checkout and change. */
async function program(): Promise<string> {
  const folder = join(cacheFolder, 'go-amqp');
  const sources = readdirSync(join(MODULE, 'amqp')).map((name) => join(MODULE, 'amqp', name));
  const inputs = [...sources, join(MODULE, 'go.sum')].map((path) => readFileSync(path));
  const binary = join(folder, 'amqp');
  await buildOnce(folder, digestOf(...inputs), async () => {
    await runClient('go', ['build', '-o', binary, './amqp'], {
      cwd: MODULE,
      env: { GOFLAGS: '-mod=readonly -buildvcs=false' },
      timeLimitMs: BUILD_TIME_LIMIT_MS,
    });
  });
  return binary;
}

async function run(t: TestContext, mode: 'all' | 'recovery' | 'blocked', args: readonly string[] = []): Promise<void> {
  if (!requireRuntime(t, 'go')) return;
  const command = await program();
  const { host, port, isOwned, crashAndRestart } = await startAmqpBroker(t, args);
  if (mode !== 'all' && !isOwned) return t.skip('needs a broker of its own');
  const url = `amqp://guest:guest@${host}:${port}`;
  await runChecks(t, { command, args: [url, mode], timeLimitMs: TIME_LIMIT_MS, please: { kill: crashAndRestart } });
}

test('RabbitMQ Go client', (t) => run(t, 'all'));
test('RabbitMQ Go client, a broker that is killed', (t) => run(t, 'recovery'));
test('RabbitMQ Go client, a broker without room', (t) => run(t, 'blocked', NO_ROOM));
