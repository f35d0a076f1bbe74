/**
 * The SQS scenarios by name: Trilog, ElasticMQ and moto in turn, driven by the same bare client. Messages of 1 KiB. moto, which is slow
 * with anything but small queues, takes part only where queues stay small.
 */
import { type Watched, watched } from '../amqp/watched.ts';
import { type Broker, startBroker } from '../brokers.ts';
import { memory } from '../measure.ts';
import { atLeast, atMost, type MeasureOptions, type Report } from '../report.ts';
import { alternate, log, type Session } from '../session.ts';
import { limitOf } from './limit.ts';
import { consume, createQueue, deleteQueue, type Figures, send, take } from './load.ts';

export const sqsScenarios = [
  'sqs-send',
  'sqs-receive',
  'sqs-fifo',
  'sqs-inflight',
  'sqs-backlog',
  'sqs-start',
] as const;
export type SqsScenario = (typeof sqsScenarios)[number];

const connectionCounts = [8, 64, 256];
const batchSizes = [1, 10];
/** Of the scenarios that are about the state of a queue. */
const stateConnections = 64;
const fifoGroups = 10_000;
const inFlight = 100_000;
const fillSecondsMax = 600;
/** What is put into a queue to be taken out again, so that it lasts; and for the broker that takes minutes for it, less. */
const drainedMessages = 30_000;
const drainedMessagesInBatches = 200_000;
const drainedMessagesOfMoto = 500;
const fillConnections = 16;

/** One session whose figures go into one report for each peer; those of Trilog into all. */
export interface SqsSession extends Session {
  readonly reports: readonly Report[];
}

function portOf({ name, sqsPort }: Broker): number {
  if (sqsPort === undefined) throw new Error(`${name} does not speak SQS`);
  return sqsPort;
}

function add(
  session: SqsSession,
  title: string,
  name: Broker['name'],
  value: number | undefined,
  options: MeasureOptions,
) {
  for (const report of session.reports) {
    if (name === 'trilog' || name === report.peer.name) report.add(title, name, value, options);
  }
}

function addFigures(session: SqsSession, title: string, broker: Broker, cost: Watched<Figures>, aim = 5): void {
  const { name } = broker;
  const { perSecond, p50Ms, p99Ms, messages } = cost.result;
  add(session, title, name, perSecond, { unit: 'messages/s', aim: atLeast(aim) });
  add(session, `${title}: request, p50`, name, p50Ms, { unit: 'ms' });
  add(session, `${title}: request, p99`, name, p99Ms, { unit: 'ms', aim: atMost(1) });
  const perMillion = cost.cpuSeconds === undefined ? undefined : (cost.cpuSeconds / messages) * 1e6;
  add(session, `${title}: broker CPU`, name, perMillion, { unit: 's per million' });
  add(session, `${title}: resident memory`, name, cost.residentMb, { unit: 'MB' });
}

/** moto needs minutes for what more connections ask at once. */
const takesPart = (connections: number) => (name: string) => name !== 'moto' || connections <= stateConnections;

/** Starts the brokers, and gives each an empty queue in every round. */
async function eachBroker(
  session: SqsSession,
  what: string,
  isMeant: (name: string) => boolean,
  measure: (broker: Broker, port: number, sample: boolean) => Promise<void>,
): Promise<void> {
  const brokers: Broker[] = [];
  const { workFolder, trilogArgs } = session;
  try {
    for (const name of session.brokerNames.filter(isMeant)) {
      brokers.push(await startBroker(name, { durability: 'as-shipped', workFolder, trilogArgs }));
    }
    await alternate(session, what, brokers, (broker, sample) => measure(broker, portOf(broker), sample));
  } finally {
    for (const broker of brokers) await broker.stop();
  }
}

async function fill(port: number, queueUrl: string, messages: number, groups?: number): Promise<void> {
  const limits = { connections: fillConnections, seconds: fillSecondsMax, messages };
  await send(port, limits, { queueUrl, batch: 10, ...(groups === undefined ? {} : { groups }) });
}

const sendTitle = (connections: number, batch: number) => `send, ${connections} connections, batches of ${batch}`;

async function sending(session: SqsSession): Promise<void> {
  for (const connections of connectionCounts) {
    for (const batch of batchSizes) {
      const title = sendTitle(connections, batch);
      await eachBroker(session, title, takesPart(connections), async (broker, port, sample) => {
        const queueUrl = await createQueue(port, false);
        const limits = { connections, seconds: session.seconds };
        const cost = await watched(broker, () => send(port, limits, { queueUrl, batch }));
        await deleteQueue(port, queueUrl);
        if (sample) addFigures(session, title, broker, cost);
      });
    }
  }
  for (const connections of connectionCounts) {
    log(`a bare node:http server, ${connections} connections`);
    const limit = await limitOf(connections, session.seconds);
    for (const { peer } of session.reports) {
      for (const name of [peer.name, 'trilog'] as const) {
        const report = session.reports.find((one) => one.peer.name === peer.name);
        const perSecond = report?.median(sendTitle(connections, 1), name);
        const share = perSecond === undefined ? undefined : (perSecond / limit) * 100;
        const title = `${sendTitle(connections, 1)}: of a bare node:http server (${Math.round(limit)}/s)`;
        report?.add(title, name, share, { unit: '%', aim: { kind: 'at-least', value: 60, own: true } });
      }
    }
  }
}

