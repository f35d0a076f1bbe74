/**
 * The broker that a conformance suite of AMQP talks to: a Trilog process of its own, or, when `TRILOG_TEST_AMQP=host:port` is set,
 * whatever listens there (RabbitMQ, to validate the suites themselves). A broker found by address is never stopped, so what
 * kills the broker skips itself there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startTrilog } from './broker-process.ts';
import { freePort } from './child.ts';

export interface AmqpBroker {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly isOwned: boolean;
  /** `kill -9`, then start again on the same port and data directory. */
  crashAndRestart(): Promise<void>;
}

export function externalAmqp(): string | undefined {
  return process.env.TRILOG_TEST_AMQP;
}

export async function startAmqpBroker(t: TestContext, args: readonly string[] = []): Promise<AmqpBroker> {
  const external = externalAmqp();
  return external === undefined ? await startOwned(t, args) : foundByAddress(external);
}

function foundByAddress(address: string): AmqpBroker {
  const [host = '', port = ''] = address.split(':');
  return {
    host,
    port: Number(port),
    url: urlOf(address),
    isOwned: false,
    crashAndRestart: () => Promise.reject(new Error(`${address} was not started by this test`)),
  };
}

async function startOwned(t: TestContext, args: readonly string[]): Promise<AmqpBroker> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trilog-conformance-'));
  const [port, amqpPort] = [await freePort(), await freePort()];
  const start = () => startTrilog({ args, port, amqpPort, dataDir });
  let trilog = await start();
  t.after(async () => {
    await trilog.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    host: '127.0.0.1',
    port: amqpPort,
    url: urlOf(`127.0.0.1:${amqpPort}`),
    isOwned: true,
    async crashAndRestart() {
      await trilog.kill9();
      trilog = await start();
    },
  };
}

function urlOf(address: string): string {
  return `amqp://guest:guest@${address}`;
}
