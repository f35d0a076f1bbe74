/** A node with a stream queue, seen from AMQP and from Kafka, and what the tests of streams ask again and again. */
import assert from 'node:assert/strict';
import type { FieldValue } from '../../../src/message/field-table.ts';
import type { AmqpClient, Received } from './amqp-client.ts';
import { KafkaSide } from './kafka-side.ts';
import { AmqpWorld, bodies, declare, table, text } from './world.ts';

export const STREAM = { arguments: table({ 'x-queue-type': text('stream') }) };
export const DAY_MS = 86_400_000;

export async function worldWithStream(flags: Readonly<Record<string, string>> = {}) {
  const world = await AmqpWorld.start(flags);
  const client = await world.client();
  await declare(client, 's', STREAM);
  return { world, client, kafka: new KafkaSide(world.node) };
}

export const values = (...all: string[]) => all.map((value) => ({ value: Buffer.from(value) }));

/** Consumes from a place, with credit for all; gives the tag. */
export async function consume(
  client: AmqpClient,
  from: FieldValue | undefined,
  {
    queue = 's',
    prefetch = 100,
    more = {},
  }: { queue?: string; prefetch?: number; more?: Record<string, FieldValue> } = {},
): Promise<Received> {
  await client.call(1, 'basic.qos', { prefetchCount: prefetch });
  const given = { ...more, ...(from && { 'x-stream-offset': from }) };
  return await client.call(1, 'basic.consume', { queue, arguments: table(given) });
}

/** What came, without delivery tags. */
export async function got(client: AmqpClient): Promise<string[]> {
  return bodies(await client.take()).map((each) => each.replace(/^\d+:/, ''));
}

export function offsetsOf(received: readonly Received[]): bigint[] {
  return received.flatMap((each) => {
    if (each.method !== 'basic.deliver') return [];
    const offset = each.properties?.headers?.get('x-stream-offset');
    assert.equal(offset?.type, 'int64');
    return [offset.value as bigint];
  });
}
