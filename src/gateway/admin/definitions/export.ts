/** What was set up, in the form of RabbitMQ's definitions files. What belongs to a connection, or is there anyway, is not in it. */
import type { Binding, Exchange, Queue } from '../../../catalog/amqp/model.ts';
import { toDefinitions } from '../../../security/definitions.ts';
import { tableJson } from '../amqp-json.ts';
import { globalParameters } from '../resources/global-parameters.ts';
import { parametersOf } from '../resources/parameters.ts';
import { policyFacts } from '../resources/policies.ts';
import type { AdminServices } from '../services.ts';
import { Turns } from '../turns.ts';

export async function exportNode(services: AdminServices): Promise<object> {
  const { node, security, catalog } = services;
  const vhosts = [...catalog.vhosts()];
  const contents = await contentsOf(
    vhosts.map(({ name }) => name),
    services,
  );
  return {
    rabbit_version: node.rabbitmqVersion,
    rabbitmq_version: node.rabbitmqVersion,
    product_name: 'Trilog',
    product_version: node.version,
    ...toDefinitions(security),
    vhosts: vhosts.map(({ name, description, tags, defaultQueueType }) => {
      const metadata = { description, tags, default_queue_type: defaultQueueType ?? 'classic' };
      return { name, ...metadata, metadata };
    }),
    global_parameters: globalParameters(node),
    ...contents,
  };
}

/** Without the name of the vhost in it, so that it may be imported into another. */
export async function exportVhost(vhost: string, services: AdminServices): Promise<object> {
  const { parameters, policies, ...rest } = await contentsOf([vhost], services);
  const withoutVhost = Object.entries(rest).map(([key, items]) => [key, items.map(({ vhost: _, ...item }) => item)]);
  return { rabbit_version: services.node.rabbitmqVersion, parameters, policies, ...Object.fromEntries(withoutVhost) };
}

async function contentsOf(vhosts: readonly string[], services: AdminServices) {
  const { catalog, clock } = services;
  const turns = new Turns(clock);
  const collect = async <T, D>(list: (vhost: string) => Iterable<T>, define: (item: T) => D | undefined) => {
    const definitions: D[] = [];
    for (const vhost of vhosts.filter((name) => catalog.vhost(name) !== undefined)) {
      for (const item of list(vhost)) {
        const definition = define(item);
        if (definition !== undefined) definitions.push(definition);
        if (turns.isOver) await turns.next();
      }
    }
    return definitions;
  };
  return {
    parameters: await collect(
      (vhost) => parametersOf(vhost, services),
      (parameter) => parameter,
    ),
    policies: await collect((vhost) => catalog.policies('policy', vhost), policyFacts),
    queues: await collect((vhost) => catalog.queues(vhost), queueDefinition),
    exchanges: await collect((vhost) => catalog.exchanges(vhost), exchangeDefinition),
    bindings: await collect((vhost) => catalog.bindings(vhost), bindingDefinition),
  };
}

function queueDefinition({ vhost, name, durable, autoDelete, exclusiveOwner, arguments: args, settings }: Queue) {
  if (exclusiveOwner !== undefined) return undefined;
  return { name, vhost, durable, auto_delete: autoDelete, type: settings.type, arguments: tableJson(args) };
}

function exchangeDefinition(exchange: Exchange) {
  if (exchange.predeclared) return undefined;
  const { vhost, name, type, durable, autoDelete, internal, arguments: args } = exchange;
  return { name, vhost, type, durable, auto_delete: autoDelete, internal, arguments: tableJson(args) };
}

function bindingDefinition({ source, destinationType, destination, routingKey, arguments: args }: Binding) {
  if ('exclusiveOwner' in destination && destination.exclusiveOwner !== undefined) return undefined;
  return {
    source: source.name,
    vhost: source.vhost,
    destination: destination.name,
    destination_type: destinationType,
    routing_key: routingKey,
    arguments: tableJson(args),
  };
}
