/**
 * The broker that an SQS suite talks to: a Trilog process of its own, or, when `TRILOG_TEST_SQS=http://host:port` is set, whatever
 * listens there (to validate the suites themselves). A broker found by address is never stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startTrilog } from './broker-process.ts';
import { freePort } from './child.ts';

export interface SqsBroker {
  /** Such as `http://127.0.0.1:9324`. */
  readonly url: string;
  readonly isOwned: boolean;
  /** `kill -9`, then start again on the same ports and data directory. */
  crashAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** What the SDKs of AWS read of the environment; every one of them wants credentials, whether they are looked at or not. */
export function awsEnvironment(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_SQS: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
}

export async function startSqsBroker(t: TestContext, args: readonly string[] = []): Promise<SqsBroker> {
  const external = process.env.TRILOG_TEST_SQS;
  const broker = external === undefined ? await startOwned(args) : foundByAddress(external);
  t.after(() => broker.stop());
  return broker;
}

function foundByAddress(url: string): SqsBroker {
  return {
    url,
    isOwned: false,
    crashAndRestart: () => Promise.reject(new Error(`${url} was not started by this test`)),
    stop: () => Promise.resolve(),
  };
}

async function startOwned(args: readonly string[]): Promise<SqsBroker> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trilog-sqs-'));
  const [port, amqpPort, sqsPort] = [await freePort(), await freePort(), await freePort()];
  const start = () => startTrilog({ args, port, amqpPort, sqsPort, dataDir });
  let trilog = await start();
  return {
    url: `http://127.0.0.1:${sqsPort}`,
    isOwned: true,
    async crashAndRestart() {
      await trilog.kill9();
      trilog = await start();
    },
    async stop() {
      await trilog.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
