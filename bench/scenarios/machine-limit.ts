/**
 * The machine's own limit: one client pumps bytes over loopback into a process that appends them to a file and does
 * nothing else. Brokers' produce throughput is shown as a share of it.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../../test/support/child.ts';
import { median, settleDisk } from '../measure.ts';
import { freshTopic, log, type Session } from '../session.ts';
import { recordBytes } from '../tools.ts';
import { produceTitle } from './throughput.ts';

const pumpTimeoutMs = 300_000;
const chunkBytes = 64 * 1024;
const pumpBytes = 2 ** 30;

async function port(server: Child): Promise<number> {
  const printed = new Promise<number>((resolve) => server.onStdout((text) => resolve(Number(text))));
  const ended = server.exited.then(() => {
    throw new Error(`${server.name} ended while starting:\n${server.output}`);
  });
  return Promise.race([printed, ended]);
}

/** Sends `bytes` and waits for the answer that all are written. Returns bytes per second. */
async function pump(toPort: number, bytes: number): Promise<number> {
  const socket = connect({ port: toPort, host: '127.0.0.1' });
  socket.setTimeout(pumpTimeoutMs, () => socket.destroy(new Error('the pump stalled')));
  await once(socket, 'connect');
  const chunk = Buffer.alloc(chunkBytes, 'x');
  const answer = once(socket, 'data');
  const startMs = performance.now();
  for (let sent = 0; sent < bytes; sent += chunkBytes) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  socket.end();
  await answer;
  const seconds = (performance.now() - startMs) / 1000;
  socket.destroy();
  return bytes / seconds;
}

async function limitRecordsPerSecond(session: Session, sync: boolean): Promise<number | undefined> {
  const samples: number[] = [];
  for (let round = 0; round <= session.rounds; round++) {
    const file = join(session.workFolder, freshTopic('limit'));
    const script = fileURLToPath(new URL('../limit-server.ts', import.meta.url));
    await settleDisk();
    const args = ['--import', 'tsx', script, file, ...(sync ? ['--sync'] : [])];
    const server = new Child('limit-server', process.execPath, args);
    try {
      const bytesPerSecond = await pump(await port(server), pumpBytes);
      if (round > 0) samples.push(bytesPerSecond / recordBytes);
    } finally {
      await server.stop(5000);
      await rm(file, { force: true });
    }
  }
  return median(samples);
}

export async function machineLimit(session: Session): Promise<void> {
  const { report } = session;
  for (const sync of [false, true]) {
    const how = sync ? 'loopback + append + fdatasync' : 'loopback + append';
    log(`machine limit: ${how}`);
    const limit = await limitRecordsPerSecond(session, sync);
    if (limit === undefined) continue;
    const megabytes = Math.round((limit * recordBytes) / 1e6);
    const title = `produce, 12 partitions, of the machine's limit (${how}: ${megabytes} MB/s)`;
    for (const name of session.brokerNames) {
      const rate = report.median(produceTitle(12), name, 'as-shipped');
      const share = rate === undefined ? undefined : (rate / limit) * 100;
      report.add(title, name, share, { unit: '%', durability: 'as-shipped' });
    }
  }
}
