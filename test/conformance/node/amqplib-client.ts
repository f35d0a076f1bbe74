/** What the suites with amqplib share: connections that end with their test, and the things one does with a channel. */
import type { TestContext } from 'node:test';
import amqplib, { type Channel, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import { type AmqpBroker, startAmqpBroker } from '../../support/amqp-broker.ts';
import { uniqueName } from '../../support/clients-wait.ts';

export type Opened<C> = C & { readonly failure: Promise<Error & { code?: number }> };

export class AmqplibClient {
  readonly url: string;
  readonly broker: AmqpBroker;

  private constructor(broker: AmqpBroker) {
    this.broker = broker;
    this.url = `amqp://guest:guest@${broker.host}:${broker.port}/`;
  }

  static async start(t: TestContext, args: readonly string[] = []): Promise<AmqplibClient> {
    return new AmqplibClient(await startAmqpBroker(t, args));
  }

  async connect(t: TestContext): Promise<ChannelModel> {
    const connection = await amqplib.connect(this.url);
    connection.on('error', () => {});
    t.after(() => connection.close().catch(() => {}));
    return connection;
  }

  async channel(t: TestContext): Promise<Opened<Channel>> {
    return opened(await (await this.connect(t)).createChannel());
  }

  async confirming(t: TestContext): Promise<Opened<ConfirmChannel>> {
    return opened(await (await this.connect(t)).createConfirmChannel());
  }
}

function opened<C extends Channel>(channel: C): Opened<C> {
  const failure = new Promise<Error & { code?: number }>((resolve) => channel.on('error', resolve));
  return Object.assign(channel, { failure });
}

export async function newQueue(channel: Channel, options: Options.AssertQueue = {}): Promise<string> {
  return (await channel.assertQueue(uniqueName('q'), { durable: true, ...options })).queue;
}

export async function newExchange(
  channel: Channel,
  type: string,
  options: Options.AssertExchange = {},
): Promise<string> {
  return (await channel.assertExchange(uniqueName('x'), type, options)).exchange;
}

/** How many messages are ready. */
export async function count(channel: Channel, queue: string): Promise<number> {
  return (await channel.checkQueue(queue)).messageCount;
}

/** Everything in the queue that is ready. */
export async function drain(channel: Channel, queue: string): Promise<string[]> {
  const found: string[] = [];
  for (let got = await channel.get(queue, { noAck: true }); got; got = await channel.get(queue, { noAck: true })) {
    found.push(got.content.toString());
  }
  return found;
}

/** Publishes under each key a message that is the key. */
export async function publishAll(channel: ConfirmChannel, exchange: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) channel.publish(exchange, key, Buffer.from(key));
  await channel.waitForConfirms();
}

export function bodyText(message: { content: Buffer } | false | null | undefined): string | undefined {
  return message ? message.content.toString() : undefined;
}
