/** Runs PerfTest's loads against the brokers in turn and reports rate, latency, processor time and memory of each. */
import type { Broker } from '../brokers.ts';
import { atLeast, atMost } from '../report.ts';
import { alternate, freshTopic, type Session, withBrokers } from '../session.ts';
import { type PerfLoad, perfLoads } from './loads.ts';
import { type PerfFigures, perfTest } from './perf-test.ts';
import { openSocket } from './raw-client.ts';
import { type Watched, watched } from './watched.ts';

const CPU_AIM = atMost(0.333);
const MEMORY_AIM = atMost(0.333);

export function amqpPort({ name, amqpPort: port }: Broker): number {
  if (port === undefined) throw new Error(`${name} does not speak AMQP`);
  return port;
}

export async function deleteQueue(broker: Broker, queue: string): Promise<void> {
  const client = await openSocket(amqpPort(broker));
  try {
    await client.call('queue.delete', { queue });
  } finally {
    client.close();
  }
}

/** Adds what the load cost the broker, for each million messages that consumers got. */
export function addCost(
  session: Session,
  title: string,
  broker: Broker,
  cost: Watched<unknown>,
  messages: number,
): void {
  const { report } = session;
  const perMillion = cost.cpuSeconds === undefined ? undefined : (cost.cpuSeconds / messages) * 1e6;
  const { name } = broker;
  report.add(`${title}: broker CPU`, name, perMillion, { unit: 's per million', aim: CPU_AIM });
  report.add(`${title}: resident memory`, name, cost.residentMb, { unit: 'MB', aim: MEMORY_AIM });
  report.add(`${title}: broker busy`, name, cost.busyPercent, { unit: '% of a core' });
}

function addFigures(session: Session, load: PerfLoad, broker: Broker, cost: Watched<PerfFigures>): void {
  const { report } = session;
  const { title, rateAim, latencyAim } = load;
  const { name } = broker;
  const { receivedPerSecond, received, latencyP50Ms, latencyP99Ms } = cost.result;
  const rate = { unit: 'messages/s', ...(rateAim === undefined ? {} : { aim: atLeast(rateAim) }) };
  report.add(title, name, receivedPerSecond, rate);
  if (latencyAim !== undefined) {
    report.add(`${title}: latency, p50`, name, latencyP50Ms, { unit: 'ms' });
    report.add(`${title}: latency, p99`, name, latencyP99Ms, { unit: 'ms', aim: atMost(latencyAim) });
  }
  addCost(session, title, broker, cost, received);
}

async function perfLoad(session: Session, load: PerfLoad): Promise<void> {
  const seconds = session.seconds;
  await withBrokers(session, 'as-shipped', async (brokers) => {
    await alternate(session, load.title, brokers, async (broker, sample) => {
      const name = freshTopic('amqp');
      const args = [...load.args(name), '-z', String(seconds)];
      const cost = await watched(broker, () => perfTest(amqpPort(broker), args, seconds));
      if (load.leavesQueue === true) await deleteQueue(broker, name);
      if (sample) addFigures(session, load, broker, cost);
    });
  });
}

export async function perfScenario(session: Session, scenario: string): Promise<void> {
  for (const load of perfLoads) if (load.scenario === scenario) await perfLoad(session, load);
}
