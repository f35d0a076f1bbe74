/** `/api/exchanges` and one exchange: lists, declares and deletes. `amq.default` stands for the exchange without a name. */
import type { Exchange } from '../../../catalog/amqp/model.ts';
import { vhostsOf } from '../access.ts';
import { tableJson, tableOf } from '../amqp-json.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { objectNotFound } from '../api-error.ts';
import { bodyFields, booleanField, objectField, textField } from '../body.ts';
import { type Call, exchangeParam, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';

export const EXCHANGES = resource('/exchanges', { GET: ['management', listExchanges] });
export const EXCHANGES_OF_VHOST = resource('/exchanges/:vhost', { GET: ['vhost', listExchanges] });
export const EXCHANGE = resource('/exchanges/:vhost/:name', {
  GET: ['vhost', showExchange],
  PUT: ['vhost', declareExchange],
  DELETE: ['vhost', deleteExchange],
});

async function listExchanges(call: Call): Promise<Answer> {
  return await list(call, {
    items: exchangesIn(call, vhostsOf(call)),
    facts: exchangeFacts,
    key: ({ vhost, name }: Exchange) => [vhost, name],
    name: ({ name }) => name,
  });
}

function* exchangesIn({ services }: Call, vhosts: readonly string[]): Iterable<Exchange> {
  for (const vhost of vhosts) yield* services.catalog.exchanges(vhost);
}

function exchangeFacts(exchange: Exchange) {
  return {
    name: exchange.name,
    vhost: exchange.vhost,
    type: exchange.type,
    durable: exchange.durable,
    auto_delete: exchange.autoDelete,
    internal: exchange.internal,
    arguments: tableJson(exchange.arguments),
    policy: exchange.policy?.name,
  };
}

/** The exchange that the address names. @throws ApiError 404 */
export function existingExchange(call: Call): Exchange {
  const exchange = call.services.catalog.exchange(param(call, 'vhost'), exchangeParam(call, 'name'));
  if (exchange === undefined) throw objectNotFound();
  return exchange;
}

function showExchange(call: Call): Answer {
  return json({ ...exchangeFacts(existingExchange(call)), incoming: [], outgoing: [] });
}

function declareExchange(call: Call): Answer {
  const { catalog } = call.services;
  const fields = bodyFields(call.body);
  const vhost = param(call, 'vhost');
  const name = exchangeParam(call, 'name');
  const isNew = catalog.exchange(vhost, name) === undefined;
  const wanted = {
    vhost,
    name,
    type: textField(fields, 'type') ?? 'direct',
    durable: booleanField(fields, 'durable', false),
    autoDelete: booleanField(fields, 'auto_delete', false),
    internal: booleanField(fields, 'internal', false),
    arguments: tableOf(objectField(fields, 'arguments')),
  };
  catalog.declareExchange(wanted, { permissions: call.requester.permissionsIn(vhost) });
  return createdOr204(isNew);
}

function deleteExchange(call: Call): Answer {
  const { vhost, name } = existingExchange(call);
  const ifUnused = call.query.isTrue('if-unused');
  const permissions = call.requester.permissionsIn(vhost);
  call.services.catalog.deleteExchange({ vhost, name, ifUnused }, { permissions });
  return NO_CONTENT;
}
