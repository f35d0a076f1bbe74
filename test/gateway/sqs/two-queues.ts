/** A world with one queue, standard or FIFO, and a receive from the standard one. */
import { jsonRequest } from './protocol/helpers.ts';
import { SqsWorld, urlOf } from './world.ts';

export const Q = urlOf('q');
export const F = urlOf('f.fifo');

export async function standard(): Promise<SqsWorld> {
  const world = new SqsWorld();
  await world.create('q');
  return world;
}

export async function fifo(attributes: Readonly<Record<string, string>> = {}): Promise<SqsWorld> {
  const world = new SqsWorld();
  await world.create('f.fifo', attributes);
  return world;
}

export function receive(more: object = {}) {
  return jsonRequest('ReceiveMessage', JSON.stringify({ QueueUrl: Q, ...more }));
}
