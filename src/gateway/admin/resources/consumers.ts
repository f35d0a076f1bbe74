/** `/api/consumers`: who takes messages from the queues of the vhosts that the requester may use. */
import { vhostsOf } from '../access.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';
import type { AdminServices } from '../services.ts';
import { type Activity, consumerFacts, type PlacedConsumer } from './connection-facts.ts';

export const CONSUMERS = resource('/consumers', { GET: ['management', listConsumers] });
export const CONSUMERS_OF_VHOST = resource('/consumers/:vhost', { GET: ['vhost', listConsumers] });

async function listConsumers(call: Call): Promise<Answer> {
  const { services } = call;
  const vhosts = new Set(vhostsOf(call));
  const activities = new Activities(services);
  return await list(call, {
    items: consumersIn(services, vhosts),
    facts: (placed: PlacedConsumer) => consumerFacts(placed, activities.of(placed), services),
    key: ({ connection, consumer, channel }) => [
      connection.vhost,
      consumer.queue.name,
      connection.name,
      String(channel.number),
      consumer.tag,
    ],
  });
}

function* consumersIn({ amqp }: AdminServices, vhosts: ReadonlySet<string>): Iterable<PlacedConsumer> {
  for (const connection of amqp.connections()) {
    if (!vhosts.has(connection.vhost)) continue;
    for (const channel of connection.channels) {
      for (const consumer of channel.consumers) yield { connection, channel, consumer };
    }
  }
}

/** Which consumers are the active ones, as their queues say; each queue is asked once. */
export class Activities {
  readonly #services: AdminServices;
  readonly #waiting = new Map<number, ReadonlySet<number>>();

  constructor(services: AdminServices) {
    this.#services = services;
  }

  of({ consumer: { id, queue } }: PlacedConsumer): Activity {
    const { catalog, queues } = this.#services;
    if (catalog.queueById(queue.id)?.settings.singleActiveConsumer !== true) return 'up';
    let waiting = this.#waiting.get(queue.id);
    if (waiting === undefined) {
      const all = [...queues.consumers(queue.id)];
      waiting = new Set(all.filter(({ isActive }) => !isActive).map((each) => each.id));
      this.#waiting.set(queue.id, waiting);
    }
    return id !== undefined && waiting.has(id) ? 'waiting' : 'single_active';
  }
}
