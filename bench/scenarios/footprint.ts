/**
 * What a broker weighs: the time from the start of its process to the first record it acknowledged, on an empty data
 * folder, and its resident memory idle and after a load. Each broker runs alone. Kafka's `format` step is not counted.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Broker, type BrokerName, startBroker } from '../brokers.ts';
import { memory, settleDisk } from '../measure.ts';
import { RawClient, recordBatch } from '../raw-client.ts';
import { atMost } from '../report.ts';
import { freshTopic, log, readyTopic, type Session, startOptions } from '../session.ts';
import { consume, produce, recordBytes } from '../tools.ts';

const firstProduceTimeoutMs = 60_000;
const retryMs = 2;
const loadPartitions = 12;

/** Connects, has the topic created and produces, retrying each step, until a record is acknowledged. */
async function firstProduce(broker: Broker): Promise<void> {
  const deadlineMs = performance.now() + firstProduceTimeoutMs;
  const topic = freshTopic('start');
  const batch = recordBatch(Buffer.alloc(recordBytes), Date.now());
  let client: RawClient | undefined;
  let last: unknown;
  let ended = false;
  void broker.exited.then(() => {
    ended = true;
  });
  try {
    while (!ended && performance.now() < deadlineMs) {
      try {
        client ??= await RawClient.open(broker.port);
        if (await client.topicReady(topic)) {
          const { error } = await client.produce(topic, batch);
          if (error === 0) return;
          last = `produce answered error ${error}`;
        }
      } catch (error) {
        last = error;
        client?.close();
        client = undefined;
      }
      await delay(retryMs);
    }
  } finally {
    client?.close();
  }
  const why = ended ? 'the process ended' : `${firstProduceTimeoutMs} ms have passed`;
  throw new Error(`no record acknowledged and ${why} (${last}):\n${broker.output()}`);
}

/** Starts one broker for `body`, alone, and reports what fails. */
async function alone(
  session: Session,
  what: string,
  name: BrokerName,
  wait: boolean,
  body: (broker: Broker) => Promise<void>,
): Promise<void> {
  log(`${what}: ${name}`);
  let broker: Broker | undefined;
  try {
    await settleDisk();
    broker = await startBroker(name, { ...startOptions(session, 'as-shipped'), wait });
    await body(broker);
  } catch (error) {
    session.report.fail(`${what}, ${name}`, error);
  } finally {
    await broker?.stop();
  }
}

export async function start(session: Session): Promise<void> {
  for (let round = 0; round <= session.rounds; round++) {
    for (const name of round % 2 === 0 ? session.brokerNames : session.brokerNames.toReversed()) {
      await alone(session, `start, round ${round}`, name, false, async (broker) => {
        await firstProduce(broker);
        const elapsedMs = performance.now() - broker.spawnedAtMs;
        if (round === 0) return;
        const options = { unit: 'ms', durability: 'as-shipped', aim: atMost(0.333) } as const;
        session.report.add('start to first produce', name, elapsedMs, options);
      });
    }
  }
}

export async function resident(session: Session): Promise<void> {
  const { report, records } = session;
  const unit = { unit: 'MB', durability: 'as-shipped' } as const;
  for (let round = 1; round <= Math.min(2, session.rounds); round++) {
    for (const name of session.brokerNames) {
      await alone(session, `memory, round ${round}`, name, true, async (broker) => {
        await firstProduce(broker);
        report.add('resident memory, idle', name, memory(broker.pid)?.residentMb, unit);
        const topic = await readyTopic(broker, 'memory', loadPartitions);
        await produce(broker.bootstrap, topic, records);
        await consume(broker.bootstrap, topic, records);
        const loaded = memory(broker.pid);
        report.add('resident memory after load', name, loaded?.residentMb, { ...unit, aim: atMost(0.25) });
        report.add('resident memory, peak', name, loaded?.peakMb, unit);
      });
    }
  }
}
