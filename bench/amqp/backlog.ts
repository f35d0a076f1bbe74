/**
 * Draining a backlog: a bare client fills a durable queue with persistent messages, which is not measured, and PerfTest takes them
 * out again with acknowledgements.
 */
import { encodeProperties } from '../../src/message/amqp-properties-codec.ts';
import type { Broker } from '../brokers.ts';
import { settleDisk } from '../measure.ts';
import { atLeast } from '../report.ts';
import { alternate, freshTopic, type Session, withBrokers } from '../session.ts';
import { recordBytes } from '../tools.ts';
import { perfTest } from './perf-test.ts';
import { openSocket, publishFrames, type RawClient } from './raw-client.ts';
import { addCost, amqpPort, deleteQueue } from './scenarios.ts';
import { watched } from './watched.ts';

const PERSISTENT = 2;
const messagesPerPiece = 100;
const unconfirmedMax = 2000;
const stallMs = 60_000;
/** A broker that drains more slowly than this has failed. */
const perSecondMin = 1000;

async function confirmed(client: RawClient, tag: number): Promise<void> {
  if (client.confirmedTag >= tag) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no confirm of ${tag} within ${stallMs} ms`)), stallMs);
    client.onInput = () => {
      if (client.failure !== undefined) reject(client.failure);
      else if (client.confirmedTag >= tag) resolve();
      else return;
      clearTimeout(timer);
    };
  });
}

async function fill(broker: Broker, queue: string, messages: number): Promise<void> {
  const client = await openSocket(amqpPort(broker));
  try {
    await client.call('queue.declare', { queue, durable: true });
    await client.call('confirm.select', {});
    const keys = new Array<string>(messagesPerPiece).fill(queue);
    const frames = publishFrames(
      '',
      keys,
      encodeProperties({ deliveryMode: PERSISTENT }),
      Buffer.alloc(recordBytes, 'x'),
    );
    for (let sent = messagesPerPiece; sent <= messages; sent += messagesPerPiece) {
      await client.send(frames);
      await confirmed(client, sent - unconfirmedMax);
    }
    await confirmed(client, messages);
  } finally {
    client.close();
  }
}

export async function drainBacklog(session: Session, backlog: number): Promise<void> {
  const messages = Math.ceil(backlog / messagesPerPiece) * messagesPerPiece;
  const title = `drain of ${messages.toLocaleString('en-US')} messages`;
  const measure = async (broker: Broker, sample: boolean): Promise<void> => {
    const queue = freshTopic('amqp-backlog');
    await fill(broker, queue, messages);
    await settleDisk();
    const args = [
      '-x',
      '0',
      '-y',
      '1',
      '-u',
      queue,
      '-f',
      'persistent',
      '-ad',
      'false',
      '-q',
      '500',
      '-D',
      String(messages),
    ];
    const cost = await watched(broker, () => perfTest(amqpPort(broker), args, messages / perSecondMin));
    await deleteQueue(broker, queue);
    if (!sample) return;
    const rate = { unit: 'messages/s', aim: atLeast(3) };
    session.report.add(title, broker.name, cost.result.receivedPerSecond, rate);
    addCost(session, title, broker, cost, messages);
  };
  await withBrokers(session, 'as-shipped', (brokers) => alternate(session, title, brokers, measure));
}
