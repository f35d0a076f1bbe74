/** A router over a test catalog, and messages that routing can ask. */
import type { AmqpCatalog } from '../../src/catalog/amqp/amqp-catalog.ts';
import { EMPTY_TABLE, type FieldTable } from '../../src/message/field-table.ts';
import type { Routable, Route } from '../../src/routing/route.ts';
import { Router } from '../../src/routing/router.ts';
import { seededRandom } from '../catalog/support.ts';

export function testRouter(catalog: AmqpCatalog, cachedRoutesMax = 1000): Router {
  return new Router({ catalog, random: seededRandom(1), settings: { cachedRoutesMax } });
}

export function message(
  headers: FieldTable = EMPTY_TABLE,
  properties: Readonly<Record<string, string>> = {},
): Routable {
  return { headers: () => headers, property: (name) => properties[name] };
}

/** A message that must not be looked into. */
export const sealed: Routable = {
  headers: () => {
    throw new Error('routing looked at the headers');
  },
  property: () => {
    throw new Error('routing looked at the properties');
  },
};

/** The names of the queues, in order; undefined if there is no route at all. */
export function names(catalog: AmqpCatalog, route: Route | undefined): string[] | undefined {
  return route?.queues.map((id) => catalog.queueById(id)?.name ?? `gone ${id}`).sort();
}
