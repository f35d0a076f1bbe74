/**
 * What every scenario shares: which brokers run, how often, and the alternation. Round 0 warms up and is not reported.
 * The order of the brokers turns with every round, so that neither always runs on the warmer or fuller machine. A failed
 * measurement is reported and the next one goes on.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Broker, type BrokerName, type Durability, type StartOptions, startBroker } from './brokers.ts';
import { settleDisk } from './measure.ts';
import { RawClient } from './raw-client.ts';
import type { Report } from './report.ts';
import { createTopic } from './tools.ts';

export interface Session {
  readonly brokerNames: readonly BrokerName[];
  readonly rounds: number;
  readonly records: number;
  /** How long a load of fixed length takes. */
  readonly seconds: number;
  readonly workFolder: string;
  readonly trilogArgs: readonly string[];
  readonly report: Report;
}

let topics = 0;

/** A topic name of this run only; brokers never see the same one twice. */
export function freshTopic(scenario: string): string {
  topics += 1;
  return `bench-${scenario}-${topics}`;
}

const readyTimeoutMs = 60_000;
const readyRetryMs = 50;

/** Creates a topic with Kafka's tool and waits until every partition is served: creation is not part of any figure. */
export async function readyTopic(broker: Broker, scenario: string, partitions: number): Promise<string> {
  const topic = freshTopic(scenario);
  await createTopic(broker.bootstrap, topic, partitions);
  const client = await RawClient.open(broker.port);
  try {
    const deadlineMs = performance.now() + readyTimeoutMs;
    while (!(await client.partitionsReady(topic, partitions))) {
      if (performance.now() > deadlineMs) throw new Error(`${topic} is not served after ${readyTimeoutMs} ms`);
      await delay(readyRetryMs);
    }
  } finally {
    client.close();
  }
  return topic;
}

export function log(message: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${message}`);
}

export function startOptions(session: Session, durability: Durability): StartOptions {
  return { durability, workFolder: session.workFolder, trilogArgs: session.trilogArgs };
}

/** Starts the brokers together for `body` and stops them whatever happens. */
export async function withBrokers(
  session: Session,
  durability: Durability,
  body: (brokers: readonly Broker[]) => Promise<void>,
): Promise<void> {
  const brokers: Broker[] = [];
  try {
    for (const name of session.brokerNames) {
      try {
        brokers.push(await startBroker(name, startOptions(session, durability)));
      } catch (error) {
        session.report.fail(`start of ${name} (${durability})`, error);
      }
    }
    await body(brokers);
  } finally {
    for (const broker of brokers) await broker.stop();
  }
}

/** Runs `measure` for every broker in every round; `sample` is false in the warm-up round. */
export async function alternate(
  session: Session,
  what: string,
  brokers: readonly Broker[],
  measure: (broker: Broker, sample: boolean) => Promise<void>,
): Promise<void> {
  for (let round = 0; round <= session.rounds; round++) {
    for (const broker of round % 2 === 0 ? brokers : brokers.toReversed()) {
      log(`${what}: ${broker.name}, ${round === 0 ? 'warm-up' : `round ${round} of ${session.rounds}`}`);
      try {
        await settleDisk();
        await measure(broker, round > 0);
      } catch (error) {
        session.report.fail(`${what}, ${broker.name}, round ${round}`, error);
      }
    }
  }
}
