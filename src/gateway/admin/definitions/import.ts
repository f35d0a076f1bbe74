/**
 * Makes what a definitions file describes, in slices. What is there already stays, but for users, permissions, policies and limits,
 * which become what the file says. A refusal ends the import and leaves what was made before it, as in RabbitMQ.
 *
 * What can't be here is left out, and the log says so: bindings whose ends are missing, names that only the broker gives, and
 * global parameters.
 */
import { DomainError } from '../../../base/errors.ts';
import type { FieldTable } from '../../../message/field-table.ts';
import { badRequest } from '../api-error.ts';
import { isFields } from '../body.ts';
import { setLimitsParameter } from '../resources/parameters.ts';
import { policyOf } from '../resources/policies.ts';
import type { AdminServices } from '../services.ts';
import { Turns } from '../turns.ts';
import type { BindingDefinition, Definitions, ParameterDefinition, QueueDefinition } from './parse.ts';

const RESERVED_PREFIX = 'amq.';
const QUEUE_TYPE = 'x-queue-type';

/** @param importer gets all permissions in vhosts that are new. @throws ApiError, DomainError */
export async function importDefinitions(
  definitions: Definitions,
  services: AdminServices,
  importer: string,
): Promise<void> {
  const { catalog, security, clock, logger } = services;
  const turns = new Turns(clock);
  const skipped = new Skipped();
  const forEach = async <T>(items: readonly T[], make: (item: T) => void) => {
    for (const item of items) {
      make(item);
      if (turns.isOver) await turns.next();
    }
  };
  await forEach(definitions.vhosts, ({ name, ...description }) => {
    if (!catalog.putVhost(name, description)) return;
    security.setPermissions(importer, name, { configure: '.*', write: '.*', read: '.*' });
  });
  security.importDefinitions(definitions.security);
  await forEach(definitions.parameters, (parameter) => setParameter(parameter, services));
  await forEach(definitions.policies, (policy) => catalog.putPolicy('policy', policy));
  await forEach(definitions.queues, (queue) => {
    if (catalog.queue(queue.vhost, queue.name) !== undefined) return;
    if (queue.name.startsWith(RESERVED_PREFIX)) skipped.add(`queue ${queue.name}`);
    else catalog.declareQueue({ ...queue, arguments: typedArguments(queue, services), exclusive: false });
  });
  await forEach(definitions.exchanges, (exchange) => {
    if (catalog.exchange(exchange.vhost, exchange.name) !== undefined) return;
    if (exchange.name.startsWith(RESERVED_PREFIX)) skipped.add(`exchange ${exchange.name}`);
    else catalog.declareExchange(exchange);
  });
  await forEach(definitions.bindings, (binding) => bind(binding, services, skipped));
  for (const name of definitions.globalParameters) skipped.add(`global parameter ${name}`);
  logger.info({ importer, ...countsOf(definitions) }, 'definitions imported');
  if (skipped.count > 0) logger.warn({ count: skipped.count, first: skipped.first }, 'definitions were left out');
}

/** A type that the queue would not have anyway becomes an argument. */
function typedArguments(
  { vhost, type, durable, arguments: args }: QueueDefinition,
  { catalog }: AdminServices,
): FieldTable {
  const otherwise = (durable ? catalog.vhost(vhost)?.defaultQueueType : undefined) ?? 'classic';
  if (type === undefined || type === otherwise || args.has(QUEUE_TYPE)) return args;
  return new Map([...args, [QUEUE_TYPE, { type: 'longstr', value: type }]]);
}

function setParameter(parameter: ParameterDefinition, services: AdminServices): void {
  const { component, vhost, name, value } = parameter;
  if (component !== 'operator_policy') setLimitsParameter(parameter, services);
  else if (isFields(value)) services.catalog.putPolicy('operator_policy', { vhost, name, ...policyOf(value) });
  else throw badRequest(`operator policy '${name}' should be an object`);
}

/** Those to the default exchange are in some files, though it has them anyway. */
function bind(binding: BindingDefinition, { catalog }: AdminServices, skipped: Skipped): void {
  if (binding.source === '') return;
  try {
    catalog.bind(binding);
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'not_found') throw error;
    skipped.add(`binding of ${binding.destination} to ${binding.source}: ${error.message}`);
  }
}

function countsOf({ vhosts, security, policies, queues, exchanges, bindings }: Definitions) {
  return {
    vhosts: vhosts.length,
    users: security.users.length,
    policies: policies.length,
    queues: queues.length,
    exchanges: exchanges.length,
    bindings: bindings.length,
  };
}

const NAMED_MAX = 10;

class Skipped {
  count = 0;
  readonly first: string[] = [];

  add(what: string): void {
    this.count += 1;
    if (this.first.length < NAMED_MAX) this.first.push(what);
  }
}
