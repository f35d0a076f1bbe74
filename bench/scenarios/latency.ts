/**
 * End-to-end latency of single 1 KB records at acks=all, the next one sent when the last one has arrived: Kafka's
 * EndToEndLatency, whose percentiles are whole milliseconds, and a bare socket client for the same path in microseconds.
 */
import { randomBytes } from 'node:crypto';
import type { Broker, Durability } from '../brokers.ts';
import { percentile } from '../measure.ts';
import { RawClient, recordBatch } from '../raw-client.ts';
import { atMost } from '../report.ts';
import { alternate, readyTopic, type Session } from '../session.ts';
import { deleteTopic, endToEndLatency, recordBytes } from '../tools.ts';

const arrivalTimeoutMs = 10_000;

/** Fetches until records come: one long poll ends after half a second, which a slow disk may take. */
async function arrival(fetcher: RawClient, topic: string, offset: number): Promise<void> {
  const deadlineMs = performance.now() + arrivalTimeoutMs;
  while ((await fetcher.fetch(topic, offset)) === 0) {
    if (performance.now() > deadlineMs) throw new Error(`record ${offset} of ${topic} did not arrive`);
  }
}

/** One record after the other through a producing and a fetching connection. Returns the times from send to arrival. */
async function rawLatenciesMs(broker: Broker, topic: string, records: number): Promise<number[]> {
  const producer = await RawClient.open(broker.port);
  const fetcher = await RawClient.open(broker.port);
  const times: number[] = [];
  const value = randomBytes(recordBytes);
  const warmUp = Math.ceil(records / 5);
  try {
    let next = (await producer.produce(topic, recordBatch(value, Date.now()))).offset + 1;
    for (let index = 0; index < records + warmUp; index++) {
      const batch = recordBatch(value, Date.now());
      const arrived = arrival(fetcher, topic, next);
      const startMs = performance.now();
      const [{ error, offset }] = await Promise.all([producer.produce(topic, batch), arrived]);
      const elapsedMs = performance.now() - startMs;
      if (error !== 0) throw new Error(`produce to ${topic} answered error ${error}`);
      next = offset + 1;
      if (index >= warmUp) times.push(elapsedMs);
    }
  } finally {
    producer.close();
    fetcher.close();
  }
  return times;
}

export async function latency(session: Session, brokers: readonly Broker[], durability: Durability): Promise<void> {
  const { report } = session;
  const records = Math.max(500, Math.min(10_000, Math.ceil(session.records / 50)));
  await alternate(session, `latency, ${durability}`, brokers, async (broker, sample) => {
    const topic = await readyTopic(broker, 'latency', 1);
    const tool = await endToEndLatency(broker.bootstrap, topic, records);
    const raw = await rawLatenciesMs(broker, topic, records);
    await deleteTopic(broker.bootstrap, topic);
    if (!sample) return;
    const plain = { unit: 'ms', durability };
    const judged = { ...plain, aim: atMost(0.5) };
    report.add('end to end, average', broker.name, tool.averageMs, plain);
    report.add('end to end, p50 (whole ms)', broker.name, tool.p50Ms, plain);
    report.add('end to end, p99 (whole ms)', broker.name, tool.p99Ms, judged);
    report.add('end to end, p50, bare client', broker.name, percentile(raw, 0.5), plain);
    report.add('end to end, p99, bare client', broker.name, percentile(raw, 0.99), judged);
  });
}
