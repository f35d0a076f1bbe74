/**
 * The broker that an AMQP suite talks to: a Trilog process of its own, or, when `TRILOG_TEST_AMQP=host:port` is set, whatever
 * listens there (RabbitMQ, to validate the suites themselves). A broker found by address is never stopped.
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
  readonly isOwned: boolean;
  /** `kill -9`, then start again on the same ports and data directory. */
  crashAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startAmqpBroker(t: TestContext, args: readonly string[] = []): Promise<AmqpBroker> {
  const external = process.env.TRILOG_TEST_AMQP;
  const broker = external === undefined ? await startOwned(args) : foundByAddress(external);
  t.after(() => broker.stop());
  return broker;
}

function foundByAddress(address: string): AmqpBroker {
  const [host = '127.0.0.1', port = '5672'] = address.split(':');
  return {
    host,
    port: Number(port),
    isOwned: false,
    crashAndRestart: () => Promise.reject(new Error(`${address} was not started by this test`)),
    stop: () => Promise.resolve(),
  };
}

async function startOwned(args: readonly string[]): Promise<AmqpBroker> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trilog-amqp-'));
  const [port, amqpPort] = [await freePort(), await freePort()];
  const start = () => startTrilog({ args, port, amqpPort, dataDir });
  let trilog = await start();
  return {
    host: '127.0.0.1',
    port: amqpPort,
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
