/** Random operations on an AMQP catalog, over few names so that they meet. Refused ones are part of the game. */
import fc from 'fast-check';
import { DomainError } from '../../../src/base/errors.ts';
import type { AmqpCatalog } from '../../../src/catalog/amqp/amqp-catalog.ts';
import { EMPTY_TABLE, type FieldTable } from '../../../src/message/field-table.ts';
import { exchange, queue, table } from './support.ts';

export type Command = (catalog: AmqpCatalog) => void;

const vhost = fc.constantFrom('/', '/', '/', 'v');
const queueName = fc.constantFrom('q1', 'q2', 'q3', 'a.b', '');
const exchangeName = fc.constantFrom('x1', 'x2', 'x3', 'x4', 'amq.topic', 'amq.headers', 'amq.direct', '');
const connectionId = fc.constantFrom('c1', 'c2');
const flag = fc.boolean();
const routingKey = fc.constantFrom('', 'a', 'a.b', 'a.b.c', '#', '*', 'a.#', '*.b', '#.b', 'a.*.#', '#.#', '.', '3');
const queueArguments = fc.constantFrom<FieldTable>(
  EMPTY_TABLE,
  EMPTY_TABLE,
  table({ 'x-message-ttl': 5 }),
  table({ 'x-max-priority': 3 }),
  table({ 'x-queue-type': 'quorum' }),
  table({ 'x-message-ttl': 'bad' }),
);
const bindingArguments = fc.constantFrom<FieldTable>(
  EMPTY_TABLE,
  EMPTY_TABLE,
  table({ h: 1 }),
  table({ h: 1, k: 'v', 'x-match': 'any' }),
  table({ 'x-h': 2, 'x-match': 'all-with-x' }),
  table({ k: { type: 'void' }, 'x-match': 'all' }),
  table({ 'x-match': 'any' }),
);
const exchangeType = fc.constantFrom('direct', 'fanout', 'topic', 'headers', 'direct', 'topic', 'nonsense');
const exchangeArguments = fc.oneof(
  { weight: 3, arbitrary: fc.constant(EMPTY_TABLE) },
  { weight: 1, arbitrary: exchangeName.map((name) => table({ 'alternate-exchange': name })) },
);

const declareQueue = fc
  .record({
    vhost,
    name: queueName,
    durable: flag,
    exclusive: flag,
    autoDelete: flag,
    arguments: queueArguments,
    connectionId,
  })
  .map(
    ({ name, connectionId: id, ...options }): Command =>
      (catalog) =>
        queue(catalog, name, options, { connectionId: id }),
  );

const deleteQueue = fc.record({ vhost, name: queueName, connectionId }).map(
  ({ connectionId: id, ...which }): Command =>
    (catalog) =>
      catalog.deleteQueue(which, { connectionId: id }),
);

const sqsFacts = fc
  .record({ tag: fc.constantFrom('a', 'b'), retentionMs: fc.constantFrom(undefined, 60_000) })
  .map(({ tag, retentionMs }) => ({
    attributes: new Map([['DelaySeconds', '1']]),
    tags: new Map([[tag, '1']]),
    modifiedAtMs: 1,
    settings: { retentionMs, redriveQueue: undefined, redriveReceives: undefined, fifo: undefined, encrypted: false },
  }));

const declareSqsQueue = fc.record({ name: queueName, sqs: sqsFacts }).map(
  ({ name, sqs }): Command =>
    (catalog) => {
      const shape = { durable: true, exclusive: false, autoDelete: false, arguments: EMPTY_TABLE };
      catalog.declareQueue({ vhost: '/', name, ...shape, sqs });
    },
);

const setSqs = fc.record({ name: queueName, sqs: sqsFacts }).map(
  ({ name, sqs }): Command =>
    (catalog) => {
      const present = catalog.queue('/', name);
      if (present !== undefined) catalog.setSqs(present.id, sqs);
    },
);

const declareExchange = fc
  .record({
    vhost,
    name: exchangeName,
    type: exchangeType,
    durable: flag,
    autoDelete: flag,
    internal: flag,
    arguments: exchangeArguments,
  })
  .map(
    ({ name, ...options }): Command =>
      (catalog) =>
        exchange(catalog, name, options),
  );

const deleteExchange = fc.record({ vhost, name: exchangeName, ifUnused: flag }).map(
  (which): Command =>
    (catalog) =>
      catalog.deleteExchange(which),
);

