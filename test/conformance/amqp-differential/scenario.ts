/** What every differential scenario is, and what many of them say. */
import type { FieldTable, FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpConversation, At } from './conversation.ts';

export interface AmqpScenario {
  readonly title: string;
  readonly run: (broker: AmqpConversation) => Promise<void>;
}

export const text = (value: string): FieldValue => ({ type: 'longstr', value });
export const int = (value: number): FieldValue => ({ type: 'int32', value });
export const long = (value: number): FieldValue => ({ type: 'int64', value: BigInt(value) });
export const bool = (value: boolean): FieldValue => ({ type: 'bool', value });
export const double = (value: number): FieldValue => ({ type: 'double', value });
export const list = (...value: FieldValue[]): FieldValue => ({ type: 'array', value });
export const nothing: FieldValue = { type: 'void' };

export function table(fields: Readonly<Record<string, FieldValue>>): FieldTable {
  return new Map(Object.entries(fields));
}

/** A queue that lasts, of a name of this run's own. */
export async function newQueue(
  broker: AmqpConversation,
  suffix: string,
  args: Readonly<Record<string, FieldValue>> = {},
): Promise<string> {
  const queue = broker.name(suffix);
  await broker.must('queue.declare', { queue, durable: true, arguments: table(args) });
  return queue;
}

export async function newExchange(
  broker: AmqpConversation,
  suffix: string,
  type: string,
  args: Readonly<Record<string, FieldValue>> = {},
): Promise<string> {
  const exchange = broker.name(suffix);
  await broker.must('exchange.declare', { exchange, type, durable: true, arguments: table(args) });
  return exchange;
}

/** Messages named by their bodies, to a queue, where they are ready when this is done. */
export async function fill(broker: AmqpConversation, queue: string, ...bodies: string[]): Promise<void> {
  for (const body of bodies) await broker.publish('', queue, body, {}, { connection: 'filler' });
  await broker.ready(queue, bodies.length);
}

export async function consume(
  broker: AmqpConversation,
  queue: string,
  more: {
    readonly tag?: string;
    readonly noAck?: boolean;
    readonly exclusive?: boolean;
    readonly args?: Readonly<Record<string, FieldValue>>;
  } = {},
  at: At = {},
): Promise<void> {
  const { tag: consumerTag = 'tag', noAck = false, exclusive = false, args = {} } = more;
  await broker.must('basic.consume', { queue, consumerTag, noAck, exclusive, arguments: table(args) }, at);
}

/** Gets a message that is to be settled; answers its tag. */
export async function take(broker: AmqpConversation, queue: string, at: At = {}): Promise<number> {
  const got = await broker.must('basic.get', { queue }, at);
  if (got.method !== 'basic.get-ok') throw new Error(`nothing was in ${queue}`);
  return got.deliveryTag;
}
