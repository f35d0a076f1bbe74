/** moto's server on 127.0.0.1, a mock of AWS that speaks SQS: the other peer of side-by-side benchmarks. */
import { dirname, join } from 'node:path';
import { Child, freePort, waitForPort } from './child.ts';
import { peer, type SqsPeer } from './elasticmq-peer.ts';
import { pythonWithMoto } from './python.ts';

const startTimeoutMs = 60_000;

/** @param wait false returns before it accepts connections */
export async function startMotoPeer(wait = true): Promise<SqsPeer<'moto'>> {
  const python = await pythonWithMoto();
  const port = await freePort();
  // It logs every request, to where nobody reads it.
  const child = new Child('moto', join(dirname(python), 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)]);
  if (wait) await waitForPort(child, port, startTimeoutMs);
  return peer('moto', child, port);
}
