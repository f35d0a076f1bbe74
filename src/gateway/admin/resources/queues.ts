/** `/api/queues` and one queue: lists, declares and deletes. */
import type { Queue } from '../../../catalog/amqp/model.ts';
import { vhostsOf } from '../access.ts';
import { tableOf } from '../amqp-json.ts';
import { type Answer, createdOr204, json, NO_CONTENT } from '../answer.ts';
import { badRequest, objectNotFound } from '../api-error.ts';
import { bodyFields, booleanField, type Fields, objectField, textField } from '../body.ts';
import { type Call, param } from '../call.ts';
import { list } from '../list.ts';
import { rangeOf } from '../rates/range.ts';
import { resource } from '../resource.ts';
import { connectionDetails, consumerFacts, type PlacedConsumer } from './connection-facts.ts';
import { Activities } from './consumers.ts';
import { declaredQueue, queueFacts, queueTotals } from './queue-facts.ts';

export const QUEUES = resource('/queues', { GET: ['management', listQueues] });
export const QUEUES_OF_VHOST = resource('/queues/:vhost', { GET: ['vhost', listQueues] });
export const QUEUE = resource('/queues/:vhost/:name', {
  GET: ['vhost', showQueue],
  PUT: ['vhost', declareQueue],
  DELETE: ['vhost', deleteQueue],
});

async function listQueues(call: Call): Promise<Answer> {
  return await list(call, {
    items: queuesIn(call, vhostsOf(call)),
    facts: factsOf(call),
    key: ({ vhost, name }: Queue) => [vhost, name],
    name: ({ name }) => name,
  });
}

function* queuesIn({ services }: Call, vhosts: readonly string[]): Iterable<Queue> {
  for (const vhost of vhosts) yield* services.catalog.queues(vhost);
}

function factsOf({ query, services }: Call): (queue: Queue) => object {
  if (!query.isTrue('disable_stats')) return (queue) => queueFacts(queue, services);
  if (query.isTrue('enable_queue_totals')) return (queue) => queueTotals(queue, services);
  return (queue) => declaredQueue(queue, services);
}

/** The queue that the address names. @throws ApiError 404 */
export function existingQueue(call: Call): Queue {
  const queue = call.services.catalog.queue(param(call, 'vhost'), param(call, 'name'));
  if (queue === undefined) throw objectNotFound();
  return queue;
}

function showQueue(call: Call): Answer {
  const { services, query } = call;
  const queue = existingQueue(call);
  if (query.isTrue('disable_stats')) return json(factsOf(call)(queue));
  const consumers = queueConsumers(queue, call);
  const ranges = { rates: rangeOf(call, 'msg_rates'), lengths: rangeOf(call, 'lengths') };
  const active = consumers.find(({ activity_status }) => activity_status === 'single_active');
  return json({
    ...queueFacts(queue, services, ranges),
    single_active_consumer_tag: active?.consumer_tag,
    exclusive_consumer_tag: consumers.find(({ exclusive }) => exclusive)?.consumer_tag,
    ...ownerOf(queue, call),
    consumer_details: consumers,
    incoming: [],
    deliveries: [],
  });
}

function queueConsumers({ id }: Queue, { services }: Call) {
  if (services.queues.counts(id).consumers === 0) return [];
  const activities = new Activities(services);
  const details = (placed: PlacedConsumer) => consumerFacts(placed, activities.of(placed), services);
  return Array.from(services.amqp.consumersOf(id), details);
}

function ownerOf({ exclusiveOwner }: Queue, { services }: Call): object {
  const owner = exclusiveOwner === undefined ? undefined : services.amqp.connectionById(exclusiveOwner);
  return owner === undefined ? {} : { owner_pid_details: connectionDetails(owner) };
}

function declareQueue(call: Call): Answer {
  const fields = bodyFields(call.body);
  const vhost = param(call, 'vhost');
  checkNode(fields, call);
  if (booleanField(fields, 'exclusive', false)) {
    throw badRequest('an exclusive queue belongs to a connection: declare it on one');
  }
  const wanted = {
    vhost,
    name: param(call, 'name'),
    durable: booleanField(fields, 'durable', false),
    autoDelete: booleanField(fields, 'auto_delete', false),
    exclusive: false,
    arguments: tableOf(objectField(fields, 'arguments')),
  };
  const { created } = call.services.catalog.declareQueue(wanted, { permissions: call.requester.permissionsIn(vhost) });
  return createdOr204(created);
}

/** Clients may say on which node a queue is to be: there is one. */
function checkNode(fields: Fields, { services: { node } }: Call): void {
  const name = textField(fields, 'node');
  if (name !== undefined && name !== node.name) throw badRequest(`Node ${name} could not be contacted`);
}

function deleteQueue(call: Call): Answer {
  const { services, query, requester } = call;
  const { vhost, name } = existingQueue(call);
  const usage = ({ id }: Queue) => {
    const { ready, consumers } = services.queues.counts(id);
    return { messages: ready, consumers };
  };
  services.catalog.deleteQueue(
    { vhost, name, ifUnused: query.isTrue('if-unused'), ifEmpty: query.isTrue('if-empty') },
    { permissions: requester.permissionsIn(vhost) },
    usage,
  );
  return NO_CONTENT;
}
