/** A whole node in memory, and AMQP clients that are connected to it. */
import assert from 'node:assert/strict';
import type { FieldTable, FieldValue } from '../../../src/message/field-table.ts';
import { TestNode } from '../../fuzz/node.ts';
import { AmqpClient, type OpenOptions, type Received } from './amqp-client.ts';

const SEED = 7;

export class AmqpWorld {
  readonly node: TestNode;

  private constructor(node: TestNode) {
    this.node = node;
  }

  static async start(flags: Readonly<Record<string, string>> = {}): Promise<AmqpWorld> {
    return new AmqpWorld(await TestNode.start(SEED, flags));
  }

  /** A socket, before any byte. */
  socket(): AmqpClient {
    return new AmqpClient(this.node.scheduler, (transport) => this.node.amqp.accept(transport));
  }

  /** An open connection with channel 1. */
  async client(options: OpenOptions = {}): Promise<AmqpClient> {
    const client = this.socket();
    const answer = await client.open(options);
    assert.equal(answer.method, 'connection.open-ok');
    await client.openChannel(1);
    return client;
  }
}

/** A queue that lasts; gives its name. */
export async function declare(
  client: AmqpClient,
  queue: string,
  more: { exclusive?: boolean; autoDelete?: boolean; durable?: boolean; arguments?: FieldTable } = {},
): Promise<string> {
  const answer = await client.call(1, 'queue.declare', { queue, durable: true, ...more });
  assert.equal(answer.method, 'queue.declare-ok', JSON.stringify(answer));
  return (answer as Extract<Received, { method: 'queue.declare-ok' }>).queue;
}

/** What a client has got, in short: `1:body`, with `!` if redelivered. */
export function bodies(received: readonly Received[]): string[] {
  return received.flatMap((each) =>
    each.method === 'basic.deliver' ? [`${each.deliveryTag}:${each.body}${each.redelivered ? '!' : ''}`] : [],
  );
}

/** How many messages are ready in a queue. */
export async function ready(client: AmqpClient, queue: string): Promise<number> {
  const answer = await client.call(1, 'queue.declare', { queue, passive: true });
  assert.equal(answer.method, 'queue.declare-ok');
  return (answer as Extract<Received, { method: 'queue.declare-ok' }>).messageCount;
}

export function table(fields: Readonly<Record<string, FieldValue>>): FieldTable {
  return new Map(Object.entries(fields));
}

export const text = (value: string): FieldValue => ({ type: 'longstr', value });
export const int = (value: number): FieldValue => ({ type: 'int32', value });

/** An error as it was told: `channel 404 NOT_FOUND - ... (50, 10)`. */
export function closed(received: Received): string {
  assert.ok(received.method === 'channel.close' || received.method === 'connection.close', JSON.stringify(received));
  const { replyCode, replyText, classId, methodId } = received;
  return `${received.method.split('.')[0]} ${replyCode} ${replyText} (${classId}, ${methodId})`;
}
