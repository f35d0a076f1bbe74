/**
 * Produce and consume of 1 KB records with Kafka's tools at acks=all, and what they cost the broker in processor time.
 * Every round uses a topic of its own and deletes it. The consumer reads what the producer has just written.
 */
import type { Broker, Durability } from '../brokers.ts';
import { cpuSeconds } from '../measure.ts';
import { atLeast, atMost } from '../report.ts';
import { alternate, readyTopic, type Session } from '../session.ts';
import { consume, deleteTopic, produce } from '../tools.ts';

export const produceTitle = (partitions: number) => `produce 1 KB, ${count(partitions)}`;
const count = (partitions: number) => (partitions === 1 ? '1 partition' : `${partitions} partitions`);

interface Cost {
  readonly value: number;
  readonly cpuPerMillion: number | undefined;
}

/** Runs `load` and adds the processor seconds that the broker used meanwhile, per million records. */
async function costOf(broker: Broker, records: number, load: () => Promise<number>): Promise<Cost> {
  const before = cpuSeconds(broker.pid);
  const value = await load();
  const after = cpuSeconds(broker.pid);
  const cpuPerMillion = before === undefined || after === undefined ? undefined : ((after - before) / records) * 1e6;
  return { value, cpuPerMillion };
}

async function measureProduce(broker: Broker, topic: string, records: number): Promise<Cost> {
  return costOf(broker, records, async () => (await produce(broker.bootstrap, topic, records)).steadyRecordsPerSecond);
}

export async function throughput(
  session: Session,
  brokers: readonly Broker[],
  durability: Durability,
  partitions: number,
): Promise<void> {
  const { report } = session;
  // A disk sync for every append is slow; fewer records give the same figure.
  const records = durability === 'equal' ? Math.ceil(session.records / 4) : session.records;
  const factor = atLeast(durability === 'equal' ? 3 : 1);
  const shape = count(partitions);
  await alternate(session, `throughput, ${shape}, ${durability}`, brokers, async (broker, sample) => {
    const topic = await readyTopic(broker, `throughput-${partitions}`, partitions);
    const produced = await measureProduce(broker, topic, records);
    const consumed = await costOf(broker, records, () => consume(broker.bootstrap, topic, records));
    await deleteTopic(broker.bootstrap, topic);
    if (!sample) return;
    const rate = { unit: 'records/s', durability, aim: factor };
    const cost = { unit: 's per million', durability, aim: atMost(1) };
    report.add(produceTitle(partitions), broker.name, produced.value, rate);
    report.add(`consume 1 KB, ${shape}`, broker.name, consumed.value, rate);
    report.add(`broker CPU to produce, ${shape}`, broker.name, produced.cpuPerMillion, cost);
    report.add(`broker CPU to consume, ${shape}`, broker.name, consumed.cpuPerMillion, cost);
  });
}

/** What a record costs as the number of partitions grows: producer throughput and broker processor time. */
export async function partitionCost(session: Session, brokers: readonly Broker[]): Promise<void> {
  const { report } = session;
  const durability = 'as-shipped';
  const records = Math.ceil(session.records / 2);
  const cpuTitle = (partitions: number) => `cost per record: broker CPU, ${count(partitions)}`;
  for (const partitions of [1, 12, 100, 1000]) {
    await alternate(session, `cost per record, ${count(partitions)}`, brokers, async (broker, sample) => {
      const topic = await readyTopic(broker, `partitions-${partitions}`, partitions);
      const produced = await measureProduce(broker, topic, records);
      await deleteTopic(broker.bootstrap, topic);
      if (!sample) return;
      const rateTitle = `cost per record: produce, ${count(partitions)}`;
      report.add(rateTitle, broker.name, produced.value, { unit: 'records/s', durability });
      report.add(cpuTitle(partitions), broker.name, produced.cpuPerMillion, { unit: 's per million', durability });
    });
  }
  for (const { name } of brokers) {
    const one = report.median(cpuTitle(1), name, durability);
    const many = report.median(cpuTitle(1000), name, durability);
    const growth = one === undefined || many === undefined ? undefined : many / one;
    const aim = { ...atMost(1.25), own: true };
    report.add('cost per record: CPU at 1,000 ÷ at 1 partition', name, growth, { unit: 'times', durability, aim });
  }
}