async function receiving(session: SqsSession): Promise<void> {
  for (const connections of connectionCounts) {
    for (const batch of batchSizes) {
      const title = `receive and delete, ${connections} connections, batches of ${batch}`;
      await eachBroker(session, title, takesPart(connections), async (broker, port, sample) => {
        const queueUrl = await createQueue(port, false);
        const drained = batch === 1 ? drainedMessages : drainedMessagesInBatches;
        await fill(port, queueUrl, broker.name === 'moto' ? drainedMessagesOfMoto : drained);
        const limits = { connections, seconds: session.seconds };
        const cost = await watched(broker, () => consume(port, limits, queueUrl, batch));
        await deleteQueue(port, queueUrl);
        if (sample) addFigures(session, title, broker, cost);
      });
    }
  }
}

async function fifo(session: SqsSession): Promise<void> {
  const groups = fifoGroups;
  const suffix = `FIFO, ${groups} groups`;
  await eachBroker(
    session,
    suffix,
    (name) => name !== 'moto',
    async (broker, port, sample) => {
      const queueUrl = await createQueue(port, true);
      await fill(port, queueUrl, drainedMessages, groups);
      const limits = { connections: stateConnections, seconds: session.seconds };
      const sent = await watched(broker, () => send(port, limits, { queueUrl, batch: 1, groups }));
      const received = await watched(broker, () => consume(port, limits, queueUrl, 1));
      await deleteQueue(port, queueUrl);
      if (!sample) return;
      addFigures(session, `send, ${suffix}`, broker, sent);
      addFigures(session, `receive and delete, ${suffix}`, broker, received);
    },
  );
}

/** Both ways in a queue that is in a state. */
async function inState(
  session: SqsSession,
  state: string,
  reach: (port: number, queueUrl: string) => Promise<void>,
): Promise<void> {
  await eachBroker(
    session,
    state,
    (name) => name !== 'moto',
    async (broker, port, sample) => {
      const queueUrl = await createQueue(port, false);
      await reach(port, queueUrl);
      const limits = { connections: stateConnections, seconds: session.seconds };
      const sent = await watched(broker, () => send(port, limits, { queueUrl, batch: 1 }));
      const received = await watched(broker, () => consume(port, limits, queueUrl, 1));
      await deleteQueue(port, queueUrl);
      if (!sample) return;
      addFigures(session, `send, ${state}`, broker, sent);
      addFigures(session, `receive and delete, ${state}`, broker, received);
    },
  );
}

async function starting(session: SqsSession): Promise<void> {
  const { workFolder, trilogArgs } = session;
  for (let round = 0; round <= session.rounds; round++) {
    for (const name of session.brokerNames) {
      const broker = await startBroker(name, { durability: 'as-shipped', workFolder, trilogArgs, wait: false });
      try {
        const readyMs = await untilServed(broker);
        if (round === 0) continue;
        add(session, 'start to first queue', name, readyMs, { unit: 'ms', aim: atMost(0.333) });
        add(session, 'resident memory after it', name, memory(broker.pid)?.residentMb, {
          unit: 'MB',
          aim: atMost(0.333),
        });
      } finally {
        await broker.stop();
      }
    }
  }
}

async function untilServed(broker: Broker): Promise<number> {
  for (let attempts = 0; attempts < 10_000; attempts++) {
    try {
      await createQueue(portOf(broker), false);
      return performance.now() - broker.spawnedAtMs;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  throw new Error(`${broker.name} does not serve:\n${broker.output()}`);
}

export async function runSqs(session: SqsSession, scenario: SqsScenario, backlog: number): Promise<void> {
  const count = (messages: number) => messages.toLocaleString('en-US');
  if (scenario === 'sqs-send') await sending(session);
  else if (scenario === 'sqs-receive') await receiving(session);
  else if (scenario === 'sqs-fifo') await fifo(session);
  else if (scenario === 'sqs-start') await starting(session);
  else if (scenario === 'sqs-backlog') {
    await inState(session, `a backlog of ${count(backlog)}`, (port, queueUrl) => fill(port, queueUrl, backlog));
  } else {
    await inState(session, `${count(inFlight)} in flight`, async (port, queueUrl) => {
      await fill(port, queueUrl, inFlight);
      const limits = { connections: fillConnections, seconds: fillSecondsMax };
      const { messages } = await take(port, limits, queueUrl);
      if (messages < inFlight) throw new Error(`only ${messages} messages could be received`);
    });
  }
}