const bindingFields = fc.oneof(
  fc.record({
    vhost,
    source: exchangeName,
    destinationType: fc.constant('queue' as const),
    destination: queueName,
    routingKey,
    arguments: bindingArguments,
  }),
  fc.record({
    vhost,
    source: exchangeName,
    destinationType: fc.constant('exchange' as const),
    destination: exchangeName,
    routingKey,
    arguments: bindingArguments,
  }),
);

const bind = fc.record({ wanted: bindingFields, connectionId }).map(
  ({ wanted, ...caller }): Command =>
    (catalog) =>
      catalog.bind(wanted, caller),
);

const unbind = fc.record({ wanted: bindingFields, connectionId }).map(
  ({ wanted, ...caller }): Command =>
    (catalog) =>
      catalog.unbind(wanted, caller),
);

/** Binds what exists, which chance seldom hits. */
const bindExisting = fc.record({ vhost, from: fc.nat(), to: fc.nat(), routingKey, arguments: bindingArguments }).map(
  ({ vhost: where, from, to, ...rest }): Command =>
    (catalog) => {
      if (catalog.vhost(where) === undefined) return;
      const sources = [...catalog.exchanges(where)].slice(1);
      const destinations = [...catalog.queues(where), ...sources];
      const source = sources[from % sources.length];
      const destination = destinations[to % destinations.length];
      if (source === undefined || destination === undefined) return;
      const owner = 'exclusiveOwner' in destination ? destination.exclusiveOwner : undefined;
      const destinationType = 'settings' in destination ? ('queue' as const) : ('exchange' as const);
      const ends = { vhost: where, source: source.name, destinationType, destination: destination.name };
      catalog.bind({ ...ends, ...rest }, owner === undefined ? {} : { connectionId: owner });
    },
);

/** Unbinds one that exists, which chance seldom hits. */
const unbindExisting = fc.nat().map(
  (index): Command =>
    (catalog) => {
      const all = [...catalog.bindings('/')];
      const found = all[index % (all.length || 1)];
      if (found === undefined) return;
      const { source, destinationType, destination, routingKey: key, arguments: args } = found;
      const ends = { vhost: '/', source: source.name, destinationType, destination: destination.name };
      const owner = 'exclusiveOwner' in destination ? destination.exclusiveOwner : undefined;
      catalog.unbind({ ...ends, routingKey: key, arguments: args }, owner === undefined ? {} : { connectionId: owner });
    },
);

const scope = fc.constantFrom('policy' as const, 'operator_policy' as const);
const policyName = fc.constantFrom('p1', 'p2', 'p3');

const putPolicy = fc
  .record({
    scope,
    vhost,
    name: policyName,
    pattern: fc.constantFrom('', '^q', '1$', 'x'),
    priority: fc.nat(2),
    applyTo: fc.constantFrom('all', 'queues', 'exchanges', 'classic_queues'),
    definition: fc.constantFrom<Record<string, unknown>>(
      { 'message-ttl': 3 },
      { 'max-length': 7, 'alternate-exchange': 'x2' },
      { expires: 9 },
      {},
    ),
  })
  .map(
    ({ scope: which, ...wanted }): Command =>
      (catalog) =>
        catalog.putPolicy(which, wanted),
  );

const deletePolicy = fc.tuple(scope, vhost, policyName).map(
  ([which, where, name]): Command =>
    (catalog) =>
      catalog.deletePolicy(which, where, name),
);

const vhostChange = fc.constantFrom<Command>(
  (catalog) => catalog.putVhost('v', { description: 'd', defaultQueueType: 'quorum' }),
  (catalog) => catalog.putVhost('/', { tags: ['t'] }),
  (catalog) => catalog.deleteVhost('v'),
  (catalog) => catalog.setVhostLimits('v', { maxQueues: 2 }),
  (catalog) => catalog.dropTransient(),
);

const endConnection = connectionId.map(
  (id): Command =>
    (catalog) =>
      catalog.removeExclusive(id),
);

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: declareQueue },
  { weight: 2, arbitrary: declareSqsQueue },
  { weight: 2, arbitrary: setSqs },
  { weight: 2, arbitrary: deleteQueue },
  { weight: 6, arbitrary: declareExchange },
  { weight: 2, arbitrary: deleteExchange },
  { weight: 2, arbitrary: bind },
  { weight: 12, arbitrary: bindExisting },
  { weight: 2, arbitrary: unbind },
  { weight: 3, arbitrary: unbindExisting },
  { weight: 3, arbitrary: putPolicy },
  { weight: 1, arbitrary: deletePolicy },
  { weight: 1, arbitrary: vhostChange },
  { weight: 1, arbitrary: endConnection },
);

export function attempt(catalog: AmqpCatalog, run: Command): void {
  try {
    run(catalog);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
