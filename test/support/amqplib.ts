/** What suites of amqplib need again and again: connections and channels that end with their test, names of their own, and looks into queues. */
import type { TestContext } from 'node:test';
import amqplib, { type Channel, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import { uniqueName } from './clients-wait.ts';

/** A channel and the error that will end it. */
export type Opened<C> = C & { readonly failure: Promise<Error & { code?: number }> };

export function amqplibTools(url: string) {
  const connect = async (t: TestContext): Promise<ChannelModel> => {
    const connection = await amqplib.connect(url);
    connection.on('error', () => {});
    t.after(() => connection.close().catch(() => {}));
    return connection;
  };
  const opened = <C extends Channel>(channel: C): Opened<C> => {
    const failure = new Promise<Error & { code?: number }>((resolve) => channel.on('error', resolve));
    return Object.assign(channel, { failure });
  };
  const channelOf = async (t: TestContext): Promise<Opened<Channel>> =>
    opened(await (await connect(t)).createChannel());
  const confirming = async (t: TestContext): Promise<Opened<ConfirmChannel>> =>
    opened(await (await connect(t)).createConfirmChannel());
  const newQueue = async (channel: Channel, options: Options.AssertQueue = {}): Promise<string> =>
    (await channel.assertQueue(uniqueName('q'), { durable: true, ...options })).queue;
  const newExchange = async (channel: Channel, type: string, options: Options.AssertExchange = {}): Promise<string> =>
    (await channel.assertExchange(uniqueName('x'), type, options)).exchange;
  const count = async (channel: Channel, queue: string) => (await channel.checkQueue(queue)).messageCount;
  const text = (message: { content: Buffer } | false | null | undefined) =>
    message ? message.content.toString() : undefined;
  /** Everything in the queue that is ready. */
  const drain = async (channel: Channel, queue: string): Promise<string[]> => {
    const found: string[] = [];
    for (let got = await channel.get(queue, { noAck: true }); got; got = await channel.get(queue, { noAck: true })) {
      found.push(got.content.toString());
    }
    return found;
  };
  const publishAll = async (channel: ConfirmChannel, exchange: string, keys: readonly string[]): Promise<void> => {
    for (const key of keys) channel.publish(exchange, key, Buffer.from(key));
    await channel.waitForConfirms();
  };
  return { channelOf, confirming, connect, count, drain, newExchange, newQueue, opened, publishAll, text };
}
