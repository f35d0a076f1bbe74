/**
 * Bindings: of the node, of a vhost, between two ends, of one end, and single ones by their properties key. Each queue is bound to
 * the default exchange by its name; that binding is listed, and can't be changed.
 */
import { propertiesKey } from '../../../catalog/amqp/bindings.ts';
import type { Binding, DestinationType, Queue } from '../../../catalog/amqp/model.ts';
import { vhostsOf } from '../access.ts';
import { tableJson, tableOf } from '../amqp-json.ts';
import { type Answer, json, NO_CONTENT } from '../answer.ts';
import { badRequest, objectNotFound } from '../api-error.ts';
import { bodyFields, objectField, textField } from '../body.ts';
import { type Call, exchangeParam, param } from '../call.ts';
import { list } from '../list.ts';
import { resource } from '../resource.ts';
import { existingExchange } from './exchanges.ts';
import { existingQueue } from './queues.ts';

export const BINDINGS = resource('/bindings', { GET: ['management', listAll] });
export const BINDINGS_OF_VHOST = resource('/bindings/:vhost', { GET: ['vhost', listAll] });
export const BINDINGS_BETWEEN = resource('/bindings/:vhost/e/:source/:kind/:destination', {
  GET: ['vhost', listBetween],
  POST: ['vhost', bind],
});
export const BINDING = resource('/bindings/:vhost/e/:source/:kind/:destination/:properties', {
  GET: ['vhost', showBinding],
  DELETE: ['vhost', unbind],
});
export const BINDINGS_OF_QUEUE = resource('/queues/:vhost/:name/bindings', { GET: ['vhost', listOfQueue] });
export const BINDINGS_FROM = resource('/exchanges/:vhost/:name/bindings/source', { GET: ['vhost', listFrom] });
export const BINDINGS_TO = resource('/exchanges/:vhost/:name/bindings/destination', { GET: ['vhost', listTo] });

const KINDS: ReadonlyMap<string, DestinationType> = new Map([
  ['q', 'queue'],
  ['e', 'exchange'],
]);

interface Ends {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: DestinationType;
  readonly destination: string;
}

function listAll(call: Call): Promise<Answer> {
  return answer(call, bindingsIn(call, vhostsOf(call)));
}

function* bindingsIn({ services: { catalog } }: Call, vhosts: readonly string[]): Iterable<Binding> {
  for (const vhost of vhosts) {
    yield* defaultBindings(catalog.queues(vhost), (queue) => catalog.defaultBinding(queue));
    yield* catalog.bindings(vhost);
  }
}

function* defaultBindings(
  queues: Iterable<Queue>,
  bindingOf: (queue: Queue) => Binding | undefined,
): Iterable<Binding> {
  for (const queue of queues) {
    const binding = bindingOf(queue);
    if (binding !== undefined) yield binding;
  }
}

function listBetween(call: Call): Promise<Answer> {
  return answer(call, between(call, endsOf(call)));
}

function* between({ services: { catalog } }: Call, ends: Ends): Iterable<Binding> {
  const { vhost, source, destinationType, destination } = ends;
  if (source === '' && destinationType === 'queue') {
    const queue = catalog.queue(vhost, destination);
    if (queue !== undefined) yield* defaultBindings([queue], (each) => catalog.defaultBinding(each));
  }
  for (const binding of catalog.bindingsTo(vhost, destinationType, destination)) {
    if (binding.source.name === source) yield binding;
  }
}

function listOfQueue(call: Call): Promise<Answer> {
  const { catalog } = call.services;
  const queue = existingQueue(call);
  const own = defaultBindings([queue], (each) => catalog.defaultBinding(each));
  return answer(call, [...own, ...catalog.bindingsTo(queue.vhost, 'queue', queue.name)]);
}

function listFrom(call: Call): Promise<Answer> {
  const { catalog } = call.services;
  const { vhost, name } = existingExchange(call);
  const own = name === '' ? defaultBindings(catalog.queues(vhost), (queue) => catalog.defaultBinding(queue)) : [];
  return answer(call, [...own, ...catalog.bindingsFrom(vhost, name)]);
}

function listTo(call: Call): Promise<Answer> {
  const { vhost, name } = existingExchange(call);
  return answer(call, call.services.catalog.bindingsTo(vhost, 'exchange', name));
}

function answer(call: Call, items: Iterable<Binding>): Promise<Answer> {
  return list(call, {
    items,
    facts: bindingFacts,
    key: (binding: Binding) => [
      binding.destination.vhost,
      binding.source.name,
      binding.destination.name,
      binding.routingKey,
      propertiesKey(binding),
    ],
  });
}

function bindingFacts(binding: Binding) {
  return {
    source: binding.source.name,
    vhost: binding.source.vhost,
    destination: binding.destination.name,
    destination_type: binding.destinationType,
    routing_key: binding.routingKey,
    arguments: tableJson(binding.arguments),
    properties_key: propertiesKey(binding),
  };
}

function endsOf(call: Call): Ends {
  const destinationType = KINDS.get(param(call, 'kind'));
  if (destinationType === undefined) throw badRequest('a binding leads to a queue, q, or to an exchange, e');
  const name = destinationType === 'queue' ? param(call, 'destination') : exchangeParam(call, 'destination');
  return { vhost: param(call, 'vhost'), source: exchangeParam(call, 'source'), destinationType, destination: name };
}

function bind(call: Call): Answer {
  const { catalog } = call.services;
  const fields = bodyFields(call.body);
  const routingKey = textField(fields, 'routing_key') ?? '';
  const args = tableOf(objectField(fields, 'arguments'));
  const ends = endsOf(call);
  const permissions = call.requester.permissionsIn(ends.vhost);
  catalog.bind({ ...ends, routingKey, arguments: args }, { permissions });
  // As seen from the address that was posted to.
  const location = [ends.destination, propertiesKey({ routingKey, arguments: args })].map(encodeURIComponent).join('/');
  return { status: 201, headers: { location } };
}

function existingBinding(call: Call): { binding: Binding; ends: Ends } {
  const ends = endsOf(call);
  const key = param(call, 'properties');
  const all = [...between(call, ends)];
  // Some clients leave out the second encoding of the key.
  const binding =
    all.find((each) => propertiesKey(each) === key) ??
    all.find(({ routingKey, arguments: args }) => args.size === 0 && routingKey === key);
  if (binding === undefined) throw objectNotFound();
  return { binding, ends };
}

function showBinding(call: Call): Answer {
  return json(bindingFacts(existingBinding(call).binding));
}

function unbind(call: Call): Answer {
  const { binding, ends } = existingBinding(call);
  const { routingKey, arguments: args } = binding;
  const permissions = call.requester.permissionsIn(ends.vhost);
  call.services.catalog.unbind({ ...ends, routingKey, arguments: args }, { permissions });
  return NO_CONTENT;
}
