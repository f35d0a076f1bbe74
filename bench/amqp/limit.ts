/** What a process in Node can forward that does nothing but that: brokers' transient throughput is shown as a share of it. */
import { fileURLToPath } from 'node:url';
import { Child } from '../../test/support/child.ts';
import { cpuSeconds, median } from '../measure.ts';
import { log, type Session } from '../session.ts';
import { transientArgs, transientSizes, transientTitle } from './loads.ts';
import { perfTest } from './perf-test.ts';

const stopGraceMs = 5000;

interface Limit {
  readonly perSecond: number;
  readonly cpuPerMillion: number;
}

async function port(server: Child): Promise<number> {
  const printed = new Promise<number>((resolve) => server.onStdout((text) => resolve(Number(text))));
  const ended = server.exited.then(() => {
    throw new Error(`${server.name} ended while starting:\n${server.output}`);
  });
  return Promise.race([printed, ended]);
}

async function forwarded(session: Session, bytes: number): Promise<Limit> {
  const script = fileURLToPath(new URL('./limit-server.ts', import.meta.url));
  const server = new Child('limit-server', process.execPath, ['--import', 'tsx', script]);
  try {
    const at = await port(server);
    const before = cpuSeconds(server.pid) ?? Number.NaN;
    const args = [...transientArgs(bytes, 'limit'), '-z', String(session.seconds)];
    const { receivedPerSecond = Number.NaN, received } = await perfTest(at, args, session.seconds);
    const used = (cpuSeconds(server.pid) ?? Number.NaN) - before;
    return { perSecond: receivedPerSecond, cpuPerMillion: (used / received) * 1e6 };
  } finally {
    await server.stop(stopGraceMs);
  }
}

async function limitOf(session: Session, bytes: number): Promise<Limit> {
  const samples: Limit[] = [];
  for (let round = 0; round <= session.rounds; round++) {
    const sample = await forwarded(session, bytes);
    if (round > 0) samples.push(sample);
  }
  const middle = (of: keyof Limit) => median(samples.map((sample) => sample[of])) ?? Number.NaN;
  return { perSecond: middle('perSecond'), cpuPerMillion: middle('cpuPerMillion') };
}

/** After the transient loads, whose figures it relates to the limit. */
export async function forwardingLimit(session: Session): Promise<void> {
  const { report } = session;
  for (const bytes of transientSizes) {
    const title = transientTitle(bytes);
    log(`a bare loop: ${title}`);
    const limit = await limitOf(session, bytes);
    const rate = Math.round(limit.perSecond).toLocaleString('en-US');
    const cost = limit.cpuPerMillion.toFixed(2);
    for (const name of session.brokerNames) {
      const perSecond = report.median(title, name);
      const cpu = report.median(`${title}: broker CPU`, name);
      const share = perSecond === undefined ? undefined : (perSecond / limit.perSecond) * 100;
      const times = cpu === undefined ? undefined : cpu / limit.cpuPerMillion;
      report.add(`${title}: of what a bare loop forwards (${rate}/s)`, name, share, { unit: '%' });
      report.add(`${title}: broker CPU to a bare loop's (${cost} s per million)`, name, times, { unit: 'times' });
    }
  }
}
