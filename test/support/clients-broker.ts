/**
 * The broker that a conformance suite talks to: a Trilog process of its own, or, when `TRILOG_TEST_BOOTSTRAP=host:port`
 * is set, whatever listens there (Apache Kafka, to validate the suites themselves). A broker found by address is never
 * stopped, so suites that kill the broker skip themselves there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startTrilog } from './broker-process.ts';
import { freePort } from './child.ts';

/** The shortest session a suite may ask for; Kafka ships a minimum of 6 s, Trilog's is lowered by its flag. */
const SESSION_TIMEOUT_MS = 1_500;
const SESSION_TIMEOUT_MS_AS_SHIPPED = 6_000;

export type ConformanceBroker = {
  readonly bootstrap: string;
  readonly isOwned: boolean;
  readonly sessionTimeoutMs: number;
  /** `kill -9`, then start again on the same port and data directory. */
  crashAndRestart(): Promise<void>;
  stop(): Promise<void>;
};

export function externalBootstrap(): string | undefined {
  return process.env.TRILOG_TEST_BOOTSTRAP;
}

export async function startConformanceBroker(t: TestContext): Promise<ConformanceBroker> {
  const external = externalBootstrap();
  const broker = external === undefined ? await startOwned() : foundByAddress(external);
  t.after(() => broker.stop());
  return broker;
}

function foundByAddress(bootstrap: string): ConformanceBroker {
  const sessionTimeoutMs = Number(process.env.TRILOG_TEST_SESSION_TIMEOUT_MS ?? SESSION_TIMEOUT_MS_AS_SHIPPED);
  return {
    bootstrap,
    isOwned: false,
    sessionTimeoutMs,
    crashAndRestart: () => Promise.reject(new Error(`${bootstrap} was not started by this test`)),
    stop: () => Promise.resolve(),
  };
}

async function startOwned(): Promise<ConformanceBroker> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trilog-conformance-'));
  const port = await freePort();
  const start = () => startTrilog({ args: ['--group-min-session-timeout-ms', '1000'], port, dataDir });
  let trilog = await start();
  return {
    bootstrap: trilog.bootstrap,
    isOwned: true,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
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
