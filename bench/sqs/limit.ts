/** What a bare server over Node's own HTTP answers: brokers' sends are shown as a share of it. */
import { fileURLToPath } from 'node:url';
import { Child } from '../../test/support/child.ts';
import { send } from './load.ts';

const stopGraceMs = 5000;
const warmUpSeconds = 1;

async function port(server: Child): Promise<number> {
  const printed = new Promise<number>((resolve) => server.onStdout((text) => resolve(Number(text))));
  const ended = server.exited.then(() => {
    throw new Error(`${server.name} ended while starting:\n${server.output}`);
  });
  return Promise.race([printed, ended]);
}

/** Requests per second. */
export async function limitOf(connections: number, seconds: number): Promise<number> {
  const script = fileURLToPath(new URL('./limit-server.ts', import.meta.url));
  const server = new Child('limit-server', process.execPath, ['--import', 'tsx', script]);
  try {
    const at = await port(server);
    const options = { queueUrl: 'http://127.0.0.1/000000000000/orders', batch: 1 };
    await send(at, { connections, seconds: warmUpSeconds }, options);
    const { perSecond } = await send(at, { connections, seconds }, options);
    return perSecond;
  } finally {
    await server.stop(stopGraceMs);
  }
}
