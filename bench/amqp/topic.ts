/**
 * Topic routing: 10,000 bindings lead from one exchange to 100 queues, each message matches one of them, and no two of
 * two hundred thousand messages in a row have the same key, so that no memory of routes helps. PerfTest can't make such keys;
 * a bare client publishes frames that were made before and counts deliveries, at the most a fixed number of them behind.
 */
import type { Broker } from '../brokers.ts';
import { atLeast } from '../report.ts';
import { alternate, freshTopic, type Session, withBrokers } from '../session.ts';
import { openSocket, publishFrames, type RawClient } from './raw-client.ts';
import { addCost, amqpPort } from './scenarios.ts';
import { watched } from './watched.ts';

const queueCount = 100;
const bindingsPerQueue = 100;
const keyCount = 200_000;
const messagesPerPiece = 500;
const behindMax = 10_000;
const bodyBytes = 100;
const stallMs = 30_000;

const patternOf = (queue: number, binding: number) =>
  binding % 2 === 0 ? `site-${queue}.*.unit-${binding}.#` : `site-${queue}.*.unit-${binding}.*`;
const keyOf = (message: number) => {
  const queue = message % queueCount;
  const binding = Math.floor(message / queueCount) % bindingsPerQueue;
  return `site-${queue}.room-${Math.floor(message / queueCount / bindingsPerQueue)}.unit-${binding}.event`;
};

/** Declares everything on the consumer's channel, whose exclusive queues go with it. */
async function declare(client: RawClient, exchange: string): Promise<void> {
  await client.call('exchange.declare', { exchange, type: 'topic', autoDelete: true });
  for (let index = 0; index < queueCount; index++) {
    const queue = `${exchange}-${index}`;
    await client.call('queue.declare', { queue, exclusive: true });
    for (let binding = 0; binding < bindingsPerQueue; binding++) {
      client.tell('queue.bind', { queue, exchange, routingKey: patternOf(index, binding), nowait: true });
    }
    await client.call('basic.consume', { queue, consumerTag: `c${index}`, noAck: true });
  }
}

function pieces(exchange: string): Buffer[] {
  const keys = Array.from({ length: keyCount }, (_, message) => keyOf(message));
  const body = Buffer.alloc(bodyBytes, 'x');
  const made: Buffer[] = [];
  for (let from = 0; from < keyCount; from += messagesPerPiece) {
    made.push(publishFrames(exchange, keys.slice(from, from + messagesPerPiece), Buffer.from([0, 0]), body));
  }
  return made;
}

/** Settles when at most `behind` of `sent` messages have not come. */
async function caughtUp(consumer: RawClient, sent: number, behind: number): Promise<void> {
  if (sent - consumer.delivered <= behind) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${consumer.delivered} of ${sent} messages have come`)), stallMs);
    consumer.onInput = () => {
      if (consumer.failure !== undefined) reject(consumer.failure);
      else if (sent - consumer.delivered <= behind) resolve();
      else return;
      clearTimeout(timer);
    };
  });
}

interface Routed {
  readonly perSecond: number;
  readonly messages: number;
}

async function publishFor(
  seconds: number,
  publisher: RawClient,
  consumer: RawClient,
  frames: readonly Buffer[],
): Promise<Routed> {
  const startMs = performance.now();
  let sent = 0;
  for (let piece = 0; performance.now() - startMs < seconds * 1000; piece++) {
    await publisher.send(frames[piece % frames.length] as Buffer);
    sent += messagesPerPiece;
    await caughtUp(consumer, sent, behindMax);
  }
  await caughtUp(consumer, sent, 0);
  return { perSecond: sent / ((performance.now() - startMs) / 1000), messages: sent };
}

export async function topicRouting(session: Session): Promise<void> {
  const title = 'topic, 10,000 bindings (bare client)';
  const measure = async (broker: Broker, sample: boolean): Promise<void> => {
    const exchange = freshTopic('amqp-topic');
    const consumer = await openSocket(amqpPort(broker));
    const publisher = await openSocket(amqpPort(broker));
    try {
      await declare(consumer, exchange);
      const frames = pieces(exchange);
      const cost = await watched(broker, () => publishFor(session.seconds, publisher, consumer, frames));
      if (!sample) return;
      session.report.add(title, broker.name, cost.result.perSecond, { unit: 'messages/s', aim: atLeast(3) });
      addCost(session, title, broker, cost, cost.result.messages);
    } finally {
      publisher.close();
      consumer.close();
    }
  };
  await withBrokers(session, 'as-shipped', (brokers) => alternate(session, title, brokers, measure));
}
